"""When each system is back, with a few recovered at a time and the way to the copies shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """A part of a recovery, timed while nothing else ran.

    Those that read from the same ``place`` at the same time share its speed evenly; one without a
    place shares nothing.
    """

    length: timedelta
    place: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """From when until when a system is recovered, counted from the beginning."""

    start: timedelta
    back: timedelta


Work = Sequence[Stretch]
"""What recovering a system takes, one stretch after the other."""


def run_lanes(
    order: Sequence[str],
    needs: Mapping[str, Sequence[str]],
    work: Mapping[str, Work | None],
    lanes: int,
) -> dict[str, Slot]:
    """Tell from when until when each system is recovered, with so many at a time.

    A free lane takes the first system in the order whose needs are met. Systems whose own work,
    or that of something they need, is unknown (None) are left out and hold no lane. What is not in
    ``work`` need not be waited for.
    """
    known = _known(order, needs, work)
    waiting = list(known)
    running: list[_Running] = []
    slots: dict[str, Slot] = {}
    moment = 0
    while waiting or running:
        for name in _ready(waiting, needs, known, slots)[: lanes - len(running)]:
            waiting.remove(name)
            running.append(_Running(name, moment, known[name]))
        moment += _advance(running)
        for ended in [one for one in running if one.is_done]:
            running.remove(ended)
            slots[ended.name] = Slot(start=ended.start * _MICROSECOND, back=moment * _MICROSECOND)
    return slots


def _known(
    order: Iterable[str], needs: Mapping[str, Sequence[str]], work: Mapping[str, Work | None]
) -> dict[str, Work]:
    known: dict[str, Work] = {}
    for name in order:
        own = work.get(name)
        if own is not None and all(needed in known or needed not in work for needed in needs[name]):
            known[name] = own
    return known


def _ready(
    waiting: Iterable[str],
    needs: Mapping[str, Sequence[str]],
    known: Mapping[str, Work],
    slots: Mapping[str, Slot],
) -> list[str]:
    return [
        name
        for name in waiting
        if all(needed in slots or needed not in known for needed in needs[name])
    ]


class _Running:
    """A recovery under way; what is left of its present stretch is in microseconds."""

    def __init__(self, name: str, start: int, work: Work) -> None:
        self.name = name
        self.start = start
        self._coming = list(work)
        self.left = 0
        self.place = ""
        self.go_on()

    @property
    def is_done(self) -> bool:
        return not self.left and not self._coming

    def go_on(self) -> None:
        """Begin the next stretch that takes any time, if this one is through."""
        while not self.left and self._coming:
            stretch = self._coming.pop(0)
            self.left, self.place = stretch.length // _MICROSECOND, stretch.place


def _advance(running: Sequence[_Running]) -> int:
    """Go on until the first stretch is through; gives the microseconds that took.

    Whole numbers, and a share rounded down, so that nothing is ever back too early.
    """
    if any(one.is_done for one in running):
        return 0
    shared = {one.name: _sharing(one, running) for one in running}
    passed = min(one.left * shared[one.name] for one in running)
    for one in running:
        one.left -= passed // shared[one.name]
        one.go_on()
    return passed


def _sharing(one: _Running, running: Iterable[_Running]) -> int:
    return sum(other.place == one.place for other in running) if one.place else 1
