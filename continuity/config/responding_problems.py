"""Does what people wrote about incidents lead to people, hours and things that exist?"""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import timedelta
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel

from continuity.config.draft import Draft, Part
from continuity.config.problem import NOTHING, Place, Problem, nearest, value_shown
from continuity.config.public_holidays import is_known
from continuity.config.responding import CALENDARS
from continuity.domain.duty import CoManagement
from continuity.domain.ladder import Recipient, Whom, text_from_recipient
from continuity.domain.responding import MaintenanceWindow, Responding, Step
from continuity.domain.system import Person
from continuity.domain.text import N_, say
from continuity.domain.ticket import Severity

_LONGEST_WINDOW = timedelta(days=31)
_GRAVE = (Severity.S1, Severity.S2)


def responding_problems(draft: Draft) -> Iterator[Problem]:
    """Check the people's roles, and everything written about incidents."""
    for person in draft.people.parts.values():
        yield from _person(draft, person)
    part = draft.responding.part
    if part is None:
        return
    yield from _calendars(part)
    for severity, times in part.model.service_levels.items():
        place: Place = ("service_levels", severity.value, "calendar")
        yield from _calendar_named(draft, part, place, times.calendar)
    yield from _ladders(draft, part)
    for name, window in part.model.maintenance.items():
        yield from _window(draft, part, name, window)
    yield from _sharing(draft, part)


def holiday_problems(draft: Draft) -> Iterator[Problem]:
    """Check that the holidays of every place can be had; this loads what knows them."""
    part = draft.responding.part
    if part is None:
        return
    for name, hours in part.model.calendars.items():
        for index, where in enumerate(hours.holidays):
            if not is_known(where):
                place = ("calendars", name, "holidays", index)
                expected = say(N_("a country or region whose holidays are known, such as ES-MD"))
                yield part.problem(place, expected, value_shown(place, where))


def _person(draft: Draft, part: Part[Person]) -> Iterator[Problem]:
    for index, held in enumerate(part.model.roles):
        place: Place = ("roles", index)
        yield from _calendar_named(draft, part, (*place, "hours"), held.hours)
        if held.since and held.until and held.until < held.since:
            yield _before(part, (*place, "until"), str(held.until))
    for index, away in enumerate(part.model.away):
        if away.last < away.first:
            yield _before(part, ("away", index, "last"), str(away.last))


def _calendars(part: Part[Responding]) -> Iterator[Problem]:
    for name, hours in part.model.calendars.items():
        if name == "always":
            expected = say(N_("another name: always is every minute of every day"))
            yield part.problem(("calendars", name), expected, value_shown((), name))
        if hours.zone is not None and not _is_zone(hours.zone):
            place: Place = ("calendars", name, "zone")
            expected = say(N_("an IANA zone such as Europe/Madrid"))
            meant = nearest(hours.zone, available_timezones())
            if meant is not None:
                expected = say(N_("an IANA zone, perhaps {meant}"), meant=meant)
            yield part.problem(place, expected, value_shown(place, hours.zone))


def _ladders(draft: Draft, part: Part[Responding]) -> Iterator[Problem]:
    ladders = part.model.ladders
    for name, ladder in ladders.items():
        for index, step in enumerate(ladder.steps):
            place: Place = ("ladders", name, "steps", index)
            yield from _calendar_named(draft, part, (*place, "hours"), step.hours)
            for number, recipient in enumerate(step.to):
                yield from _recipient(draft, part, (*place, "to", number), recipient)
            yield from _channels(draft, part, place, step)
    covered = {severity for ladder in ladders.values() for severity in ladder.severities}
    for severity in _GRAVE:
        if ladders and severity not in covered:
            expected = say(N_("a ladder for incidents of severity {severity}"), severity=severity)
            yield part.problem(("ladders",), expected, NOTHING)


def _channels(draft: Draft, part: Part[Responding], place: Place, step: Step) -> Iterator[Problem]:
    outlets = draft.outlets
    for index, channel in enumerate(step.via):
        if channel not in outlets.written and outlets.known:
            where = (*place, "via", index)
            yield _unknown(part, where, channel, outlets.where, outlets.written)


def _recipient(
    draft: Draft, part: Part[Responding], place: Place, recipient: Recipient
) -> Iterator[Problem]:
    if not draft.people.known:
        return
    match recipient.whom:
        case Whom.PERSON:
            known: Set[str] = draft.people.written
            expected = say(N_("a name from {where}"), where=draft.people.where)
        case Whom.ROLE:
            people = draft.people.parts.values()
            known = {held.role for person in people for held in person.model.roles}
            expected = say(N_("a role that somebody in {where} holds"), where=draft.people.where)
        case _:
            return
    if recipient.name not in known:
        meant = nearest(recipient.name, known)
        if meant is not None:
            expected = say(N_("a known name, perhaps {meant}"), meant=meant)
        yield part.problem(place, expected, value_shown(place, text_from_recipient(recipient)))


def _window(
    draft: Draft, part: Part[Responding], name: str, window: MaintenanceWindow
) -> Iterator[Problem]:
    place: Place = ("maintenance", name)
    scopes = {
        "systems": (window.systems, draft.systems),
        "repositories": (window.repositories, draft.repositories),
        "jobs": (window.jobs, draft.jobs),
    }
    if window.owner not in draft.people.written and draft.people.known:
        where = (*place, "owner")
        yield _unknown(part, where, window.owner, draft.people.where, draft.people.written)
    for key, (names, section) in scopes.items():
        for index, one in enumerate(names):
            if one not in section.written and section.known:
                where = (*place, key, index)
                yield _unknown(part, where, one, section.where, section.written)
    if not window.everything and not any(names for names, _ in scopes.values()):
        expected = say(N_("systems, repositories or jobs, or everything: true"))
        yield part.problem(place, expected, NOTHING)
    if not window.start < window.end <= window.start + _LONGEST_WINDOW:
        expected = say(N_("an end after the start, within {days} days"), days=_LONGEST_WINDOW.days)
        found = say("{value}", value=f"{window.end:%Y-%m-%d %H:%M}")
        yield part.problem((*place, "end"), expected, found)


def _sharing(draft: Draft, part: Part[Responding]) -> Iterator[Problem]:
    sharing = part.model.co_management
    for system in sharing.systems:
        if system not in draft.systems.written and draft.systems.known:
            place = ("co_management", "systems", system)
            yield _unknown(part, place, system, draft.systems.where, draft.systems.written)
    modes = {sharing.mode, *sharing.systems.values()}
    provider = any(one.model.side == "provider" for one in draft.people.parts.values())
    if modes != {CoManagement.SHARED} and draft.people.known and not provider:
        expected = say(N_("somebody whose side is provider in {where}"), where=draft.people.where)
        yield part.problem(("co_management",), expected, NOTHING)


def _calendar_named(
    draft: Draft, part: Part[BaseModel], place: Place, name: str
) -> Iterator[Problem]:
    file = draft.responding
    known = CALENDARS | (set() if file.part is None else file.part.model.calendars.keys())
    if name not in known and file.known:
        yield _unknown(part, place, name, file.where, known)


def _unknown(
    part: Part[BaseModel], place: Place, name: str, where: str, known: Set[str]
) -> Problem:
    meant = nearest(name, known)
    expected = say(N_("a name from {where}"), where=where)
    if meant is not None:
        expected = say(N_("a name from {where}, perhaps {meant}"), where=where, meant=meant)
    return part.problem(place, expected, value_shown(place, name))


def _before(part: Part[BaseModel], place: Place, found: str) -> Problem:
    return part.problem(
        place, say(N_("a day that is not before the first")), value_shown((), found)
    )


def _is_zone(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (OSError, ValueError, KeyError):
        return False
    return True
