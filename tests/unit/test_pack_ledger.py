"""Which packs are read back next: every one of them in every round, and the oldest first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.pack_ledger import packs_due

BEGINNING = datetime(2026, 11, 21, tzinfo=UTC)
PACKS = st.dictionaries(st.binary(min_size=4, max_size=4), st.integers(0, 1 << 24), min_size=1)


def a_round(
    packs: dict[bytes, int], read: dict[bytes, datetime], checks: int, at: datetime
) -> list[tuple[bytes, ...]]:
    """Read a whole round of checks, an hour apart; what was read is noted in ``read``."""
    done = []
    for k in range(checks):
        now = at + timedelta(hours=k)
        done.append(packs_due(packs, read, None if k == 0 else at, checks - k))
        read.update(dict.fromkeys(done[-1], now + timedelta(seconds=1)))
    return done


@given(PACKS, st.integers(1, 12))
def test_every_pack_is_read_in_every_round(packs: dict[bytes, int], checks: int) -> None:
    read: dict[bytes, datetime] = {}
    for week in range(2):
        done = a_round(packs, read, checks, BEGINNING + timedelta(weeks=week))
        assert {id for part in done for id in part} == packs.keys()


@given(PACKS, st.integers(1, 12))
def test_no_check_reads_nothing_and_none_reads_far_more_than_its_share(
    packs: dict[bytes, int], checks: int
) -> None:
    done = a_round(packs, {}, checks, BEGINNING)

    assert [part for part in done if not part] == []
    share, largest = sum(packs.values()) / checks, max(packs.values())
    for part in done[:-1]:
        assert sum(packs[id] for id in part) <= share + largest + 1


def test_what_was_read_longest_ago_comes_first() -> None:
    packs = {b"old": 10, b"new": 10, b"never": 10}
    read = {b"old": BEGINNING, b"new": BEGINNING + timedelta(days=1)}

    due = packs_due(packs, read, None, 3)

    assert due == (b"never",)
    assert packs_due({b"old": 10, b"new": 10}, read, None, 2) == (b"old",)


def test_a_pack_that_was_not_found_right_is_read_each_time() -> None:
    packs, read = {b"bad": 10, b"good": 10}, {b"good": BEGINNING}

    for _ in range(3):
        assert b"bad" in packs_due(packs, read, BEGINNING, 2)


def test_packs_that_came_in_the_middle_of_a_round_are_read_in_it() -> None:
    packs, read = {b"a": 10, b"b": 10}, dict[bytes, datetime]()
    (first,) = packs_due(packs, read, None, 2)
    read[first] = BEGINNING + timedelta(seconds=1)

    due = packs_due({**packs, b"c": 90}, read, BEGINNING, 1)

    assert set(due) == {b"a", b"b", b"c"} - {first}


def test_a_round_without_checks_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="0 checks left"):
        packs_due({b"a": 1}, {}, None, 0)
