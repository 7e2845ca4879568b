"""Whom a run calls when it needs somebody who may not be looking, and with what words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from continuity.domain.cleaned import one_line
from continuity.domain.conduct import Entry, Event, Waits, Why
from continuity.domain.conduct_frontier import Stand, deciders
from continuity.domain.conduct_next import Doing, command_of, next_actions, who_may
from continuity.domain.text import N_, Message, say

_LONGEST_TITLE = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """What is to be said, and to whom.

    ``key`` is the same however often it is tried.
    """

    key: str
    people: tuple[str, ...]
    said: Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Onlookers:
    """Who looks at a run: nobody when it is ``alone``, and ``present`` those who have just acted.

    ``zone`` is the one in which people are told times.
    """

    alone: bool = False
    present: frozenset[str] = frozenset()
    zone: str = "UTC"


_Told = tuple[Message, tuple[str, ...]] | None
_ForPeople = frozenset(
    {Waits.WORK, Waits.DECISION, Waits.APPROVAL, Waits.CONFIRMATION, Waits.DRILL, Waits.POINT}
)


def call_of(stand: Stand, entry: Entry, seen: Onlookers) -> Call | None:
    """Tell who is to be called because of an entry, given the run after it; None for nobody.

    What somebody did themselves is no reason, nor is what is the turn of those who are there.
    """
    if entry.by or entry.event not in _CALLS:
        return None
    told = _CALLS[entry.event](stand, entry, seen)
    if told is None or seen.present & set(told[1]):
        return None
    conduct = stand.conduct
    key = f"{conduct.run}-{entry.event.value}-{entry.step}-{conduct.version}"
    return Call(key=key, people=told[1], said=told[0])


def call_after_silence(stand: Stand, since: datetime, zone: str) -> Call:
    """Ask people what they did on paper while the program was not there."""
    conduct = stand.conduct
    template = N_(
        "The program was not at work since {since}, so nothing goes on by itself in the run {run}. "
        "Enter first what was done on paper, then let it: continuity runbook carry-on {run}"
    )
    said = say(template, since=_local(since, zone), run=conduct.run)
    key = f"{conduct.run}-silence-{conduct.version}"
    return Call(key=key, people=_leading(stand), said=said)


def title_of(stand: Stand, name: str) -> str:
    """Give the title of a step in one line."""
    inserted = (extra.text for extra in stand.conduct.inserted if extra.step == name)
    passage = stand.document.passage(name)
    title = next(inserted, "") if passage is None else passage.title
    return one_line(title or name, _LONGEST_TITLE)


def _said(stand: Stand, entry: Entry, template: str, doing: Doing | None = None) -> Message:
    run = stand.conduct.run
    actions = next_actions(stand, entry.at)
    mine = (one for one in actions if entry.step in {one.step, ""} and doing in {None, one.doing})
    action = next(mine, None)
    status = f"continuity runbook status {run}"
    return say(
        template,
        title=title_of(stand, entry.step),
        run=run,
        command=status if action is None else command_of(action, run),
    )


def _leading(stand: Stand, *more: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in (*more, stand.conduct.commander) if name))


def _asked(stand: Stand, entry: Entry, _seen: Onlookers) -> _Told:
    template = N_(
        "“{title}” takes longer than planned, in the run {run}. Go on, get help, or change the "
        "plan? To go on: {command}"
    )
    one = stand.conduct.of(entry.step)
    doing = (one.holder,) if one.holder else who_may(stand, entry.step)
    return _said(stand, entry, template, Doing.GO_ON), _leading(stand, *doing)


def _decided(stand: Stand, entry: Entry, _seen: Onlookers) -> _Told:
    option = str(entry.details.get("option", ""))
    if entry.details.get("needs_approval"):
        template = N_(
            "Nobody decided “{title}” in time. Its default, {option}, needs a permission: {command}"
        )
        return _with(_said(stand, entry, template), option), who_may(stand, entry.step)
    template = N_(
        "Nobody decided “{title}” in time, so the default holds: {option}. What is next: "
        "continuity runbook status {run}"
    )
    who = deciders(stand, entry.step)
    return _with(_said(stand, entry, template), option), _leading(stand, *who)


def _with(message: Message, option: str) -> Message:
    return say(message.template, **message.values, option=option)


def _widened(stand: Stand, entry: Entry, _seen: Onlookers) -> _Told:
    template = N_("Nobody decided “{title}” in time. Now others may, too: {command}")
    return _said(stand, entry, template), who_may(stand, entry.step)


def _waits(stand: Stand, entry: Entry, seen: Onlookers) -> _Told:
    """Call who is to choose; for any other work only when nobody looks."""
    one = stand.conduct.of(entry.step)
    who = who_may(stand, entry.step)
    if one.waits is Waits.DECISION:
        return _open_decision(stand, entry, one.due_at, seen.zone), who
    if one.waits is Waits.APPROVAL:
        return _said(stand, entry, N_("“{title}” waits for a permission: {command}")), who
    if not seen.alone or one.waits not in _ForPeople:
        return None
    template = N_("It is your turn in the run {run}: “{title}”. Then: {command}")
    return _said(stand, entry, template), who or _leading(stand)


def _open_decision(stand: Stand, entry: Entry, until: datetime | None, zone: str) -> Message:
    if until is None:
        return _said(stand, entry, N_("“{title}” is to be decided: {command}"))
    said = _said(stand, entry, N_("“{title}” is to be decided until {until}: {command}"))
    return say(said.template, **said.values, until=_local(until, zone))


def _local(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _paused(stand: Stand, entry: Entry, _seen: Onlookers) -> _Told:
    template = N_(
        "“{title}” failed, and the run {run} stands still until somebody chooses: {command}"
    )
    if entry.details.get("why") == Why.UNDONE:
        template = N_(
            "What was done in the run {run} was taken back. It stands still until somebody "
            "chooses: {command}"
        )
    return _said(stand, entry, template), _leading(stand)


def _unknown(stand: Stand, entry: Entry, _seen: Onlookers) -> _Told:
    template = N_("Nobody knows how it is with “{title}”. Look, then say it: {command}")
    return _said(stand, entry, template), _leading(stand, *who_may(stand, entry.step))


def _too_long(stand: Stand, entry: Entry, _seen: Onlookers) -> _Told:
    template = N_(
        "The run {run} took longer than it may, and is over. See it: continuity runbook status "
        "{run}"
    )
    return _said(stand, entry, template), _leading(stand)


def _over(stand: Stand, entry: Entry, seen: Onlookers) -> _Told:
    if not seen.alone or stand.conduct.parent:
        return None
    template = N_("The run {run} is over. See it: continuity runbook status {run}")
    return _said(stand, entry, template), _leading(stand)


_CALLS: dict[Event, Callable[[Stand, Entry, Onlookers], _Told]] = {
    Event.ASKED: _asked,
    Event.DECIDED: _decided,
    Event.WIDENED: _widened,
    Event.BEGUN: _waits,
    Event.HELD: _waits,
    Event.PAUSED: _paused,
    Event.UNKNOWN: _unknown,
    Event.TIMED_OUT: _too_long,
    Event.FINISHED: _over,
    Event.ABORTED: _over,
}
