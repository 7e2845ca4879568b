"""Files that are due, chosen by the packs in which they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.coverage import ProvenContent
from continuity.domain.manifest import Entry
from continuity.domain.pack_choice import Memory, Placed, Reach, reach_packs
from continuity.domain.sampling import Sample, SampleRequest, draw_sample
from tests.support.entries import a_file
from tests.support.samples import PLAIN

NOW = datetime(2026, 7, 1, tzinfo=UTC)
REQUEST = replace(PLAIN, random=3, due=4)

PACKS = st.integers(0, 11).map(lambda number: b"%032d" % number)
STORED = st.lists(
    st.tuples(st.integers(0, 9), st.lists(PACKS, max_size=3, unique=True)), max_size=60
).map(
    lambda drawn: [
        Placed(a_file(b"/data/%03d" % number, b"x" * size), tuple(packs))
        for number, (size, packs) in enumerate(drawn)
    ]
)
REQUESTS = st.builds(
    lambda random, due, owed, seed: replace(
        REQUEST, random=random, due=max(due, owed), owed=owed, seed=seed
    ),
    st.integers(0, 20),
    st.integers(0, 20),
    st.integers(0, 20),
    st.text(max_size=4),
)


@dataclass
class Ledgers:
    """What drills remember from one to the next."""

    proven: dict[bytes, ProvenContent] = field(default_factory=dict)
    seen: dict[bytes, datetime] = field(default_factory=dict)

    @property
    def memory(self) -> Memory:
        return Memory(proven=self.proven, seen=self.seen)

    def drill(self, stored: Sequence[Placed], request: SampleRequest, at: datetime) -> Reach:
        sample, reach = chosen(stored, request, self.memory)
        for entry in sample.entries:
            self.proven[entry.path] = ProvenContent(at, entry.sha256)
        self.seen.update(dict.fromkeys(reach.reached, at))
        return reach


def entries_of(stored: Sequence[Placed]) -> list[Entry]:
    return [placed.entry for placed in stored]


def chosen(
    stored: Sequence[Placed], request: SampleRequest, memory: Memory
) -> tuple[Sample, Reach]:
    drawn = draw_sample(entries_of(stored), request, memory.proven)
    return reach_packs(drawn, stored, request, memory)


def ages(paths: Sequence[bytes], proven: Mapping[bytes, ProvenContent]) -> list[datetime]:
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(proven[path].at if path in proven else never for path in paths)


MEMORIES = st.dictionaries(st.integers(0, 59), st.integers(0, 5)).map(
    lambda drawn: {
        b"/data/%03d" % number: NOW - timedelta(days=days) for number, days in drawn.items()
    }
)


def memory_of(stored: Sequence[Placed], proven: Mapping[bytes, datetime]) -> Memory:
    contents = {
        entry.path: ProvenContent(proven[entry.path], entry.sha256)
        for entry in entries_of(stored)
        if entry.path in proven
    }
    return Memory(proven=contents, seen={})


@given(STORED, REQUESTS, MEMORIES, st.integers(1, 30), st.integers(0, 60))
def test_neither_what_must_be_in_nor_a_random_file_gives_way_and_the_budget_is_kept(
    stored: list[Placed],
    request: SampleRequest,
    proven: Mapping[bytes, datetime],
    files: int,
    room: int,
) -> None:
    request = replace(request, largest=2, max_files=files, max_bytes=room)
    memory = memory_of(stored, proven)
    before = draw_sample(entries_of(stored), request, memory.proven)
    after, _ = reach_packs(before, stored, request, memory)

    assert (after.always, after.random) == (before.always, before.random)
    assert (after.missed, after.eligible, after.covered) == (
        before.missed,
        before.eligible,
        before.covered,
    )
    assert {*after.always, *after.random} - {*after.missed} <= {one.path for one in after.entries}
    assert len(after.due) <= request.due
    assert len(after.entries) <= files
    assert after.bytes == sum(entry.size for entry in after.entries) <= room


@given(STORED, REQUESTS, MEMORIES, st.randoms(use_true_random=False))
def test_the_same_seed_chooses_the_same_files_in_any_order(
    stored: list[Placed], request: SampleRequest, proven: Mapping[bytes, datetime], shuffle: object
) -> None:
    memory = memory_of(stored, proven)
    shuffled = list(stored)
    shuffle.shuffle(shuffled)  # type: ignore[attr-defined]  # random.Random, which hypothesis hides

    assert chosen(stored, request, memory) == chosen(shuffled, request, memory)


@given(STORED, st.integers(0, 5), st.integers(1, 6), st.integers(0, 4))
def test_every_pack_is_reached_within_as_many_drills_as_its_places_take(
    stored: list[Placed], random: int, due: int, owed: int
) -> None:
    ledgers, packs = Ledgers(), {id for placed in stored for id in placed.packs}
    request = replace(REQUEST, random=random, due=due + owed, owed=owed)
    for number in range(-(-len(packs) // due)):
        asked = replace(request, seed=f"drill {number}")
        ledgers.drill(stored, asked, NOW + timedelta(days=number))

    assert set(ledgers.seen) == packs


@given(STORED, REQUESTS, MEMORIES)
def test_a_deadline_for_files_is_met_as_before(
    stored: list[Placed], request: SampleRequest, proven: Mapping[bytes, datetime]
) -> None:
    memory = memory_of(stored, proven)
    before = draw_sample(entries_of(stored), request, memory.proven)
    after, _ = reach_packs(before, stored, request, memory)
    owed = min(request.owed, len(before.due))

    expected = ages(before.due, memory.proven)[:owed]
    assert expected == ages(after.due, memory.proven)[:owed]


@given(STORED, REQUESTS)
def test_the_places_are_used_up(stored: list[Placed], request: SampleRequest) -> None:
    after, _ = chosen(stored, request, Memory(proven={}, seen={}))

    assert len(after.due) >= min(request.due, len(stored)) - len(after.random)
    assert len(after.entries) >= min(len(stored), max(request.random, request.due))


def in_one_pack_each(count: int) -> list[Placed]:
    return [
        Placed(a_file(b"/data/%03d" % number, b"x" * (number + 1)), (b"pack %03d" % number,))
        for number in range(count)
    ]


def test_packs_never_seen_come_first_and_then_those_seen_longest_ago() -> None:
    stored = in_one_pack_each(10)
    seen = {b"pack %03d" % number: NOW - timedelta(days=number) for number in range(8)}
    request = replace(REQUEST, random=0, due=4)

    sample, reach = chosen(stored, request, Memory(proven={}, seen=seen))

    assert set(sample.due) == {b"/data/%03d" % number for number in (8, 9, 7, 6)}
    assert (len(reach.packs), reach.unseen, reach.chosen) == (10, 2, 4)


def test_one_file_a_pack_and_the_one_proven_longest_ago() -> None:
    stored = [Placed(a_file(b"/data/%d" % number), (b"pack",)) for number in range(5)]
    stored.append(Placed(a_file(b"/data/other"), (b"other",)))
    proven = {
        placed.entry.path: ProvenContent(NOW - timedelta(days=number), placed.entry.sha256)
        for number, placed in enumerate(stored)
    }

    sample, reach = chosen(
        stored, replace(REQUEST, random=0, due=2), Memory(proven=proven, seen={})
    )

    assert set(sample.due) == {b"/data/4", b"/data/other"}
    assert reach.reached == reach.packs


def test_where_the_file_is_too_large_the_smallest_stands_for_its_pack() -> None:
    large, small = a_file(b"/data/large", b"x" * 100), a_file(b"/data/small", b"x")
    stored = [Placed(large, (b"pack",)), Placed(small, (b"pack",))]
    proven = {small.path: ProvenContent(NOW, small.sha256)}
    request = replace(REQUEST, random=0, due=1, max_bytes=50)

    sample, reach = chosen(stored, request, Memory(proven=proven, seen={}))

    assert sample.due == (b"/data/small",)
    assert reach.reached == {b"pack"}


def test_a_random_file_that_lies_in_a_pack_spares_another_one_for_it() -> None:
    stored = in_one_pack_each(6)

    sample, reach = chosen(stored, replace(REQUEST, due=3), Memory(proven={}, seen={}))

    assert not set(sample.random) & set(sample.due)
    assert len(reach.reached) == 6
    assert reach.chosen == 3
