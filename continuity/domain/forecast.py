"""If everything burned today: who is back when, and with what loss."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.assessment import Assessment, SystemAssessment
from continuity.domain.clock import text_from_time
from continuity.domain.failure import ConfigurationError
from continuity.domain.portfolio import Portfolio
from continuity.domain.recovery_order import recovery_order, start_times
from continuity.domain.recovery_time import TimeKind
from continuity.domain.shown import seconds_from
from continuity.domain.surviving import EVERYTHING, Remains, Survival, lost_jobs, remains_of
from continuity.domain.system_time import less_certain, own_wait
from continuity.domain.text import N_, Message, say


@dataclass(frozen=True, kw_only=True, slots=True)
class Return:
    """How one system comes back, in the order of recovery.

    ``start`` and ``back`` are counted from the moment recovery begins and None where unknown;
    ``kind`` says where the time comes from. ``loss`` is the work that is gone, None when
    everything is. ``lost_jobs`` are those of which no copy is left.
    """

    system: str
    title: str
    criticality: str
    start: timedelta | None
    back: timedelta | None
    back_at: datetime | None
    kind: TimeKind
    loss: timedelta | None
    survival: Survival
    lost_jobs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """The return of all systems; ``notes`` are what must be read with the numbers."""

    at: datetime
    lose: str
    lanes: int
    returns: tuple[Return, ...]
    notes: tuple[Message, ...]


def forecast(
    portfolio: Portfolio,
    assessment: Assessment,
    now: datetime,
    lanes: int = 1,
    lose: str = EVERYTHING,
) -> Forecast:
    """Tell in what order and when systems would be back if all of them had to be recovered now.

    ``lose`` names copies that are gone too: ``site:X``, ``repository:X`` or ``medium:X``;
    ``everything`` loses all systems and no copies. Raises ConfigurationError for an unknown name,
    for no lane, and for systems that depend on each other in a circle.
    """
    if lanes < 1:
        raise ConfigurationError(say(N_("At least one system must be recovered at a time.")))
    gone = lost_jobs(portfolio.jobs, lose)
    systems = {system.plan.name: system for system in assessment.systems}
    remains = {name: remains_of(system.jobs, gone) for name, system in systems.items()}
    waits = {name: own_wait(left.jobs) for name, left in remains.items()}
    lasting = {
        name: None if remains[name].survival is Survival.LOST else wait.high
        for name, wait in waits.items()
    }
    order = recovery_order(system.plan for system in assessment.systems)
    needs = {name: system.plan.depends_on for name, system in systems.items()}
    starts = start_times(order, needs, lasting, lanes)
    kinds = _kinds(order, needs, {name: wait.kind for name, wait in waits.items()})
    listed = sorted(order, key=lambda name: (name not in starts, starts.get(name, _NEVER)))
    returns = tuple(
        _return(systems[name], remains[name], kinds[name], _times(name, starts, lasting), now)
        for name in listed
    )
    return Forecast(at=now, lose=lose, lanes=lanes, returns=returns, notes=_notes(returns))


_NEVER = timedelta.max
_Times = tuple[timedelta, timedelta] | None


def _times(
    name: str, starts: Mapping[str, timedelta], lasting: Mapping[str, timedelta | None]
) -> _Times:
    start, length = starts.get(name), lasting[name]
    return None if start is None or length is None else (start, start + length)


def _kinds(
    order: Iterable[str], needs: Mapping[str, Sequence[str]], own: Mapping[str, TimeKind]
) -> dict[str, TimeKind]:
    """Carry the doubt in a time to everything that waits for it."""
    kinds: dict[str, TimeKind] = {}
    for name in order:
        kinds[name] = own[name]
        for needed in needs[name]:
            kinds[name] = less_certain(kinds[name], kinds.get(needed, TimeKind.UNKNOWN))
    return kinds


def _return(
    system: SystemAssessment, left: Remains, kind: TimeKind, times: _Times, now: datetime
) -> Return:
    return Return(
        system=system.plan.name,
        title=system.plan.title,
        criticality=system.plan.criticality,
        start=None if times is None else times[0],
        back=None if times is None else times[1],
        back_at=None if times is None else now + times[1],
        kind=TimeKind.UNKNOWN if times is None else kind,
        loss=left.loss,
        survival=left.survival,
        lost_jobs=left.lost_jobs,
    )


def _notes(returns: Sequence[Return]) -> tuple[Message, ...]:
    unknown = sum(one.back is None for one in returns)
    computed = sum(one.kind is TimeKind.EXTRAPOLATED for one in returns)
    unproven = sum(one.survival is Survival.CLAIMED for one in returns)
    lost = sum(one.survival is Survival.LOST for one in returns)
    said = (
        (lost, N_("{count} of {total} systems would lose everything, in part or as a whole.")),
        (unproven, N_("{count} of {total} systems come back only from points nobody has proven.")),
        (
            unknown,
            N_(
                "The recovery time of {count} of {total} systems is unknown; the other times hold "
                "only if those wait."
            ),
        ),
        (computed, N_("{count} of {total} recovery times are computed, not measured.")),
    )
    return tuple(
        say(sentence, count=count, total=len(returns)) for count, sentence in said if count
    )


def plain_from_forecast(
    forecast: Forecast, speak: Callable[[Message], str] = str
) -> dict[str, object]:
    """Reduce a forecast to what JSON can hold: whole seconds, null where unknown or everything."""
    return {
        "generated_at": text_from_time(forecast.at),
        "lose": forecast.lose,
        "lanes": forecast.lanes,
        "systems": [_plain_return(one) for one in forecast.returns],
        "notes": [speak(note) for note in forecast.notes],
    }


def _plain_return(one: Return) -> dict[str, object]:
    return {
        "name": one.system,
        "title": one.title,
        "criticality": one.criticality,
        "start_seconds": seconds_from(one.start),
        "back_seconds": seconds_from(one.back),
        "back_at": None if one.back_at is None else text_from_time(one.back_at),
        "kind": one.kind.value,
        "loss_seconds": seconds_from(one.loss),
        "survival": one.survival.value,
        "lost_jobs": list(one.lost_jobs),
    }
