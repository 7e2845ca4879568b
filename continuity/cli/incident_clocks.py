"""The clocks of an incident on a screen, who is there now, and who is called next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import tzinfo

from continuity.answering.climbing import Prospect
from continuity.cli.columns import joined, plain
from continuity.cli.language import _
from continuity.cli.wording import duration, moment
from continuity.config.workspace import Workspace
from continuity.domain.ahead import Ahead
from continuity.domain.clock import text_from_time
from continuity.domain.incident_clock import Hand, Reading
from continuity.domain.segment import Clock
from continuity.domain.shown import seconds_from
from continuity.domain.text import N_

CLOCKS: Mapping[Clock, str] = {
    Clock.DETECTION: N_("until it was noticed"),
    Clock.RESPONSE: N_("until somebody has it"),
    Clock.UPDATE: N_("since people were told"),
    Clock.RESOLUTION: N_("until it is over"),
    Clock.RTO: N_("until the service is back"),
    Clock.REGULATORY: N_("duty to report"),
}


def clock_name(reading: Reading) -> str:
    """Name a clock; a duty by its own name."""
    name = _(CLOCKS.get(reading.term.clock, reading.term.clock.value))
    return f"{name}: {plain(reading.term.duty)}" if reading.term.duty else name


def clock_state(reading: Reading, zone: tzinfo) -> str:
    """Say whether it was kept, until when there is time, or why it stands."""
    if reading.breached and reading.due is not None:
        return _("BREACHED at {moment}").format(moment=moment(reading.due, zone))
    match reading.hand:
        case Hand.STOPPED:
            return _("measured") if reading.term.target is None else _("kept")
        case Hand.PAUSED:
            return _("stands since {moment}").format(moment=moment(reading.since, zone))
        case Hand.RUNNING if reading.due is not None:
            return _("due {moment}").format(moment=moment(reading.due, zone))
        case Hand.RUNNING:
            return _("runs, nothing agreed")


def clock_rows(readings: Iterable[Reading], zone: tzinfo) -> Iterator[list[str]]:
    """Give a row for each clock: its name, elapsed, agreed, and how it stands."""
    for one in readings:
        agreed = one.term.target
        yield [
            clock_name(one),
            duration(one.elapsed.total_seconds()),
            "-" if agreed is None else duration(agreed.total_seconds()),
            clock_state(one, zone),
        ]


def prospect_lines(prospect: Prospect, workspace: Workspace, zone: tzinfo) -> Iterator[str]:
    """Draw the clocks and the people of an incident."""
    rows = list(clock_rows(prospect.readings, zone))
    if rows:
        yield _("Clocks (elapsed, agreed):")
        yield from ("  " + line.rstrip() for line in joined(rows, "<>><", "  "))
    if prospect.owner:
        yield _("Answers for it: {person}").format(person=_name(workspace, prospect.owner))
    for role, people in prospect.roles.items():
        yield _("On duty as {role}: {people}").format(
            role=plain(role), people=_names(workspace, people)
        )
    for one in prospect.ahead:
        yield _("Called next, {moment}: {people}").format(
            moment=moment(one.at, zone),
            people=_names(workspace, (*one.call.acting, *one.call.watching)),
        )


def plain_from_prospect(prospect: Prospect) -> dict[str, object]:
    """Reduce it to what JSON can hold."""
    return {
        "clocks": [plain_from_reading(one) for one in prospect.readings],
        "owner": prospect.owner or None,
        "on_duty": {role: list(people) for role, people in prospect.roles.items()},
        "called_next": [_plain_from_ahead(one) for one in prospect.ahead],
    }


def plain_from_reading(one: Reading) -> dict[str, object]:
    """Reduce what a clock shows to plain values."""
    return {
        "clock": one.term.clock.value,
        "duty": one.term.duty or None,
        "state": one.hand.value,
        "why": one.reason or None,
        "elapsed_seconds": seconds_from(one.elapsed),
        "agreed_seconds": seconds_from(one.term.target),
        "due": None if one.due is None else text_from_time(one.due),
        "breached": one.breached,
    }


def _plain_from_ahead(one: Ahead) -> dict[str, object]:
    return {
        "at": text_from_time(one.at),
        "ladder": one.call.ladder,
        "track": one.call.track.value,
        "acting": list(one.call.acting),
        "watching": list(one.call.watching),
    }


def _names(workspace: Workspace, people: Iterable[str]) -> str:
    return ", ".join(_name(workspace, one) for one in people) or _("nobody")


def _name(workspace: Workspace, person: str) -> str:
    known = workspace.people.get(person)
    return plain(person if known is None else known.name)
