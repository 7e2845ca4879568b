"""What is counted between two manifests of one source."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.change import Changes, watch_changes
from continuity.domain.manifest import Entry, Kind, tree_order
from continuity.domain.moves import Moves
from tests.support.entries import PATHS, a_directory, a_file, trees

CONTENTS = st.sampled_from((b"", b"one", b"two", b"three"))


@st.composite
def files(draw: st.DrawFn) -> list[Entry]:
    """Draw files among a few paths, so that two draws meet."""
    paths = draw(st.sets(st.sampled_from((b"/a", b"/a.b", b"/a/b", b"/b", b"/c/d")), max_size=5))
    return [
        a_file(path, draw(CONTENTS), mtime_ns=draw(st.integers(1, 2)))
        for path in sorted(paths, key=tree_order)
    ]


def watched(
    entries: list[Entry], previous: list[Entry], canaries: frozenset[bytes] = frozenset()
) -> tuple[list[Entry], Changes]:
    changes = Changes()
    passed = list(watch_changes(entries, previous, changes, canaries.__contains__))
    return passed, changes


@given(trees(), trees())
def test_entries_pass_by_untouched(entries: list[Entry], previous: list[Entry]) -> None:
    assert watched(entries, previous)[0] == entries


@given(files() | trees(), files() | trees())
def test_counts_are_those_of_a_naive_comparison(now: list[Entry], before: list[Entry]) -> None:
    new = {entry.path: entry for entry in now if entry.kind is Kind.FILE}
    old = {entry.path: entry for entry in before if entry.kind is Kind.FILE}
    both = [(old[path], new[path]) for path in new.keys() & old.keys()]
    other = [pair for pair in both if pair[0].sha256 != pair[1].sha256]
    disguised = {
        after.path
        for earlier, after in other
        if (earlier.size, earlier.mtime_ns) == (after.size, after.mtime_ns)
    }

    changes = watched(now, before)[1]

    assert (changes.before, changes.after) == (len(old), len(new))
    assert changes.added == len(new.keys() - old.keys())
    assert changes.removed == len(old.keys() - new.keys())
    assert changes.changed == len(other)
    assert set(changes.disguised) == disguised
    assert 0 <= changes.moved <= changes.removed
    assert 0 <= changes.changed_percent <= 100


@given(files(), files(), st.sets(PATHS | st.sampled_from((b"/a", b"/a/b", b"/c/d"))))
def test_a_watched_file_that_changed_or_went_is_named(
    now: list[Entry], before: list[Entry], canaries: set[bytes]
) -> None:
    new = {entry.path: entry.sha256 for entry in now}
    altered = {
        entry.path
        for entry in before
        if entry.path in canaries and new.get(entry.path) != entry.sha256
    }

    assert set(watched(now, before, frozenset(canaries))[1].altered) == altered


def test_a_canary_that_became_a_directory_is_named() -> None:
    before, now = [a_file(b"/canary", b"sings")], [a_directory(b"/canary")]

    assert watched(now, before, frozenset({b"/canary"}))[1].altered == [b"/canary"]


def test_nothing_before_is_no_change_and_no_percentage() -> None:
    changes = watched([a_file(b"/a")], [])[1]

    assert (changes.added, changes.changed_percent) == (1, 0)


@given(st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=30, unique=True))
def test_another_name_is_no_change(contents: list[bytes]) -> None:
    before = [a_file(b"/old/%04d" % at, content) for at, content in enumerate(contents)]
    after = [a_file(b"/new/%04d" % at, content) for at, content in enumerate(contents)]
    changes = watched(after, before)[1]

    assert (changes.removed, changes.moved) == (len(contents), len(contents))
    assert changes.changed_percent == 0


def test_a_copy_does_not_excuse_two_files_that_are_gone() -> None:
    before = [a_file(b"/old/%d" % at, b"same") for at in range(4)]
    changes = watched([a_file(b"/new", b"same")], before)[1]

    assert (changes.moved, changes.changed_percent) == (1, 75)


def test_of_very_many_moves_a_sample_is_enough() -> None:
    moves = Moves()
    for at in range(60_000):
        digest = hashlib.sha256(b"%d" % at).digest()
        moves.vanish(digest)
        if at % 2:
            moves.appear(digest)

    assert 28_500 < moves.of(60_000) < 31_500
