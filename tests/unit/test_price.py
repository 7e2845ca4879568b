"""What reading costs is estimated by what somebody wrote down, to the millionth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from continuity.domain.pack_ledger import Load
from continuity.domain.price import MILLION, Prices, millionths_from_text
from continuity.domain.written import ExpectedError


def prices(**changed: object) -> Prices:
    written = {"as_of": "2026-11-21", "currency": "EUR", "per_gb_out": 0.09, **changed}
    return Prices.model_validate(written)


@given(st.decimals(0, 999_999, places=6))
def test_an_amount_is_read_to_the_millionth(amount: Decimal) -> None:
    assert millionths_from_text(f"{amount:f}") == int(amount * MILLION)


@pytest.mark.parametrize("text", ["-1", "1e3", "0.0000001", "free", "", "1,50", True, "nan"])
def test_what_is_no_amount_is_refused(text: object) -> None:
    with pytest.raises(ExpectedError):
        millionths_from_text(text)


def test_a_number_as_yaml_reads_it_is_the_amount_that_was_written() -> None:
    assert [millionths_from_text(value) for value in (0.09, 0.0004, 12, 1.5)] == [
        90_000,
        400,
        12_000_000,
        1_500_000,
    ]


def test_reading_a_gigabyte_with_a_thousand_requests_costs_both_prices() -> None:
    rented = prices(per_1000_requests=0.0004)

    assert rented.of(Load(10**9, 1_000)) == 90_400
    assert rented.of(Load(1, 1)) == 2
    assert prices().of(Load(0, 1_000_000)) == 0
    assert rented.as_of == date(2026, 11, 21)


@pytest.mark.parametrize("currency", ["euro", "€", "eur"])
def test_a_currency_is_three_letters(currency: str) -> None:
    with pytest.raises(ValidationError):
        prices(currency=currency)


def test_prices_without_the_day_of_which_they_are_do_not_count() -> None:
    with pytest.raises(ValidationError):
        Prices.model_validate({"currency": "EUR", "per_gb_out": 0.09})
