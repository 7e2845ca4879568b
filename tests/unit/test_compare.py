"""What the comparison of a restored tree finds, and what it never calls a match."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.compare import Comparison, Outcome, compare, drifts
from continuity.domain.differences import Rules
from continuity.domain.manifest import Entry, Kind, Seal
from tests.support.entries import a_directory, a_file, a_link, sealed, surveyed, trees

FULL = Rules(owners=True, full=True)


def found_in(comparison: Comparison) -> list[tuple[bytes, Outcome]]:
    return [(one.path, one.outcome) for one in comparison.findings]


@given(trees())
def test_an_intact_tree_gives_nothing_but_matches(entries: list[Entry]) -> None:
    result = compare(sealed(entries), surveyed(entries), FULL)

    assert result.counts[Outcome.MATCH] == len(entries) == result.verifiable
    assert result.findings == ()
    assert result.compared_files == sum(entry.kind is Kind.FILE for entry in entries)
    assert result.compared_bytes == sum(entry.size for entry in entries)


def flip(entry: Entry) -> Entry:
    if entry.kind is Kind.FILE:
        return entry._replace(sha256=b"\0" * 32)
    if entry.kind is Kind.SYMLINK:
        return entry._replace(link_target=b"elsewhere/than/before")
    return entry._replace(kind=Kind.FILE, sha256=b"\0" * 32)


DAMAGES: list[tuple[Callable[[Entry], Entry | None], Outcome]] = [
    (flip, Outcome.CORRUPT),
    (
        lambda one: one._replace(kind=Kind.DIRECTORY if one.kind is Kind.FILE else Kind.FILE),
        Outcome.CORRUPT,
    ),
    (lambda one: one._replace(size=one.size + 1), Outcome.CORRUPT),
    (lambda one: None, Outcome.MISSING),
    (lambda one: one._replace(mtime_ns=one.mtime_ns + 10**9), Outcome.METADATA),
    (lambda one: one._replace(uid=one.uid ^ 1), Outcome.METADATA),
    (lambda one: one._replace(gid=one.gid ^ 1), Outcome.METADATA),
    (lambda one: one._replace(mode=one.mode ^ 0o100), Outcome.METADATA),
]


@given(trees(min_size=1), st.data())
def test_any_single_damage_is_found_and_named(entries: list[Entry], data: st.DataObject) -> None:
    victim = data.draw(st.sampled_from(surveyed(entries)))
    damage, outcome = data.draw(st.sampled_from(DAMAGES))
    damaged = damage(victim)
    observed = [damaged if one.path == victim.path else one for one in surveyed(entries)]

    result = compare(sealed(entries), [one for one in observed if one is not None], FULL)

    is_link_mode = victim.kind is Kind.SYMLINK and damaged == victim._replace(
        mode=victim.mode ^ 0o100
    )
    expected = [] if is_link_mode else [(victim.path, outcome)]
    assert expected == found_in(result)


@given(
    trees(min_size=1),
    st.sampled_from([Seal.UNSEALED, Seal.UNSTABLE, Seal.UNREADABLE, Seal.SURVEYED]),
)
def test_what_is_not_sealed_neither_passes_nor_fails(entries: list[Entry], seal: Seal) -> None:
    unsealed = [entry._replace(seal=seal) for entry in entries]

    intact = compare(unsealed, surveyed(entries), FULL)
    gone = compare(unsealed, [], FULL)

    assert intact.counts == gone.counts
    assert intact.verifiable == 0
    assert intact.counts[Outcome.UNVERIFIABLE] == len(entries)


def test_nothing_compared_proves_nothing() -> None:
    assert compare([], [a_file()], Rules(whole=True)).verifiable == 0


def test_only_what_was_not_asked_for_and_leads_nowhere_asked_for_is_extra() -> None:
    observed = surveyed(
        [
            a_directory(b"/a"),
            a_directory(b"/a/b"),
            a_file(b"/a/b/asked"),
            a_file(b"/a/b/surprise"),
            a_directory(b"/a/b/z"),
            a_directory(b"/empty"),
            a_directory(b"/empty/deep"),
            a_file(b"/last"),
        ]
    )
    expected = [a_file(b"/a/b/asked")]

    surprises = {b"/a/b/surprise", b"/a/b/z", b"/empty", b"/empty/deep", b"/last"}
    result = compare(expected, observed, Rules())
    assert {(path, Outcome.EXTRA) for path in surprises} == set(found_in(result))
    assert compare(expected, observed, Rules(whole=True)).findings == ()


def test_directory_times_count_only_when_everything_was_restored_and_the_seal_knows_them() -> None:
    expected = [a_directory(b"/a"), a_directory(b"/b", reason="directory-touched")]
    observed = [entry._replace(mtime_ns=1, seal=Seal.SURVEYED, reason="") for entry in expected]

    assert found_in(compare(expected, observed, Rules(full=True))) == [(b"/a", Outcome.METADATA)]
    assert found_in(compare(expected, observed, Rules())) == []


def test_owners_count_only_for_root_and_modes_only_where_the_place_keeps_them() -> None:
    expected = [a_file(mode=0o4755)]
    observed = surveyed([a_file(mode=0o755, uid=0, gid=0)])

    assert found_in(compare(expected, observed, Rules(mode_mask=0o777))) == []
    assert compare(expected, observed, Rules()).counts[Outcome.METADATA] == 1
    owned = compare(expected, observed, Rules(owners=True, mode_mask=0o777))
    assert owned.counts[Outcome.METADATA] == 1


def group(*inodes: int) -> list[Entry]:
    return [a_file(b"/%d" % number, inode=inode, links=2) for number, inode in enumerate(inodes)]


@pytest.mark.parametrize(
    ("expected", "observed", "broken"),
    [
        (group(7, 7), group(9, 9), []),
        (group(7, 7), group(8, 9), [b"/1"]),
        (group(7), group(8), []),
        (group(7, 6), group(8, 9), []),
    ],
)
def test_hard_links_are_compared_when_their_whole_group_was_restored(
    expected: list[Entry], observed: list[Entry], broken: list[bytes]
) -> None:
    result = compare(expected, surveyed(observed), Rules())

    assert [(path, Outcome.METADATA) for path in broken] == found_in(result)
    assert result.counts[Outcome.MATCH] == len(expected) - len(broken)
    assert compare(expected, surveyed(observed), Rules(hard_links=False)).findings == ()


@pytest.mark.parametrize(
    "observed",
    [
        a_file(seal=Seal.UNREADABLE, reason="permission-denied", sha256=None),
        a_file(seal=Seal.UNREADABLE, reason="permission-denied", sha256=None, links=0, size=0),
        a_file(seal=Seal.UNSTABLE, reason="changed-while-read", sha256=None),
        a_file(seal=Seal.SURVEYED, sha256=None),
    ],
)
def test_what_cannot_be_read_after_the_restore_is_no_match(observed: Entry) -> None:
    result = compare([a_file()], [observed], Rules())

    assert found_in(result) == [(b"/data/file", Outcome.UNVERIFIABLE)]


def test_files_below_an_unreadable_directory_are_not_called_missing() -> None:
    closed = a_directory(b"/a", seal=Seal.UNREADABLE, reason="permission-denied")
    expected = [a_file(b"/a/b"), a_file(b"/ab")]

    result = compare(expected, [closed], Rules())

    assert found_in(result)[-2:] == [(b"/a/b", Outcome.UNVERIFIABLE), (b"/ab", Outcome.MISSING)]


def test_findings_are_counted_in_full_and_kept_in_part() -> None:
    expected = [a_file(b"/%d" % number) for number in range(10, 30)]

    result = compare(expected, [], Rules(), keep=3)

    assert [one.path for one in result.findings] == [b"/10", b"/11", b"/12"]
    assert (result.findings_total, result.counts[Outcome.MISSING]) == (20, 20)


@pytest.mark.parametrize("side", ["expected", "observed"])
def test_streams_out_of_order_are_refused_instead_of_compared(side: str) -> None:
    good, bad = [a_file(b"/a"), a_file(b"/b")], [a_file(b"/b"), a_file(b"/a")]

    with pytest.raises(ValueError, match="out of tree order"):
        compare(*((bad, good) if side == "expected" else (good, bad)), Rules())


def test_live_files_that_changed_since_are_told_and_new_ones_are_not() -> None:
    expected = [
        a_directory(b"/a"),
        a_file(b"/a/gone"),
        a_file(b"/a/kept"),
        a_link(b"/a/link"),
        a_file(b"/a/new size"),
    ]
    live = [
        a_directory(b"/a", mtime_ns=1),
        a_file(b"/a/kept", ctime_ns=1, mode=0, sha256=None),
        a_link(b"/a/link", b"elsewhere"),
        a_file(b"/a/new"),
        a_file(b"/a/new size", b"longer than before"),
    ]

    drifted = [(one.path, one.outcome) for one in drifts(expected, live)]

    paths = [b"/a/gone", b"/a/link", b"/a/new size"]
    assert [(path, Outcome.DRIFTED) for path in paths] == drifted
