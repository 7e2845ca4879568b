"""Does a revived database answer a query as its owner expects?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal, Self

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from continuity.domain.failure import RevivalError, ToolError
from continuity.domain.job import Check
from continuity.domain.text import N_, Message, say, shown
from continuity.domain.written import Duration, ExpectedError, text_from_duration
from continuity.sandbox.checks.check import Answer, Asking, CheckKind, Query, Subject

_LONGEST = 80
_BOUNDS = ("equals", "at_least", "at_most", "within_percent", "newer_than")


def _scalar(written: object) -> str | Decimal:
    """Read what an answer may be; a number is compared as one, a text letter by letter."""
    if isinstance(written, str):
        return written
    if isinstance(written, int | float | Decimal) and not isinstance(written, bool):
        return Decimal(str(written))
    raise ExpectedError(say(N_("a number or a text")))


Scalar = Annotated[
    str | Decimal, PlainValidator(_scalar), WithJsonSchema({"type": ["number", "string"]})
]


class SqlCheck(Check):
    """A query whose first value is the answer; all the bounds that are written must hold."""

    kind: Literal["sql"] = Field(description="a query to the revived database")
    query: str = Field(
        min_length=1,
        description="one statement that reads; the first column of its first row is the answer",
        examples=["select count(*) from invoice"],
    )
    equals: Scalar | None = Field(default=None, description="the answer itself")
    at_least: float | None = Field(default=None, description="no number less than this")
    at_most: float | None = Field(default=None, description="no number more than this")
    within_percent: int | None = Field(
        default=None,
        ge=0,
        le=100,
        description="no further than this from what the source answered when it was captured",
    )
    newer_than: Duration | None = Field(
        default=None,
        description="a time no older than this when the copy was made; UTC where it names no zone",
    )

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if all(getattr(self, bound) is None for bound in _BOUNDS):
            raise ExpectedError(say(N_("what the answer should be, such as at_least: 1")))
        return self


def ask(asking: Asking) -> Answer:
    """Ask, and ask an empty database as well: what it answers rightly proves nothing.

    Raises what the query raises.
    """
    check = _own(asking.check)
    if asking.query is None:
        raise ToolError(say(N_("There is no database to ask.")))
    bounds = tuple(_bounds(check, asking))
    value = asking.query(check.query)
    passed: bool | None = all(bound.holds(value) for bound in bounds)
    found = _found(value)
    if passed and _holds_of_nothing(bounds, check.query, asking.empty):
        passed = None
        found = say(N_("an empty database answers it as well, so that it proves nothing"))
    return Answer(
        name=check.name,
        kind=check.kind,
        passed=passed,
        expected=_expected(bounds),
        found=found,
    )


class _Bound:
    """One thing that the answer must be."""

    def __init__(self, told: Message, least: object = None, most: object = None) -> None:
        self.told = told
        self._least = least
        self._most = most

    def holds(self, value: str | None) -> bool:
        """Tell whether an answer keeps to it; no answer never does."""
        if value is None:
            return False
        if isinstance(self._least, str):
            return value == self._least
        if isinstance(self._least, datetime):
            moment = _moment(value)
            return moment is not None and moment >= self._least
        number = _number(value)
        above = self._least is None or (number is not None and number >= _exact(self._least))
        below = self._most is None or (number is not None and number <= _exact(self._most))
        return above and below


def _bounds(check: SqlCheck, asking: Asking) -> Iterator[_Bound]:
    if check.equals is not None:
        yield _equal(check.equals)
    if check.at_least is not None:
        yield _Bound(say(N_("at least {value}"), value=f"{check.at_least:g}"), least=check.at_least)
    if check.at_most is not None:
        yield _Bound(say(N_("at most {value}"), value=f"{check.at_most:g}"), most=check.at_most)
    if check.within_percent is not None:
        yield _near(check.within_percent, dict(asking.captured).get(check.query))
    if check.newer_than is not None:
        age = text_from_duration(check.newer_than)
        told = say(N_("no older than {age} when it was captured"), age=age)
        yield _Bound(told, least=asking.data_time - check.newer_than)


def _equal(value: str | Decimal) -> _Bound:
    told = say(N_("{value}"), value=shown(str(value).encode()))
    return _Bound(told, least=value, most=None if isinstance(value, str) else value)


def _near(percent: int, captured: str | None) -> _Bound:
    """Bound by what the source itself said. Raises ToolError when it was not asked."""
    number = None if captured is None else _number(captured)
    if number is None:
        raise ToolError(
            say(N_("The source gave no number for it when it was captured.")),
            remedy=say(
                N_("Make a new backup: the source is asked then. Correct the query if not.")
            ),
        )
    reach = abs(number) * percent / 100
    told = say(
        N_("within {percent} % of {value}, which it was when captured"),
        percent=percent,
        value=str(number),
    )
    return _Bound(told, least=number - reach, most=number + reach)


def _holds_of_nothing(bounds: tuple[_Bound, ...], query: str, empty: Query | None) -> bool:
    if empty is None:
        return True
    try:
        value = empty(query)
    except RevivalError:
        # What it asks for is not there without the data, as it should be.
        return False
    return all(bound.holds(value) for bound in bounds)


def _expected(bounds: tuple[_Bound, ...]) -> Message:
    if len(bounds) == 1:
        return bounds[0].told
    return say(
        N_("{bound}, and {further}"),
        bound=str(bounds[0].told),
        further="; ".join(str(bound.told) for bound in bounds[1:]),
    )


def _found(value: str | None) -> Message:
    if value is None:
        return say(N_("no answer at all"))
    return say(N_("{value}"), value=shown(value.encode("utf-8", "surrogatepass"))[:_LONGEST])


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _exact(number: object) -> Decimal:
    return number if isinstance(number, Decimal) else Decimal(str(number))


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _questions(check: Check) -> tuple[str, ...]:
    own = _own(check)
    return (own.query,) if own.within_percent is not None else ()


def _own(check: Check) -> SqlCheck:
    if not isinstance(check, SqlCheck):
        raise TypeError(f"{type(check).__name__} is no query")
    return check


CHECK = CheckKind(
    name="sql",
    options=SqlCheck,
    subjects=frozenset({Subject.SERVER}),
    ask=ask,
    questions=_questions,
)
