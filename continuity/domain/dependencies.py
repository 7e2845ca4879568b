"""What must be back before what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say


def dependency_order(depends_on: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Order names so that each comes after those it depends on.

    Names that nobody describes are passed over. Raises ConfigurationError for a cycle.
    """
    order: list[str] = []
    done: set[str] = set()
    for name in depends_on:
        _visit(name, depends_on, done, order)
    return tuple(order)


def _visit(
    first: str, depends_on: Mapping[str, Iterable[str]], done: set[str], order: list[str]
) -> None:
    # A stack, not recursion: a chain of a thousand systems is no reason to fail.
    path: dict[str, list[str]] = {}
    if first not in done:
        path[first] = list(depends_on[first])
    while path:
        name, waiting = next(reversed(path.items()))
        if not waiting:
            del path[name]
            done.add(name)
            order.append(name)
            continue
        needed = waiting.pop()
        if needed in path:
            raise ConfigurationError(
                say(
                    N_("The systems {systems} depend on each other in a circle."),
                    systems=", ".join(sorted(_circle(path, needed))),
                ),
                remedy=say(N_("Remove one of these dependencies from config/systems.yaml.")),
            )
        if needed in depends_on and needed not in done:
            path[needed] = list(depends_on[needed])


def _circle(path: Iterable[str], start: str) -> list[str]:
    names = list(path)
    return names[names.index(start) :]
