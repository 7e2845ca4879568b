"""What people wrote about incidents, as the values that judge them: calendars, duty, ladders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from continuity.config.public_holidays import public_holidays
from continuity.config.workspace import Workspace
from continuity.domain.calendar import ALWAYS, Calendar, Season, Shift, instant
from continuity.domain.duty import Absence, Assignment, CoManagement, Duty, Side
from continuity.domain.incident_rules import Rules
from continuity.domain.ladder import Ladder, Recipient, Rung, Track, When, Whom
from continuity.domain.maintenance import Window
from continuity.domain.responding import (
    Escalation,
    MaintenanceWindow,
    OpeningHours,
    OtherHours,
    Step,
)
from continuity.domain.service_level import PROPOSAL, Agreement, ServiceLevel
from continuity.domain.written_hours import dates_from_day

_WORKDAYS = (0, 1, 2, 3, 4)
PROPOSED_HOURS: Mapping[str, tuple[Shift, ...]] = {
    "extended": (Shift(weekdays=(*_WORKDAYS, 5), start=time(8), end=time(20)),),
    "business": (Shift(weekdays=_WORKDAYS, start=time(9), end=time(18)),),
}
"""Calendars that exist without being written, beside the one that is always open."""

CALENDARS = frozenset({ALWAYS.name, *PROPOSED_HOURS})
"""Their names."""

_BACK, _AHEAD = 2, 3
"""Holidays are known for so many years around now: no clock reaches further."""

_OWNER = Recipient(whom=Whom.OWNER)
_ALL = Recipient(whom=Whom.EVERYONE)
PROPOSED_LADDER = Ladder(
    name="proposed",
    track=Track.TECHNICAL,
    rungs=(
        Rung(when=When.UNACKNOWLEDGED, to=(_OWNER,)),
        Rung(when=When.UNACKNOWLEDGED, to=(_ALL,), after=timedelta(minutes=30)),
    ),
    repeat=1,
)
"""Who is told where nobody wrote it: never nobody."""


def calendars_of(workspace: Workspace, now: datetime) -> Mapping[str, Calendar]:
    """Give every calendar by name, with the holidays of the years around now."""
    zone = workspace.settings.zone
    proposed = {
        name: Calendar(name=name, zone=zone, shifts=shifts)
        for name, shifts in PROPOSED_HOURS.items()
    }
    years = range(now.year - _BACK, now.year + _AHEAD)
    written = {
        name: _calendar(name, hours, zone, years)
        for name, hours in workspace.responding.calendars.items()
    }
    return {ALWAYS.name: ALWAYS, **proposed, **written}


def agreement_of(workspace: Workspace, calendars: Mapping[str, Calendar]) -> Agreement:
    """Give all times agreed; a severity nobody wrote about is as proposed."""
    written = {
        severity: ServiceLevel(
            calendar=times.calendar,
            response=times.response,
            update=times.update,
            resolution=times.resolution,
        )
        for severity, times in workspace.responding.service_levels.items()
    }
    return Agreement(
        levels={**PROPOSAL, **written},
        calendars=calendars,
        duties=workspace.responding.duties,
    )


def duty_of(workspace: Workspace, calendars: Mapping[str, Calendar]) -> Duty:
    """Give who is there, in which role."""
    people = workspace.people.items()
    return Duty(
        zone=workspace.settings.zone,
        sides={name: Side(person.side) for name, person in people},
        assignments=tuple(
            Assignment(
                role=held.role,
                person=name,
                since=held.since or date.min,
                until=held.until or date.max,
                deputy=held.deputy,
                hours=held.hours,
            )
            for name, person in people
            for held in person.roles
        ),
        absences=tuple(
            Absence(person=name, first=away.first, last=away.last)
            for name, person in people
            for away in person.away
        ),
        calendars=calendars,
    )


def ladders_of(workspace: Workspace) -> tuple[Ladder, ...]:
    """Give the ladders in the order they were written; the proposed one where there is none."""
    written = workspace.responding.ladders.items()
    return tuple(_ladder(name, one) for name, one in written) or (PROPOSED_LADDER,)


def windows_of(workspace: Workspace) -> tuple[Window, ...]:
    """Give the windows of maintenance."""
    zone = ZoneInfo(workspace.settings.zone)
    written = workspace.responding.maintenance.items()
    return tuple(_window(name, one, zone) for name, one in written)


def sharing_of(workspace: Workspace, system: str) -> CoManagement:
    """Tell how the work on a system is shared with a provider."""
    sharing = workspace.responding.co_management
    return sharing.systems.get(system, sharing.mode)


def owners_of(workspace: Workspace, system: str) -> tuple[str, ...]:
    """Give the owner of a system and the deputy; nobody for what is no system."""
    found = workspace.systems.get(system)
    people = () if found is None else (found.owner, found.deputy)
    return tuple(one for one in people if one is not None)


def rules_of(workspace: Workspace) -> Rules:
    """Tell how patient the organisation is."""
    patience = workspace.responding.patience
    return Rules(
        group_wait=patience.group_wait,
        reopen_window=patience.reopen_window,
        idle=patience.idle,
        close_after=patience.close_after,
        raise_after=patience.raise_after,
    )


def _calendar(name: str, written: OpeningHours, zone: str, years: range) -> Calendar:
    closed = _dates(written.closed, years)
    for place in written.holidays:
        closed |= public_holidays(place, years)
    return Calendar(
        name=name,
        zone=written.zone or zone,
        shifts=written.hours,
        closed=closed - _dates(written.open, years),
        seasons=tuple(one for season in written.seasons for one in _seasons(season, years)),
    )


def _dates(days: Iterable[str], years: range) -> frozenset[date]:
    return frozenset(one for day in days for one in dates_from_day(day, years))


def _seasons(written: OtherHours, years: range) -> Iterable[Season]:
    ends = dates_from_day(written.last, range(years.start, years.stop + 1))
    for first in dates_from_day(written.first, years):
        # A season that ends before it begins goes on into the next year.
        last = next((end for end in ends if end >= first), None)
        if last is not None:
            yield Season(first=first, last=last, shifts=written.hours)


def _ladder(name: str, written: Escalation) -> Ladder:
    return Ladder(
        name=name,
        track=written.track,
        rungs=tuple(_rung(step) for step in written.steps),
        severities=written.severities,
        repeat=written.repeat,
        pause=written.pause,
    )


def _rung(step: Step) -> Rung:
    return Rung(
        when=step.when,
        to=step.to,
        after=step.after or timedelta(),
        percent=step.percent,
        via=step.via,
        hours=step.hours,
    )


def _window(name: str, written: MaintenanceWindow, zone: ZoneInfo) -> Window:
    return Window(
        name=name,
        owner=written.owner,
        reason=written.reason,
        start=instant(written.start, zone),
        end=instant(written.end, zone),
        systems=written.systems,
        repositories=written.repositories,
        jobs=written.jobs,
        everything=written.everything,
    )
