"""What is agreed for an incident of each severity: how soon, by which calendar. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from continuity.domain.calendar import ALWAYS, Calendar, working_day
from continuity.domain.incident_clock import Term
from continuity.domain.segment import Clock
from continuity.domain.ticket import Severity

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceTime:
    """Time by a calendar: a day is one of its working days, so ``3d`` is no 72 hours."""

    days: int = 0
    rest: timedelta = timedelta()

    def by(self, calendar: Calendar) -> timedelta:
        """Give it as worked time of a calendar."""
        return self.days * working_day(calendar) + self.rest


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceLevel:
    """How soon an incident is answered, told of and resolved; None where nothing is agreed."""

    calendar: str
    response: ServiceTime | None = None
    update: ServiceTime | None = None
    resolution: ServiceTime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """Everything agreed on times.

    ``duties`` are the times within which an authority or a customer must be told, by name: data and
    no legal advice, and only a person begins one.
    """

    levels: Mapping[Severity, ServiceLevel]
    calendars: Mapping[str, Calendar]
    duties: Mapping[str, timedelta]


PROPOSAL: Mapping[Severity, ServiceLevel] = {
    Severity.S1: ServiceLevel(
        calendar="always",
        response=ServiceTime(rest=15 * _MINUTE),
        update=ServiceTime(rest=30 * _MINUTE),
        resolution=ServiceTime(rest=4 * _HOUR),
    ),
    Severity.S2: ServiceLevel(
        calendar="extended",
        response=ServiceTime(rest=_HOUR),
        update=ServiceTime(rest=2 * _HOUR),
        resolution=ServiceTime(rest=8 * _HOUR),
    ),
    Severity.S3: ServiceLevel(
        calendar="business",
        response=ServiceTime(rest=4 * _HOUR),
        update=ServiceTime(days=1),
        resolution=ServiceTime(days=3),
    ),
    Severity.S4: ServiceLevel(
        calendar="business",
        response=ServiceTime(days=1),
        resolution=ServiceTime(days=10),
    ),
    Severity.S5: ServiceLevel(calendar="business"),
}
"""What a firm starts from, and changes."""

_ON_THE_WALL = frozenset({Severity.S1, Severity.S2})
"""While it is this grave people are told at night, too."""


def terms_of(
    agreement: Agreement, severity: Severity, rto: timedelta | None = None
) -> tuple[Term, ...]:
    """Give what every clock of an incident is read against; ``rto`` is its system's objective.

    A calendar that is gone counts every hour: rather too soon than never.
    """
    level = agreement.levels.get(severity, ServiceLevel(calendar=ALWAYS.name))
    calendar = agreement.calendars.get(level.calendar, ALWAYS)
    told_by = ALWAYS if severity in _ON_THE_WALL else calendar
    return (
        Term(clock=Clock.DETECTION, target=None, calendar=ALWAYS),
        _term(Clock.RESPONSE, level.response, calendar),
        _term(Clock.UPDATE, level.update, told_by),
        _term(Clock.RESOLUTION, level.resolution, calendar),
        Term(clock=Clock.RTO, target=rto, calendar=ALWAYS),
        *(
            Term(clock=Clock.REGULATORY, target=within, calendar=ALWAYS, duty=duty)
            for duty, within in agreement.duties.items()
        ),
    )


def _term(clock: Clock, agreed: ServiceTime | None, calendar: Calendar) -> Term:
    return Term(
        clock=clock, target=None if agreed is None else agreed.by(calendar), calendar=calendar
    )
