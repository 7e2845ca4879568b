"""Which systems are down with others, and in which order the business wants them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from continuity.domain.portfolio import SystemPlan
from continuity.domain.recovery_order import recovery_order


def affected_systems(
    hit: Iterable[str], systems: Sequence[SystemPlan], order: Sequence[str] = ()
) -> Mapping[str, tuple[str, ...]]:
    """Order what is hit and all that needs it, each with what it waits for.

    What is hit itself waits for nothing. ``order`` is what the business wrote: it comes first, as
    written. The others follow by criticality, each after what it depends on. Raises
    ConfigurationError for a circle.
    """
    known = {system.name: system for system in systems}
    direct = {name for name in hit if name in known}
    waiting = _waiting(direct, known)
    written = [name for name in dict.fromkeys(order) if name in direct | waiting.keys()]
    rest = [name for name in recovery_order(systems) if name in direct | waiting.keys()]
    return {name: waiting.get(name, ()) for name in dict.fromkeys((*written, *rest))}


def _waiting(direct: set[str], known: Mapping[str, SystemPlan]) -> Mapping[str, tuple[str, ...]]:
    waiting: dict[str, tuple[str, ...]] = {}
    while True:
        down = direct | waiting.keys()
        new = {
            name: needed
            for name, system in known.items()
            if name not in down
            and (needed := tuple(one for one in system.depends_on if one in down))
        }
        if not new:
            return waiting
        waiting |= new
