"""Hours, days and recipients as people write them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from continuity.domain.calendar import Shift
from continuity.domain.ladder import Recipient, recipient_from_text
from continuity.domain.service_level import ServiceTime
from continuity.domain.text import N_, say
from continuity.domain.written import NAME_PATTERN, ExpectedError, duration_from_text

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHIFT = re.compile(
    rf"(?:({'|'.join(_DAYS)})(?:-({'|'.join(_DAYS)}))?|daily) "
    r"(\d{2}):(\d{2})-(\d{2}):(\d{2})"
)
_SERVICE_DAYS = re.compile(r"([0-9]{1,3})\s*d")
_PLACE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_YEARLY = re.compile(r"\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")
_LEAP = 2024
_MIDNIGHT = "24:00"


def shift_from_text(text: object) -> Shift:
    """Read ``monday-friday 09:00-14:00``, ``saturday 10:00-14:00`` or ``daily 22:00-06:00``.

    Raises ExpectedError.
    """
    if isinstance(text, Shift):
        return text
    found = _SHIFT.fullmatch(" ".join(str(text).lower().split()))
    if found is None:
        raise _expected_shift()
    start, end = _time(found[3], found[4]), _time(found[5], found[6])
    return Shift(weekdays=_weekdays(found[1], found[2]), start=start, end=end)


def service_time_from_text(text: object) -> ServiceTime:
    """Read ``4h``, ``30m`` or ``3d``; days are working days. Raises ExpectedError."""
    if isinstance(text, ServiceTime):
        return text
    compact = str(text).strip()
    found = _SERVICE_DAYS.match(compact)
    rest = compact[found.end() :].strip() if found else compact
    days = int(found[1]) if found else 0
    try:
        hours = duration_from_text(rest) if rest or not days else timedelta()
    except ExpectedError:
        raise _expected_service_time() from None
    if "d" in rest or "w" in rest:
        raise _expected_service_time()
    return ServiceTime(days=days, rest=hours)


def _expected_service_time() -> ExpectedError:
    return ExpectedError(say(N_("a time such as 30m, 4h or 3d, which is three working days")))


def local_moment_from_text(text: object) -> datetime:
    """Read ``2026-12-05 22:00``, without a zone: it is the organisation's. Raises ExpectedError."""
    if isinstance(text, datetime):
        return text
    if _MOMENT.fullmatch(str(text)):
        try:
            return datetime.fromisoformat(str(text))
        except ValueError:
            pass
    raise ExpectedError(say(N_("a date and a time such as 2026-12-05 22:00")))


def dates_from_day(day: str, years: range) -> tuple[date, ...]:
    """Give the dates a written day stands for; a yearly 02-29 exists in leap years alone."""
    if not _YEARLY.fullmatch(day):
        return (date.fromisoformat(day),)
    month, number = map(int, day.split("-"))
    leap = (month, number) == (2, 29)
    return tuple(
        date(year, month, number)
        for year in years
        if not leap or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
    )


def _expected_shift() -> ExpectedError:
    return ExpectedError(
        say(N_("hours such as “monday-friday 09:00-14:00” or “daily 22:00-06:00”"))
    )


def _time(hour: str, minute: str) -> time:
    # The end of a day is the beginning of the next.
    try:
        return time() if f"{hour}:{minute}" == _MIDNIGHT else time(int(hour), int(minute))
    except ValueError as error:
        raise _expected_shift() from error


def _weekdays(first: str | None, last: str | None) -> tuple[int, ...]:
    if first is None:
        return tuple(range(7))
    start = _DAYS.index(first)
    end = _DAYS.index(last or first)
    return tuple(sorted((start + step) % 7 for step in range((end - start) % 7 + 1)))


def _day(text: str) -> str:
    try:
        date.fromisoformat(f"{_LEAP}-{text}" if _YEARLY.fullmatch(text) else text)
    except ValueError as error:
        raise ExpectedError(
            say(N_("a date such as 2026-05-15, or 05-15 for every year"))
        ) from error
    return text


def _place(text: str) -> str:
    if not _PLACE.fullmatch(text):
        raise ExpectedError(say(N_("a country or region such as ES-MD, ES-CT or MX")))
    return text


def _recipient(text: object) -> Recipient:
    if isinstance(text, Recipient):
        return text
    try:
        found = recipient_from_text(str(text))
    except ValueError as error:
        raise _expected_recipient() from error
    if found.name and not re.fullmatch(NAME_PATTERN, found.name):
        raise _expected_recipient()
    return found


def _expected_recipient() -> ExpectedError:
    return ExpectedError(say(N_("owner, everyone, role:NAME or person:NAME")))


Hours = Annotated[
    Shift,
    BeforeValidator(shift_from_text),
    WithJsonSchema(
        {"type": "string", "examples": ["monday-friday 09:00-14:00", "daily 22:00-06:00"]}
    ),
]
Agreed = Annotated[
    ServiceTime,
    BeforeValidator(service_time_from_text),
    WithJsonSchema({"type": "string", "examples": ["30m", "4h", "3d"]}),
]
LocalMoment = Annotated[
    datetime,
    BeforeValidator(local_moment_from_text),
    WithJsonSchema({"type": "string", "examples": ["2026-12-05 22:00"]}),
]
Day = Annotated[str, AfterValidator(_day), Field(examples=["2026-05-15", "05-15"])]
Place = Annotated[str, AfterValidator(_place), Field(examples=["ES-MD", "MX"])]
Whom = Annotated[
    Recipient,
    BeforeValidator(_recipient),
    WithJsonSchema({"type": "string", "examples": ["owner", "everyone", "role:technician"]}),
]
