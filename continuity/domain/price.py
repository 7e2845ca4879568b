"""What a provider takes for what is read from rented storage, as people write it down."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from continuity.domain.pack_ledger import Load
from continuity.domain.text import N_, say
from continuity.domain.written import ExpectedError, Written

MILLION = 1_000_000
_GIGABYTE = 10**9
_AMOUNT = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,6}))?")
_CURRENCY = re.compile("[A-Z]{3}")


def millionths_from_text(text: object) -> int:
    """Read an amount such as ``0.09`` as millionths, so that no sum is off by what floats lose.

    Raises ExpectedError.
    """
    written = f"{text:.6f}".rstrip("0").rstrip(".") if isinstance(text, float) else str(text)
    found = _AMOUNT.fullmatch(written.strip())
    if found is None or isinstance(text, bool):
        raise ExpectedError(say(N_("an amount such as 0.09, with six decimals at most")))
    return int(found[1]) * MILLION + int((found[2] or "").ljust(6, "0"))


def _currency(text: str) -> str:
    if not _CURRENCY.fullmatch(text):
        raise ExpectedError(say(N_("three letters such as EUR")))
    return text


Amount = Annotated[
    int,
    BeforeValidator(millionths_from_text),
    WithJsonSchema({"type": ["number", "string"], "examples": [0.09]}),
]


class Prices(Written):
    """What reading costs, as somebody read it in the provider's list; only for estimates."""

    as_of: date = Field(description="day on which somebody read it there, such as 2027-03-31")
    currency: Annotated[str, AfterValidator(_currency)] = Field(
        description="three letters", examples=["EUR"]
    )
    per_gb_out: Amount = Field(description="for 1,000,000,000 bytes that are read")
    per_1000_requests: Amount = Field(
        default=0, validate_default=False, description="for 1,000 requests; nothing if absent"
    )

    def of(self, load: Load) -> int:
        """Estimate what reading this much costs, in millionths, rounded up."""
        bytes_, requests = load.bytes * self.per_gb_out, load.requests * self.per_1000_requests
        return -(-bytes_ // _GIGABYTE) - (-requests // 1_000)


def plain_cost(prices: Prices | None, load: Load) -> dict[str, object]:
    """Estimate what reading this much costs; nothing where nobody wrote prices down."""
    if prices is None:
        return {}
    return {
        "cost": {
            "millionths": prices.of(load),
            "currency": prices.currency,
            "prices_of": prices.as_of.isoformat(),
        }
    }
