"""A query passes only when its answer is right and could not be had without the data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast  # a cell that no question may reach

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from continuity.domain.failure import RevivalError, ToolError
from continuity.domain.text import say
from continuity.hosts.local import LocalHost
from continuity.sandbox.cell import Cell
from continuity.sandbox.checks.check import Answer, Asking, Query
from continuity.sandbox.checks.sql import CHECK, SqlCheck

CAPTURED = datetime(2026, 3, 1, 2, tzinfo=UTC)
QUERY = "select count(*) from invoice"
NO_CELL = cast("Cell", LocalHost())


def refuse(_query: str) -> str | None:
    raise RevivalError(say("There is no table invoice."))


def answered(
    value: str | None,
    bounds: dict[str, object],
    *,
    empty: Query | None = refuse,
    captured: tuple[tuple[str, str | None], ...] = (),
) -> Answer:
    check = SqlCheck.model_validate({"kind": "sql", "name": "Invoices", "query": QUERY, **bounds})
    return CHECK.ask(
        Asking(
            check=check,
            cell=NO_CELL,
            data_time=CAPTURED,
            now=lambda: CAPTURED + timedelta(days=30),
            query={QUERY: value}.__getitem__,
            empty=empty,
            captured=captured,
        )
    )


@pytest.mark.parametrize(
    ("value", "bounds", "passed"),
    [
        ("42", {"equals": 42}, True),
        ("42.00", {"equals": 42}, True),
        ("43", {"equals": 42}, False),
        ("open", {"equals": "open"}, True),
        ("Open", {"equals": "open"}, False),
        ("7", {"equals": "007"}, False),
        (None, {"equals": "None"}, False),
        ("10", {"at_least": 10}, True),
        ("9", {"at_least": 10}, False),
        ("10", {"at_least": 1, "at_most": 10}, True),
        ("11", {"at_least": 1, "at_most": 10}, False),
        ("many", {"at_least": 1}, False),
        ("NaN", {"at_least": 1}, False),
        ("Infinity", {"at_least": 1}, False),
        (None, {"at_most": 10}, False),
        ("2026-02-28T03:00:00Z", {"newer_than": "24h"}, True),
        ("2026-02-28 03:00:00", {"newer_than": "24h"}, True),
        ("2026-02-28 02:30:00+02", {"newer_than": "24h"}, False),
        ("2026-02-28 01:59:59.999", {"newer_than": "24h"}, False),
        ("yesterday", {"newer_than": "24h"}, False),
        (None, {"newer_than": "24h"}, False),
    ],
)
def test_an_answer_is_right_only_within_all_its_bounds(
    value: str | None, bounds: dict[str, object], passed: bool
) -> None:
    assert answered(value, bounds).passed is passed


@given(captured=st.integers(-1_000, 1_000), percent=st.integers(0, 100), off=st.integers(0, 3_000))
def test_a_tolerance_is_counted_from_what_the_source_itself_said(
    captured: int, percent: int, off: int
) -> None:
    told = ((QUERY, str(captured)),)
    within = off * 100 <= abs(captured) * percent

    for value in (captured + off, captured - off):
        answer = answered(str(value), {"within_percent": percent}, captured=told)

        assert answer.passed is within


@pytest.mark.parametrize("captured", [(), ((QUERY, None),), ((QUERY, "n/a"),)])
def test_without_an_answer_of_the_source_a_tolerance_is_unknown_and_not_met(
    captured: tuple[tuple[str, str | None], ...],
) -> None:
    with pytest.raises(ToolError, match="when it was captured"):
        answered("42", {"within_percent": 5}, captured=captured)


@pytest.mark.parametrize(
    ("value", "bounds"),
    [("1", {"equals": 1}), ("0", {"at_most": 5}), ("2026-03-01T02:00Z", {"newer_than": "1h"})],
)
def test_what_an_empty_database_answers_as_well_proves_nothing(
    value: str, bounds: dict[str, object]
) -> None:
    answer = answered(value, bounds, empty=lambda _query: value)

    assert answer.passed is None
    assert "empty database" in str(answer.found)


def test_without_an_empty_database_to_ask_nothing_is_proven() -> None:
    assert answered("42", {"equals": 42}, empty=None).passed is None


def test_a_wrong_answer_stays_wrong_whatever_an_empty_database_says() -> None:
    assert answered("41", {"equals": 42}, empty=lambda _query: "41").passed is False
    assert answered("42", {"at_least": 1}, empty=lambda _query: "0").passed is True
    assert answered("42", {"at_least": 1}, empty=lambda _query: None).passed is True


def test_a_failure_to_ask_the_empty_database_is_no_proof_that_it_knows_nothing() -> None:
    def lost(_query: str) -> str | None:
        raise ToolError(say("The server is gone."))

    with pytest.raises(ToolError):
        answered("42", {"equals": 42}, empty=lost)


def test_only_a_tolerance_is_asked_of_the_source_when_it_is_captured() -> None:
    near = SqlCheck(kind="sql", name="n", query=QUERY, within_percent=3)
    exact = SqlCheck(kind="sql", name="n", query=QUERY, at_least=3)

    assert CHECK.questions(near) == (QUERY,)
    assert CHECK.questions(exact) == ()


@pytest.mark.parametrize(
    "bounds", [{}, {"equals": True}, {"equals": [1]}, {"at_least": "some"}, {"within_percent": -1}]
)
def test_a_query_without_a_usable_bound_is_refused_when_it_is_read(
    bounds: dict[str, object],
) -> None:
    with pytest.raises(ValidationError):
        SqlCheck.model_validate({"kind": "sql", "name": "n", "query": QUERY, **bounds})


def test_a_hostile_answer_is_shown_short_and_without_tricks() -> None:
    answer = answered("\x1b[2J" + "x" * 10_000, {"equals": "x"})

    assert str(answer.found).startswith("\\x1b[2Jxx")
    assert len(str(answer.found)) == 80
