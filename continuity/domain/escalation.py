"""Who is to be told next of an incident that nobody takes, ends or speaks of. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.calendar import ALWAYS, Calendar, is_open
from continuity.domain.duty import (
    CoManagement,
    Duty,
    first_there,
    is_there,
    on_duty,
    split_by_part,
)
from continuity.domain.incident import Change, Event, Incident, State
from continuity.domain.incident_clock import Hand, Reading
from continuity.domain.incident_rules import Rules
from continuity.domain.ladder import Ladder, Recipient, Rung, Track, When, Whom, version_of
from continuity.domain.segment import Clock, Segments, elapsed, segments_of

_KEY_PARTS = 5
_REMIND_AT = 0.75
"""An acknowledgement that rests for so much of its time is reminded of, before it is lost."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """What is known when a ladder is looked at.

    ``owners`` are the owner of the incident's system and the deputy, in this order.
    """

    duty: Duty
    owners: tuple[str, ...] = ()
    mode: CoManagement = CoManagement.SHARED
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One rung that is due. ``key`` is the same however often it is asked for.

    ``acting`` are expected to take it, ``watching`` are only told; ``via`` empty means by every
    channel.
    """

    key: str
    ladder: str
    track: Track
    when: When
    acting: tuple[str, ...]
    watching: tuple[str, ...] = ()
    via: tuple[str, ...] = ()

    @property
    def reached_nobody(self) -> bool:
        """Whether there is nobody to tell."""
        return not self.acting and not self.watching


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What one person is told once, however many rungs lead there."""

    person: str
    acts: bool
    via: tuple[str, ...]


def ladders_taken(ladders: Iterable[Ladder], now: datetime) -> Change:
    """Keep the version of the ladders with an incident that opens; later ones do not concern it."""
    return Change(event=Event.LADDERS_TAKEN, at=now, details={"ladders": version_of(ladders)})


def due_rungs(
    incident: Incident, ladders: Iterable[Ladder], scene: Scene, now: datetime
) -> tuple[Call, ...]:
    """Give every rung that is due and was not climbed yet, in the order of the ladders.

    A rung that finds nobody leads to the next one at once. Nothing is due for an incident that is
    over, or that another one speaks for.
    """
    if not incident.speaks:
        return ()
    mine = (one for one in ladders if incident.severity in one.severities)
    return tuple(call for ladder in mine for call in _climbed(incident, ladder, scene, now))


def reminder(incident: Incident, rules: Rules, now: datetime) -> Call | None:
    """Tell whoever has it and does nothing, once, before it is taken away again."""
    since = incident.active_at
    if incident.state is not State.ACKNOWLEDGED or since is None or not incident.holder:
        return None
    late = reminder_to(incident)
    if late is None or late.key in incident.rungs or now - since < _REMIND_AT * rules.idle:
        return None
    return late


def reminder_to(incident: Incident) -> Call | None:
    """Make the reminder to whoever has an incident."""
    if incident.active_at is None or not incident.holder:
        return None
    return Call(
        key=f"{incident.cycle}/reminder/{incident.active_at.isoformat()}",
        ladder="reminder",
        track=Track.TECHNICAL,
        when=When.UNRESOLVED,
        acting=(incident.holder,),
    )


def changes_from(calls: Iterable[Call], now: datetime) -> tuple[Change, ...]:
    """Give what is recorded of rungs; that nobody was told is an event of its own."""
    return tuple(
        Change(
            event=Event.NOBODY_NOTIFIED if call.reached_nobody else Event.ESCALATED,
            at=now,
            details={
                "rung": call.key,
                "ladder": call.ladder,
                "told": len(call.acting) + len(call.watching),
                "via": " ".join(call.via),
            },
        )
        for call in calls
    )


def call_of(
    incident: Incident, ladders: Iterable[Ladder], rung: str, scene: Scene, now: datetime
) -> Call | None:
    """Give whom a climbed rung calls at a later time; None for a rung that is no more.

    What was climbed is in the record without names: who is meant is asked when it is told.
    """
    late = reminder_to(incident)
    if late is not None and late.key == rung:
        return late
    parts = rung.split("/")
    if len(parts) != _KEY_PARTS or not parts[-1].isdigit():
        return None
    for ladder in ladders:
        index = int(parts[-1])
        if ladder.name == parts[1] and index < len(ladder.rungs):
            return _call(ladder, ladder.rungs[index], rung, scene, now)
    return None


def everybody_told(calls: Iterable[Call]) -> tuple[Told, ...]:
    """Bundle rungs so that each person is told once; who acts on one of them acts."""
    found: dict[str, Told] = {}
    for call in calls:
        parts = [(one, True) for one in call.acting] + [(one, False) for one in call.watching]
        for person, acts in parts:
            known = found.get(person, Told(person=person, acts=acts, via=call.via))
            # No channel means every one, which no list of some may narrow.
            via = (*known.via, *call.via) if known.via and call.via else ()
            found[person] = Told(
                person=person, acts=known.acts or acts, via=tuple(dict.fromkeys(via))
            )
    return tuple(found.values())


def _climbed(incident: Incident, ladder: Ladder, scene: Scene, now: datetime) -> Iterator[Call]:
    jumping: When | None = None
    for index, rung in enumerate(ladder.rungs):
        step = _due_round(incident, ladder, rung, scene, now)
        key = key_of(incident, ladder, index, lap_of(incident, rung), step or 0)
        if key in incident.rungs or not (step is not None or jumping is rung.when):
            jumping = None
            continue
        call = _call(ladder, rung, key, scene, now)
        jumping = rung.when if call.reached_nobody else None
        if call.key not in incident.rungs:
            yield call


def _due_round(
    incident: Incident, ladder: Ladder, rung: Rung, scene: Scene, now: datetime
) -> int | None:
    """Give the round in which a rung is due now, counted from 0; None for not yet."""
    calendar = scene.duty.calendars.get(rung.hours, ALWAYS)
    if not is_open(calendar, now):
        return None
    match rung.when:
        case When.SERVICE_LEVEL:
            return 0 if _used_up(scene.readings, rung.percent) else None
        case When.NO_UPDATE:
            return 0 if _not_told(scene.readings, rung.after) else None
        case When.UNACKNOWLEDGED | When.UNRESOLVED:
            return _timed_round(incident, ladder, rung, calendar, now)


def _timed_round(
    incident: Incident, ladder: Ladder, rung: Rung, calendar: Calendar, now: datetime
) -> int | None:
    segments = waiting(incident, rung.when)
    if not segments or segments[-1].end is not None or not segments[-1].counted:
        return None
    waited = elapsed(segments, calendar, now)
    period = period_of(ladder)
    step = min(ladder.repeat, waited // period)
    return step if waited - step * period >= rung.after else None


def period_of(ladder: Ladder) -> timedelta:
    """Give how long a ladder takes until it begins again."""
    return max(one.after for one in ladder.rungs) + ladder.pause


def waiting(incident: Incident, when: When) -> Segments:
    """Give the time a rung waits in: since it is nobody's again, or since it came back."""
    if when is When.UNACKNOWLEDGED:
        return segments_of(incident.clocks, Clock.ATTENTION)[-1:]
    whole = segments_of(incident.clocks, Clock.RESOLUTION)
    return tuple(one for one in whole if one.cycle == incident.cycle)


def lap_of(incident: Incident, rung: Rung) -> int:
    """Count how often the rung's wait began anew: an acknowledgement that was lost is one more."""
    if rung.when is not When.UNACKNOWLEDGED:
        return 1
    return sum(one.counted for one in segments_of(incident.clocks, Clock.ATTENTION))


def key_of(incident: Incident, ladder: Ladder, index: int, lap: int, step: int) -> str:
    """Name one rung of one round, so that it is climbed once."""
    return f"{incident.cycle}/{ladder.name}/{lap}/{step}/{index}"


def _used_up(readings: Iterable[Reading], percent: int) -> bool:
    clocks = {Clock.RESPONSE, Clock.RESOLUTION, Clock.RTO}
    return any(
        one.hand is Hand.RUNNING and one.term.target is not None and one.percent >= percent
        for one in readings
        if one.term.clock in clocks
    )


def _not_told(readings: Iterable[Reading], after: timedelta) -> bool:
    for one in readings:
        if one.term.clock is Clock.UPDATE and one.hand is Hand.RUNNING:
            agreed = one.term.target
            return agreed is not None and one.elapsed >= agreed + after
    return False


def _call(ladder: Ladder, rung: Rung, key: str, scene: Scene, now: datetime) -> Call:
    found = dict.fromkeys(one for to in rung.to for one in _people(to, scene, now))
    mode = scene.mode if ladder.track is Track.TECHNICAL else CoManagement.SHARED
    acting, watching = split_by_part(scene.duty, found, mode)
    return Call(
        # A rung that found nobody is climbed again as soon as somebody is there.
        key=key if found else f"{key}/nobody",
        ladder=ladder.name,
        track=ladder.track,
        when=rung.when,
        acting=acting,
        watching=watching,
        via=rung.via,
    )


def _people(to: Recipient, scene: Scene, now: datetime) -> tuple[str, ...]:
    duty = scene.duty
    match to.whom:
        case Whom.ROLE:
            return on_duty(duty, to.name, now)
        case Whom.PERSON:
            return first_there(duty, (to.name,), now)
        case Whom.OWNER:
            return first_there(duty, scene.owners, now)
        case Whom.EVERYONE:
            return tuple(one for one in duty.sides if is_there(duty, one, now))
