"""Which packs are read back next, so that each is read within its deadline and none over budget."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

PIECE_BYTES = 1 << 23
"""How much of a pack one request asks for."""


class Load(NamedTuple):
    """What reading takes of a storage."""

    bytes: int = 0
    requests: int = 0

    def plus(self, other: Load) -> Load:
        """Add what other reading takes."""
        return Load(self.bytes + other.bytes, self.requests + other.requests)

    def fits(self, most: Most) -> bool:
        """Tell whether it is within bounds."""
        return (most.bytes is None or self.bytes <= most.bytes) and (
            most.requests is None or self.requests <= most.requests
        )


class Most(NamedTuple):
    """What a round may take at most; None where nobody set a bound."""

    bytes: int | None = None
    requests: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """What is known of packs: when each was last found right, when first met, which were wrong."""

    read: Mapping[bytes, datetime] = field(default_factory=dict)
    met: Mapping[bytes, datetime] = field(default_factory=dict)
    wrong: Collection[bytes] = ()

    def since(self, id: bytes, now: datetime) -> datetime:
        """Tell from when the deadline of a pack counts: its last proof, or when it was met."""
        return self.read.get(id) or self.met.get(id, now)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How many rounds there are for all packs, this one included.

    With a deadline and a time between rounds one of them is kept in reserve, so that a round that
    fails, or ends a little later than the one before, breaks no deadline.
    """

    rounds: int
    within: timedelta | None = None
    gap: timedelta | None = None

    def left(self, since: datetime, now: datetime) -> int:
        """Count the rounds that a pack may wait, this one included."""
        if self.within is None or self.gap is None:
            return self.rounds
        return min(max((since + self.within - now) // self.gap, 1), self.rounds)


def pace_from(checks: int, within: timedelta | None, gap: timedelta | None) -> Pace:
    """Count the rounds by deadline and timetable; without both there are as many as written."""
    if within is None or gap is None:
        return Pace(rounds=checks, within=within)
    return Pace(rounds=max(within // gap - 1, 1), within=within, gap=gap)


class Shortage(NamedTuple):
    """What a round needs of one thing, and what of it the budget allows."""

    unit: str
    needed: int
    allowed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """What one round reads, in this order.

    ``needed`` is the even share that keeps every deadline, ``takes`` what ``due`` takes, and
    ``largest`` what the largest pack does. ``short`` says that with ``most`` in every round some
    pack would be late; ``too_large`` are packs that fit into no round.
    """

    due: tuple[bytes, ...]
    takes: Load
    needed: Load
    largest: Load
    most: Most
    short: bool
    too_large: tuple[bytes, ...]

    @property
    def shortage(self) -> Shortage | None:
        """Say what the budget is short of; None where it suffices."""
        if not self.short:
            return None
        bounds = [
            Shortage(unit, needed, allowed)
            for unit, needed, allowed in zip(Load._fields, self.needed, self.most, strict=True)
            if allowed is not None
        ]
        # Packs are read whole, so more than the even share may be needed.
        least = (one._replace(needed=max(one.needed, self._largest(one.unit))) for one in bounds)
        surely = (one._replace(needed=one.needed + self._largest(one.unit)) for one in bounds)
        missing = (one for one in least if one.needed > one.allowed)
        return next(missing, None) or next(surely, None)

    @property
    def needs(self) -> Load:
        """Tell what a round surely has to be allowed; the even share where the budget suffices."""
        short = self.shortage
        return self.needed if short is None else self.needed._replace(**{short.unit: short.needed})

    def _largest(self, unit: str) -> int:
        return self.largest.bytes if unit == "bytes" else self.largest.requests


class _Waiting(NamedTuple):
    id: bytes
    load: Load
    left: int
    wrong: bool


def load_of(size: int) -> Load:
    """Tell what reading a pack takes: its bytes, piece by piece, until one is not full."""
    return Load(size, size // PIECE_BYTES + 1)


def plan_round(
    packs: Mapping[bytes, int], ledger: Ledger, pace: Pace, most: Most, now: datetime
) -> Round:
    """Choose what is read now, of packs with their sizes in bytes.

    What was found wrong comes first each time, then what was proven longest ago; a pack that was
    never read counts from when it was first met. As much is read as keeps every deadline if each
    round read as much, whole packs, never more than the budget, and always at least one that fits.
    """
    everything = _queue(packs, ledger, pace, now)
    queue = [one for one in everything if one.load.fits(most)]
    needed = _even_share(everything, pace.rounds)
    chosen = _take(queue, needed, most)
    if not _in_time(queue[len(chosen) :], most, 1):
        chosen = _take(queue, None, most)
    too_large = tuple(one.id for one in everything if not one.load.fits(most))
    return Round(
        due=tuple(one.id for one in chosen),
        takes=_sum(chosen),
        needed=needed,
        largest=Load(*map(max, zip(Load(), *(one.load for one in everything), strict=True))),
        most=most,
        short=bool(too_large) or not _in_time(queue, most, 0) or _passes(queue, most) > pace.rounds,
        too_large=too_large,
    )


def _queue(packs: Mapping[bytes, int], ledger: Ledger, pace: Pace, now: datetime) -> list[_Waiting]:
    wrong = frozenset(ledger.wrong)
    since = {id: ledger.since(id, now) for id in packs}
    return [
        _Waiting(id, load_of(packs[id]), pace.left(since[id], now), id in wrong)
        for id in sorted(packs, key=lambda id: (id not in wrong, since[id], id))
    ]


def _even_share(queue: Iterable[_Waiting], rounds: int) -> Load:
    """Tell the least that each round must take: of all packs in a cycle, of the first due ones."""
    by_round = [Load()] * (rounds + 1)
    for one in queue:
        by_round[one.left] = by_round[one.left].plus(one.load)
    most = sofar = Load()
    for left, load in enumerate(by_round):
        sofar = sofar.plus(load)
        if left:
            most = Load(
                max(most.bytes, -(-sofar.bytes // left)),
                max(most.requests, -(-sofar.requests // left)),
            )
    return most


def _take(queue: Sequence[_Waiting], needed: Load | None, most: Most) -> list[_Waiting]:
    """Take from the head of the queue; all that may be taken where no share is given."""
    chosen: list[_Waiting] = []
    sofar = Load()
    for one in queue:
        enough = needed is not None and _reaches(sofar, needed) and not one.wrong
        if (chosen and enough) or not sofar.plus(one.load).fits(most):
            break
        chosen.append(one)
        sofar = sofar.plus(one.load)
    return chosen


def _reaches(load: Load, needed: Load) -> bool:
    return load.bytes >= needed.bytes and load.requests >= needed.requests


def _in_time(queue: Iterable[_Waiting], most: Most, begun: int) -> bool:
    """Tell whether full rounds, after so many others, read each pack before its last one ends."""
    return all(begun + number <= one.left for one, number in _filled(queue, most))


def _passes(queue: Iterable[_Waiting], most: Most) -> int:
    """Count the full rounds that read everything once."""
    return max((number for _, number in _filled(queue, most)), default=0)


def _filled(queue: Iterable[_Waiting], most: Most) -> Iterator[tuple[_Waiting, int]]:
    number, sofar = 1, Load()
    for one in queue:
        sofar = sofar.plus(one.load)
        if not sofar.fits(most):
            number, sofar = number + 1, one.load
        yield one, number


def _sum(chosen: Iterable[_Waiting]) -> Load:
    total = Load()
    for one in chosen:
        total = total.plus(one.load)
    return total


@dataclass(frozen=True, kw_only=True, slots=True)
class PackCoverage:
    """How much of a repository's stored bytes was read back, counted over its packs.

    ``requests`` are those that read everything once.
    ``proven`` ones were found right within the deadline, or ever where there is none. ``oldest`` is
    from when the deadline of the one counts that waits longest. ``whole`` says that everything
    that was there at ``oldest`` was read since.
    """

    packs: int
    bytes: int
    requests: int
    proven: int
    proven_bytes: int
    never: int
    overdue: int
    overdue_bytes: int
    oldest: datetime | None
    whole: bool


def measure_packs(
    packs: Mapping[bytes, int], ledger: Ledger, within: timedelta | None, now: datetime
) -> PackCoverage:
    """Count through all packs."""
    bad = frozenset(ledger.wrong)
    since = {id: ledger.since(id, now) for id in packs}
    never = {id for id in packs if id not in ledger.read}
    late = {id for id in packs if within is not None and since[id] + within <= now}
    proven = packs.keys() - never - late - bad
    first_met = min((ledger.met.get(id, since[id]) for id in packs), default=now)
    unread = min((since[id] for id in never), default=None)
    return PackCoverage(
        packs=len(packs),
        bytes=sum(packs.values()),
        requests=sum(load_of(size).requests for size in packs.values()),
        proven=len(proven),
        proven_bytes=sum(packs[id] for id in proven),
        never=len(never),
        overdue=len(late),
        overdue_bytes=sum(packs[id] for id in late),
        oldest=min(since.values(), default=None),
        whole=bool(packs) and not bad & packs.keys() and (unread is None or unread > first_met),
    )
