"""Does it come and go? Judged over runs, because days between them say nothing."""

from __future__ import annotations

from itertools import pairwise

WINDOW = 12
"""So many results are looked at."""

_START = 50
_STOP = 25


def remember(results: tuple[bool, ...], good: bool) -> tuple[bool, ...]:
    """Add a result; only the last ones are kept."""
    return (*results, good)[-WINDOW:]


def change_percent(results: tuple[bool, ...]) -> int:
    """Give how much it changes, 0 to 100; recent changes weigh more, after Nagios.

    The weights grow in a straight line from 0.8 to 1.2 over the window. A short history counts as
    one that did not change before.
    """
    changes = [one is not other for one, other in pairwise(results)]
    steps = WINDOW - 1
    padded = [False] * (steps - len(changes)) + changes
    weights = [80 + 40 * place // (steps - 1) for place in range(steps)]
    weighed = sum(weight for weight, changed in zip(weights, padded, strict=True) if changed)
    return 100 * weighed // sum(weights)


def is_flapping(results: tuple[bool, ...], was: bool) -> bool:
    """Tell whether it flaps: it starts at half, and stops only at a quarter."""
    percent = change_percent(results)
    return percent > _STOP if was else percent >= _START
