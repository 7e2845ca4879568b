"""Who is there, in which role and on which side; and who has the ball. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from continuity.domain.calendar import ALWAYS, Calendar, is_open
from continuity.domain.incident import Incident, State
from continuity.domain.incident_commands import HoldReason


class Side(StrEnum):
    """Of the firm itself, or of a provider."""

    INTERNAL = "internal"
    PROVIDER = "provider"


class CoManagement(StrEnum):
    """How a firm and its provider share the work.

    SHARED: both are told, and either takes it. SHADOW: the provider works, the firm is told all the
    same and confirms the end. OUTSOURCED: the provider works, and the firm's own technicians are
    told only when nobody of the provider is there.
    """

    SHARED = "shared"
    SHADOW = "shadow"
    OUTSOURCED = "outsourced"


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """A person in a role, from one day to another, both included, in the hours of a calendar."""

    role: str
    person: str
    since: date = date.min
    until: date = date.max
    deputy: bool = False
    hours: str = ALWAYS.name


@dataclass(frozen=True, kw_only=True, slots=True)
class Absence:
    """A person who is not there, from one day to another, both included."""

    person: str
    first: date
    last: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """Everybody with their sides and roles; days begin at midnight in ``zone``."""

    zone: str
    sides: Mapping[str, Side]
    assignments: tuple[Assignment, ...] = ()
    absences: tuple[Absence, ...] = ()
    calendars: Mapping[str, Calendar] = field(default_factory=dict)


class Bearer(StrEnum):
    """Who is expected to do the next thing."""

    PERSON = "person"
    INTERNAL = "internal"
    PROVIDER = "provider"
    CUSTOMER = "customer"
    NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ball:
    """Who has it; ``person`` is the name where it is one."""

    bearer: Bearer
    person: str = ""


def on_duty(duty: Duty, role: str, at: datetime) -> tuple[str, ...]:
    """Give who fills a role at an instant: those who hold it, and if none is there, the deputies.

    Empty when nobody is there: then somebody else has to be told, at once.
    """
    current = tuple(one for one in duty.assignments if one.role == role and _serves(duty, one, at))
    holders = _names(one for one in current if not one.deputy)
    return holders or _names(one for one in current if one.deputy)


def is_there(duty: Duty, person: str, at: datetime) -> bool:
    """Tell whether somebody is known and not away."""
    today = _day(duty, at)
    away = any(one.person == person and one.first <= today <= one.last for one in duty.absences)
    return person in duty.sides and not away


def first_there(duty: Duty, people: Iterable[str], at: datetime) -> tuple[str, ...]:
    """Give the first of some people who is there: an owner, or else the deputy."""
    return tuple(one for one in people if is_there(duty, one, at))[:1]


def split_by_part(
    duty: Duty, people: Iterable[str], mode: CoManagement
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give who of those found is to act, and who is only told.

    When nobody of the provider was found, the others act: a fault that nobody may take is worse
    than one in the wrong hands.
    """
    everybody = tuple(people)
    if mode is CoManagement.SHARED:
        return everybody, ()
    acting = tuple(one for one in everybody if duty.sides.get(one) is Side.PROVIDER)
    if not acting:
        return everybody, ()
    if mode is CoManagement.OUTSOURCED:
        return acting, ()
    return acting, tuple(one for one in everybody if one not in acting)


def ball_of(incident: Incident, mode: CoManagement) -> Ball:
    """Say who has the ball. ``holder`` is kept by an incident that waits, so it gets it back."""
    if not incident.active:
        owed = incident.state is State.RESOLVED and incident.review_required
        left = owed and not incident.reviewed
        return Ball(bearer=Bearer.INTERNAL if left else Bearer.NOBODY)
    waits_for = None if incident.hold is None else _WAITS_FOR.get(incident.hold.reason)
    if waits_for is not None:
        return Ball(bearer=waits_for)
    if incident.state is State.MITIGATED and mode is CoManagement.SHADOW:
        return Ball(bearer=Bearer.INTERNAL)
    if incident.holder:
        return Ball(bearer=Bearer.PERSON, person=incident.holder)
    return Ball(bearer=Bearer.NOBODY if mode is CoManagement.SHARED else Bearer.PROVIDER)


_WAITS_FOR = {
    HoldReason.CUSTOMER.value: Bearer.CUSTOMER,
    HoldReason.PROVIDER.value: Bearer.PROVIDER,
}


def _serves(duty: Duty, one: Assignment, at: datetime) -> bool:
    if not one.since <= _day(duty, at) <= one.until or not is_there(duty, one.person, at):
        return False
    # A calendar that is gone has no closing time: rather woken than not told.
    return is_open(duty.calendars.get(one.hours, ALWAYS), at)


def _day(duty: Duty, at: datetime) -> date:
    return at.astimezone(ZoneInfo(duty.zone)).date()


def _names(assignments: Iterator[Assignment]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.person for one in assignments))
