"""Who is brought back first, and when each can start."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from continuity.domain.dependencies import dependency_order
from continuity.domain.portfolio import CRITICALITIES, SystemPlan


def recovery_order(systems: Iterable[SystemPlan]) -> tuple[str, ...]:
    """Order systems by criticality, each after what it depends on.

    What a vital system waits for is as urgent as the system itself. Raises ConfigurationError for
    a circle.
    """
    plans = {system.name: system for system in systems}
    needs = {name: plan.depends_on for name, plan in plans.items()}
    own = {name: _rank(plan.criticality) for name, plan in plans.items()}
    urgency = dict(own)
    for name in reversed(dependency_order(needs)):
        for needed in needs[name]:
            if needed in urgency:
                urgency[needed] = min(urgency[needed], urgency[name])
    ranked = sorted(plans, key=lambda name: (urgency[name], own[name], name))
    return dependency_order({name: needs[name] for name in ranked})


def _rank(criticality: str) -> int:
    known = criticality in CRITICALITIES
    return CRITICALITIES.index(criticality) if known else len(CRITICALITIES)


def start_times(
    order: Sequence[str],
    needs: Mapping[str, Sequence[str]],
    lasting: Mapping[str, timedelta | None],
    lanes: int,
) -> dict[str, timedelta]:
    """Tell when each system can start, with so many recovered at a time.

    A free lane takes the first system in the order whose needs are met. Systems whose own time,
    or that of something they need, is unknown are left out and hold no lane.
    """
    lengths = _known_lengths(order, needs, lasting)
    waiting = [name for name in order if name in lengths]
    free = [timedelta(0)] * lanes
    starts: dict[str, timedelta] = {}
    backs: dict[str, timedelta] = {}
    while waiting:
        moment = heapq.heappop(free)
        ready = next((name for name in waiting if _is_met(needs[name], backs, moment)), None)
        if ready is None:
            heapq.heappush(free, min(back for back in backs.values() if back > moment))
            continue
        waiting.remove(ready)
        starts[ready], backs[ready] = moment, moment + lengths[ready]
        heapq.heappush(free, backs[ready])
    return starts


def _is_met(needed: Iterable[str], backs: Mapping[str, timedelta], moment: timedelta) -> bool:
    return all(name in backs and backs[name] <= moment for name in needed)


def _known_lengths(
    order: Sequence[str],
    needs: Mapping[str, Sequence[str]],
    lasting: Mapping[str, timedelta | None],
) -> dict[str, timedelta]:
    known: dict[str, timedelta] = {}
    for name in order:
        length = lasting[name]
        if length is not None and all(needed in known for needed in needs[name]):
            known[name] = length
    return known
