"""Who is brought back first."""

from __future__ import annotations

from collections.abc import Iterable

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
