"""Which packs are read back next: each within its deadline, never over budget, the oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.pack_ledger import (
    PIECE_BYTES,
    Ledger,
    Load,
    Most,
    Pace,
    Round,
    load_of,
    measure_packs,
    pace_from,
    plan_round,
)

BEGINNING = datetime(2026, 11, 21, tzinfo=UTC)
DAY = timedelta(days=1)
IDS = st.binary(min_size=4, max_size=4)
SIZES = st.integers(0, 3 * PIECE_BYTES)
PACKS = st.dictionaries(IDS, SIZES, min_size=1, max_size=30)
UNBOUND = Most()


@dataclass
class Reading:
    """A repository that is read every day, and what its ledger remembers."""

    pace: Pace
    packs: dict[bytes, int]
    read: dict[bytes, datetime] = field(default_factory=dict)
    met: dict[bytes, datetime] = field(default_factory=dict)
    wrong: set[bytes] = field(default_factory=set)
    now: datetime = BEGINNING

    @property
    def ledger(self) -> Ledger:
        return Ledger(read=self.read, met=self.met, wrong=self.wrong)

    def next_round(self, most: Most = UNBOUND, done: int | None = None) -> Round:
        """Read a round, or only so many packs of it; what was read is noted as it is read."""
        for id in self.packs:
            self.met.setdefault(id, self.now)
        planned = plan_round(self.packs, self.ledger, self.pace, most, self.now)
        for position, id in enumerate(planned.due[:done]):
            self.read[id] = self.now + timedelta(minutes=1 + position)
        self.now += DAY
        return planned

    def overdue(self) -> int:
        return measure_packs(self.packs, self.ledger, self.pace.within, self.now).overdue


def a_month(packs: Mapping[bytes, int], days: int = 30) -> Reading:
    return Reading(pace=pace_from(1, days * DAY, DAY), packs=dict(packs))


def enough_for(reading: Reading) -> Most:
    """Give the budget that surely suffices: the even share, and room for the largest pack."""
    loads = [load_of(size) for size in reading.packs.values()]
    share = plan_round(reading.packs, reading.ledger, reading.pace, UNBOUND, reading.now).needed
    return Most(
        share.bytes + max(load.bytes for load in loads),
        share.requests + max(load.requests for load in loads),
    )


@given(PACKS, st.integers(2, 12))
def test_every_pack_is_read_within_its_deadline_where_the_budget_allows_it(
    packs: dict[bytes, int], days: int
) -> None:
    reading = a_month(packs, days)
    most = enough_for(reading)

    for _ in range(3 * days):
        planned = reading.next_round(most)
        assert not planned.short
        assert reading.overdue() == 0
    assert reading.read.keys() == packs.keys()


@given(PACKS, st.integers(1, 12), st.integers(1, 4 * PIECE_BYTES), st.integers(1, 20))
def test_no_round_takes_more_than_its_budget(
    packs: dict[bytes, int], days: int, size: int, requests: int
) -> None:
    reading, most = a_month(packs, days), Most(size, requests)

    for _ in range(5):
        planned = reading.next_round(most)
        read = Load()
        for id in planned.due:
            read = read.plus(load_of(packs[id]))
        assert read == planned.takes
        assert read.fits(most)


@given(PACKS, st.integers(2, 12), st.integers(1, 8 * PIECE_BYTES))
def test_a_pack_that_will_be_late_was_foretold(
    packs: dict[bytes, int], days: int, size: int
) -> None:
    reading, most, foretold = a_month(packs, days), Most(size), False

    for _ in range(2 * days):
        foretold |= reading.next_round(most).short
        assert foretold or not reading.overdue()


@given(PACKS, st.lists(st.tuples(PACKS, st.integers(0, 30)), min_size=5, max_size=20))
def test_packs_that_come_and_go_upset_nothing(
    packs: dict[bytes, int], changes: list[tuple[dict[bytes, int], int]]
) -> None:
    reading = a_month(packs, 5)

    for new, pruned in changes:
        for id in sorted(reading.packs)[:pruned]:
            del reading.packs[id]
        reading.packs.update({id: size for id, size in new.items() if id not in reading.read})
        planned = reading.next_round()
        assert set(planned.due) <= reading.packs.keys()
        assert not planned.short
        assert reading.overdue() == 0


@given(PACKS, st.lists(st.integers(0, 3), min_size=1, max_size=5))
def test_an_interrupted_round_loses_nothing_that_was_proven(
    packs: dict[bytes, int], stops: list[int]
) -> None:
    reading = a_month(packs)

    for done in stops:
        before = dict(reading.read)
        planned = reading.next_round(done=done)
        assert {id: reading.read[id] for id in before if id not in planned.due} == {
            id: at for id, at in before.items() if id not in planned.due
        }
        unread = packs.keys() - reading.read.keys()
        following = plan_round(packs, reading.ledger, reading.pace, UNBOUND, reading.now)
        assert set(following.due[: len(unread)]) <= unread or not unread


@given(PACKS, st.integers(2, 10))
def test_one_round_that_is_missed_breaks_no_deadline(packs: dict[bytes, int], days: int) -> None:
    reading = a_month(packs, days)
    late = set()

    for number in range(3 * days):
        if number % (days + 1) == days:
            reading.now += DAY
            late.add(reading.overdue())
        else:
            reading.next_round()

    assert late <= {0}


@given(PACKS, st.integers(1, 12))
def test_no_round_reads_nothing_and_none_reads_far_more_than_its_share(
    packs: dict[bytes, int], checks: int
) -> None:
    reading = Reading(pace=pace_from(checks, None, None), packs=dict(packs))

    for _ in range(2 * checks):
        planned = reading.next_round()
        assert planned.due
        assert planned.takes.bytes <= planned.needed.bytes + 2 * max(packs.values()) * checks
    assert reading.read.keys() == packs.keys()


def test_what_was_proven_longest_ago_comes_first_and_what_was_wrong_before_it() -> None:
    packs = {b"old": 10, b"new": 10, b"met": 10, b"bad": 10}
    ledger = Ledger(
        read={b"old": BEGINNING, b"new": BEGINNING + 2 * DAY, b"bad": BEGINNING + 3 * DAY},
        met={b"met": BEGINNING + DAY},
        wrong=(b"bad",),
    )

    planned = plan_round(packs, ledger, Pace(rounds=1), UNBOUND, BEGINNING + 4 * DAY)

    assert planned.due == (b"bad", b"old", b"met", b"new")


def test_all_that_was_found_wrong_is_read_again_whatever_the_share_is() -> None:
    packs = {bytes([number]): 10 for number in range(20)}
    ledger = Ledger(wrong=tuple(packs)[5:15])

    planned = plan_round(packs, ledger, Pace(rounds=20), UNBOUND, BEGINNING)

    assert set(ledger.wrong) <= set(planned.due)


def test_a_pack_larger_than_the_budget_is_passed_over_and_told() -> None:
    packs = {b"huge": 1_000, b"small": 10}

    planned = plan_round(packs, Ledger(), Pace(rounds=2), Most(bytes=100), BEGINNING)

    assert planned.due == (b"small",)
    assert planned.too_large == (b"huge",)
    assert planned.short


def test_a_deadline_keeps_one_round_in_reserve() -> None:
    assert pace_from(30, 90 * DAY, DAY).rounds == 89
    assert pace_from(30, 2 * DAY, DAY).rounds == 1
    assert pace_from(30, 90 * DAY, None).rounds == 30
    assert pace_from(30, None, DAY).rounds == 30


def test_the_share_of_a_round_is_even() -> None:
    packs = {bytes([number]): 100 for number in range(90)}
    reading = a_month(packs, 31)

    planned = reading.next_round()

    assert planned.needed.bytes == 300
    assert len(planned.due) == 3


def test_the_sum_over_packs_says_what_is_proven_overdue_and_since_when() -> None:
    packs = {b"old": 1, b"new": 10, b"never": 100, b"bad": 1_000}
    met = dict.fromkeys(packs, BEGINNING) | {b"never": BEGINNING + DAY}
    read = {b"old": BEGINNING, b"new": BEGINNING + 5 * DAY, b"bad": BEGINNING + 5 * DAY}
    now = BEGINNING + 7 * DAY

    known = measure_packs(packs, Ledger(read=read, met=met, wrong=(b"bad",)), 7 * DAY, now)

    assert (known.packs, known.bytes) == (4, 1_111)
    assert (known.proven, known.proven_bytes) == (1, 10)
    assert (known.overdue, known.overdue_bytes, known.never) == (1, 1, 1)
    assert known.oldest == BEGINNING
    assert not known.whole


def test_everything_counts_as_read_once_all_that_was_there_at_first_was() -> None:
    packs = {b"first": 1, b"later": 1}
    met = {b"first": BEGINNING, b"later": BEGINNING + DAY}

    before = measure_packs(packs, Ledger(met=met), None, BEGINNING + 2 * DAY)
    after = measure_packs(
        packs, Ledger(met=met, read={b"first": BEGINNING + 2 * DAY}), None, BEGINNING + 2 * DAY
    )

    assert not before.whole
    assert after.whole
    assert after.oldest == BEGINNING + DAY
