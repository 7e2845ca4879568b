"""Who will be called next of an incident, and when, if nothing happens until then. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from continuity.domain.calendar import ALWAYS
from continuity.domain.escalation import (
    Call,
    Scene,
    call_of,
    key_of,
    lap_of,
    period_of,
    waiting,
)
from continuity.domain.incident import Incident
from continuity.domain.ladder import Ladder, When
from continuity.domain.segment import reached

_TIMED = frozenset({When.UNACKNOWLEDGED, When.UNRESOLVED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Ahead:
    """A rung to come; ``at`` may be past when nobody has looked since."""

    call: Call
    at: datetime


def ahead_of(
    incident: Incident, ladders: Iterable[Ladder], scene: Scene, now: datetime
) -> tuple[Ahead, ...]:
    """Give the next rung of each ladder, the soonest first.

    Only those that wait for a time: an agreed time that is used up is seen on its clock. Nothing
    is to come while somebody has it, or it waits for others.
    """
    if not incident.speaks:
        return ()
    mine = [one for one in ladders if incident.severity in one.severities]
    first = (min(_rungs(incident, one, scene, now), key=_when, default=None) for one in mine)
    return tuple(sorted((one for one in first if one is not None), key=_when))


def _when(ahead: Ahead) -> datetime:
    return ahead.at


def _rungs(incident: Incident, ladder: Ladder, scene: Scene, now: datetime) -> Iterator[Ahead]:
    for index, rung in enumerate(ladder.rungs):
        segments = waiting(incident, rung.when) if rung.when in _TIMED else ()
        if not segments or segments[-1].end is not None or not segments[-1].counted:
            continue
        calendar = scene.duty.calendars.get(rung.hours, ALWAYS)
        for step in range(ladder.repeat + 1):
            key = key_of(incident, ladder, index, lap_of(incident, rung), step)
            at = reached(segments, calendar, step * period_of(ladder) + rung.after)
            if at is None or key in incident.rungs:
                continue
            call = call_of(incident, [ladder], key, scene, max(at, now))
            if call is not None and call.key not in incident.rungs:
                yield Ahead(call=call, at=at)
                break
