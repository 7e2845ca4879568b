"""Which of the files that are due a test takes, so that every pack is reached soon."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import inf
from typing import NamedTuple

from continuity.domain.coverage import ProvenContent, can_be_proven, proof_of
from continuity.domain.greatest import Greatest
from continuity.domain.manifest import Entry, tree_order
from continuity.domain.sampling import Basket, Sample, SampleRequest, rank_of, turn_of, wait_of

_NEVER = datetime.min.replace(tzinfo=UTC)


class Placed(NamedTuple):
    """A file of a manifest, and the packs in which its pieces are stored."""

    entry: Entry
    packs: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """What is known from before: files by path, packs by their ids.

    A pack was ``seen`` when a file in it came back right, or when it was read back whole.
    """

    proven: Mapping[bytes, ProvenContent]
    seen: Mapping[bytes, datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """How far a sample reaches: of ``packs`` that hold files, in how many it lies.

    ``unseen`` of them were never seen before; ``chosen`` files are in it for their pack's sake.
    """

    packs: frozenset[bytes]
    reached: frozenset[bytes]
    unseen: int
    chosen: int


def reach_packs(
    sample: Sample, files: Iterable[Placed], request: SampleRequest, memory: Memory
) -> tuple[Sample, Reach]:
    """Choose the files that are due again, by the packs in which they are stored.

    What must be in and what was drawn at random stays as it is. Of the others, first come those
    owed to the deadline: whoever was proven longest ago is taken, and only among files of the same
    age the packs decide. The rest goes to the packs that were seen longest ago, never seen ones
    first, by the file in each that was proven longest ago, or by the smallest one where that is
    too large. Where every pack is reached, the files proven longest ago follow.
    """
    scene = _Scene(sample, request, memory.proven)
    for placed in files:
        scene.look_at(placed)
    choice = _Choice(sample, request, scene)
    order = sorted(
        scene.candidates,
        key=lambda id: (memory.seen.get(id, _NEVER), rank_of(request.seed, id)),
    )
    choice.choose(order)
    basket = choice.basket
    drawn_out = min(request.random, sample.eligible) - len(sample.random)
    entries = tuple(sorted(basket.entries.values(), key=lambda entry: tree_order(entry.path)))
    chosen = replace(
        sample,
        entries=entries,
        due=tuple(choice.due),
        cut=drawn_out + choice.cut,
        unproven=frozenset(one.path for one in entries if proof_of(one, memory.proven) is None),
        bytes=basket.bytes,
    )
    return chosen, Reach(
        packs=frozenset(scene.packs),
        reached=frozenset(choice.reached),
        unseen=sum(id not in memory.seen for id in scene.packs),
        chosen=choice.for_packs,
    )


class _Waiting(NamedTuple):
    """A file that could be taken, and its key: the greater, the longer ago it was proven."""

    key: tuple[float, int]
    placed: Placed


class _Candidates(NamedTuple):
    """Who could stand for a pack: who waits longest, and the smallest."""

    longest: _Waiting
    smallest: _Waiting


class _Scene:
    """What a walk through all files shows."""

    def __init__(
        self, sample: Sample, request: SampleRequest, proven: Mapping[bytes, ProvenContent]
    ) -> None:
        self._seed = request.seed
        self._proven = proven
        self._kept = frozenset((*sample.always, *sample.random))
        self._due = Greatest[tuple[float, int], _Waiting](request.due)
        self.packs: set[bytes] = set()
        self.reached: set[bytes] = set()
        self.candidates: dict[bytes, _Candidates] = {}

    def look_at(self, placed: Placed) -> None:
        entry = placed.entry
        self.packs.update(placed.packs)
        if entry.path in self._kept:
            self.reached.update(placed.packs)
        if not can_be_proven(entry):
            return
        waited = wait_of(proof_of(entry, self._proven))
        one = _Waiting((waited, turn_of(rank_of(self._seed, entry.path))), placed)
        self._due.offer(one.key, one)
        for id in placed.packs:
            self.candidates[id] = _better(self.candidates.get(id), one)

    def waiting(self) -> list[_Waiting]:
        """List who waits longest, as many as are due."""
        return self._due.ordered()


def _better(known: _Candidates | None, one: _Waiting) -> _Candidates:
    if known is None:
        return _Candidates(one, one)
    longest = max(known.longest, one, key=lambda waiting: waiting.key)
    return _Candidates(longest, min(known.smallest, one, key=_smallness))


def _smallness(one: _Waiting) -> tuple[int, tuple[float, int]]:
    longest_first = -one.key[0], -one.key[1]
    return one.placed.entry.size, longest_first


class _Choice:
    """Takes files within the limits, and keeps count of the places that are left."""

    def __init__(self, sample: Sample, request: SampleRequest, scene: _Scene) -> None:
        self.basket = Basket(request)
        self.due: list[bytes] = []
        self.reached = scene.reached
        self.cut = self.for_packs = 0
        kept = frozenset((*sample.always, *sample.random))
        for entry in sample.entries:
            if entry.path in kept:
                self.basket.add(entry)
        self._candidates = scene.candidates
        self._waiting = scene.waiting()
        owed = self._waiting[: request.owed]
        # Whoever waits longer than the last one owed must be taken; of those who wait as long as
        # that one, so many as are left.
        self._edge = owed[-1].key[0] if owed else inf
        self._owed = [one for one in owed if one.key[0] > self._edge]
        self._as_long = len(owed) - len(self._owed)
        self._free = request.due - len(owed)

    def choose(self, order: Iterable[bytes]) -> None:
        """Take what is owed, then pack by pack, then who waits longest."""
        for one in self._owed:
            self._take(one)
        for id in order:
            if self._as_long + self._free <= 0:
                break
            if id not in self.reached:
                self._stand_for(self._candidates[id])
        for one in self._rest(frozenset(self.due)):
            self._has_place(one)
            self._take(one)

    def _rest(self, taken: Container[bytes]) -> Iterator[_Waiting]:
        for one in self._waiting:
            if self._as_long + self._free <= 0:
                return
            if one.placed.entry.path not in taken and self._may(one):
                yield one

    def _may(self, one: _Waiting) -> bool:
        return self._free > 0 or (self._as_long > 0 and one.key[0] == self._edge)

    def _stand_for(self, pack: _Candidates) -> None:
        for one in dict.fromkeys((pack.longest, pack.smallest)):
            if self._may(one) and self._fits(one):
                self._has_place(one)
                self._take(one)
                self.for_packs += 1
                return

    def _fits(self, one: _Waiting) -> bool:
        return self.basket.fits(one.placed.entry)

    def _has_place(self, one: _Waiting) -> None:
        """Use a place: of those owed to files of this age while there are any."""
        if self._as_long > 0 and one.key[0] == self._edge:
            self._as_long -= 1
        else:
            self._free -= 1

    def _take(self, one: _Waiting) -> None:
        if self.basket.add(one.placed.entry):
            self.due.append(one.placed.entry.path)
            self.reached.update(one.placed.packs)
        else:
            self.cut += 1
