"""What the join of survey and listing seals, and what it never seals."""

from typing import Any  # keys of a named tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.failure import ToolError
from continuity.domain.listing import Unsurveyed
from continuity.domain.lossy import ambiguous_names, lossy_form
from continuity.domain.manifest import Entry, Kind, Seal, tree_order
from continuity.domain.seal import reseal, seal
from continuity.domain.snapshot import Listed
from tests.support.entries import (
    NAMES,
    a_directory,
    a_file,
    a_link,
    listed_from_entry,
    sealed,
    surveyed,
    trees,
)


def sealing(
    entries: list[Entry], listing: list[Listed]
) -> tuple[dict[bytes, tuple[Seal, str]], Unsurveyed]:
    unsurveyed = Unsurveyed()
    result = {one.path: (one.seal, one.reason) for one in seal(entries, listing, unsurveyed)}
    return result, unsurveyed


def fresh(entry: Entry) -> Entry:
    return entry._replace(seal=Seal.SURVEYED)


@given(trees())
def test_a_listing_that_agrees_seals_everything(entries: list[Entry]) -> None:
    unsurveyed = Unsurveyed()
    listing = [listed_from_entry(entry) for entry in entries]

    assert sealed(entries) == list(seal(surveyed(entries), listing, unsurveyed))
    assert unsurveyed.count == 0


@given(trees())
def test_a_lossy_listing_never_seals_a_name_that_two_files_share(entries: list[Entry]) -> None:
    forms = [lossy_form(entry.path) for entry in entries]
    marked = mark_ambiguous(surveyed(entries))
    listing = [
        listed_from_entry(entry)._replace(path=form, lossy=b"\xef\xbf\xbd" in form)
        for entry, form in zip(entries, forms, strict=True)
    ]

    result = list(seal(marked, listing, Unsurveyed()))

    for entry in result:
        alone = forms.count(lossy_form(entry.path)) == 1
        if entry.seal is Seal.SEALED:
            assert alone


def mark_ambiguous(entries: list[Entry]) -> list[Entry]:
    """Mark as the survey does, which sees the names of one directory together."""
    doubtful = ambiguous_names(entry.path for entry in entries)
    return [
        entry._replace(reason="name-ambiguous") if entry.path in doubtful else entry
        for entry in entries
    ]


@given(trees(min_size=1), st.data())
def test_what_only_one_side_has_is_never_sealed(entries: list[Entry], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(entries))
    unseen = data.draw(st.sampled_from(entries))
    listing = [listed_from_entry(entry) for entry in entries if entry is not gone]
    survey = [entry for entry in surveyed(entries) if entry.path != unseen.path]

    result, unsurveyed = sealing(survey, listing)

    assert [path for path in result] == sorted(result, key=tree_order)
    if gone is not unseen:
        assert Seal.UNSEALED is result[gone.path][0]
        assert result[unseen.path] == (Seal.UNSEALED, "absent-in-survey")
        assert [unseen.path] == unsurveyed.paths
    assert all(
        seal is Seal.SEALED
        for path, (seal, _) in result.items()
        if path not in {gone.path, unseen.path}
    )


@pytest.mark.parametrize(
    ("entry", "listed", "reason"),
    [
        (a_file(), {"kind": Kind.SYMLINK}, "kind-differs"),
        (a_file(), {"size": 5}, "size-differs"),
        (a_file(), {"mtime_ns": 1}, "modified-during-backup"),
        (a_file(), {"mtime_ns": 1, "size": 5}, "modified-during-backup"),
        (a_file(), {"mode": 0o600}, "mode-differs"),
        (a_link(), {"link_target": b"other"}, "link-target-differs"),
        (a_link(), {"mtime_ns": 1}, "modified-during-backup"),
        (
            a_link(),
            {"mtime_ns": a_link().mtime_ns + 1, "link_target": None},
            "modified-during-backup",
        ),
        (a_directory(), {"kind": Kind.FILE}, "kind-differs"),
        (a_directory(), {"mode": 0o700}, "mode-differs"),
    ],
)
def test_what_the_listing_contradicts_is_unsealed_with_its_reason(
    entry: Entry, listed: dict[str, Any], reason: str
) -> None:
    contradiction = listed_from_entry(entry)._replace(**listed)

    result, _ = sealing([fresh(entry)], [contradiction])

    assert {entry.path: (Seal.UNSEALED, reason)} == result


@pytest.mark.parametrize(
    ("entry", "listed", "reason"),
    [
        (a_file(), {"mode": 0}, ""),
        (a_file(mode=0o4755), {"mode": 0o755}, ""),
        (a_link(), {"mtime_ns": a_link().mtime_ns + 1}, ""),
        (a_link(target=b"\xff"), {"link_target": "\ufffd".encode()}, ""),
        (a_directory(), {"mtime_ns": 1}, "directory-touched"),
    ],
)
def test_what_a_listing_does_not_tell_exactly_is_no_contradiction(
    entry: Entry, listed: dict[str, Any], reason: str
) -> None:
    result, _ = sealing([fresh(entry)], [listed_from_entry(entry)._replace(**listed)])

    assert {entry.path: (Seal.SEALED, reason)} == result


@pytest.mark.parametrize("bad", [Seal.UNSTABLE, Seal.UNREADABLE, Seal.UNSEALED])
def test_no_listing_makes_good_what_the_survey_could_not_vouch_for(bad: Seal) -> None:
    entry = a_file(seal=bad, reason="changed-while-read")

    result, _ = sealing([entry], [listed_from_entry(entry)])

    assert {entry.path: (bad, "changed-while-read")} == result


@pytest.mark.parametrize("paths", [(b"/b", b"/a"), (b"/a", b"/a"), (b"/a.txt", b"/a/b")])
def test_a_listing_out_of_order_is_refused_instead_of_joined(paths: tuple[bytes, bytes]) -> None:
    listing = [listed_from_entry(a_file(path)) for path in paths]

    with pytest.raises(ToolError):
        sealing([fresh(a_file(b"/z"))], listing)


def test_a_lossy_name_missing_in_the_snapshot_does_not_hide_its_neighbours() -> None:
    names = [b"/a\x80", b"/a\x90", b"/a\xa0x", b"/b", b"/\xff"]
    entries = [fresh(a_file(name)) for name in sorted(names, key=tree_order)]
    listing = [
        listed_from_entry(entry)._replace(
            path=lossy_form(entry.path), lossy=not entry.path.isascii()
        )
        for entry in entries
        if entry.path not in {b"/a\x80", b"/a\x90"}
    ]

    result, unsurveyed = sealing(entries, listing)

    absent = (Seal.UNSEALED, "absent-in-snapshot")
    good = (Seal.SEALED, "")
    assert {
        b"/a\x80": absent,
        b"/a\x90": absent,
        b"/a\xa0x": good,
        b"/b": good,
        b"/\xff": good,
    } == result
    assert unsurveyed.paths == []


def test_a_whole_lossy_directory_unknown_to_the_survey_is_counted() -> None:
    form = "\ufffd".encode()
    listing = [listed_from_entry(a_directory(b"/" + form))._replace(lossy=True)]
    listing += [
        listed_from_entry(a_file(b"/" + form + b"/%d" % number))._replace(lossy=True)
        for number in range(10, 30)
    ]

    result, unsurveyed = sealing([fresh(a_file(b"/\xff\xff"))], listing)

    assert result == {b"/\xff\xff": (Seal.UNSEALED, "absent-in-snapshot")}
    assert unsurveyed.count == len(listing)


@given(NAMES)
def test_the_lossy_form_replaces_each_broken_byte_and_is_text(name: bytes) -> None:
    form = lossy_form(name)

    form.decode("utf-8")
    assert form == lossy_form(form)
    assert len(name.decode("utf-8", "surrogateescape")) == len(form.decode("utf-8"))


@given(trees())
def test_an_unchanged_tree_keeps_the_seals_of_its_parent(entries: list[Entry]) -> None:
    again = list(reseal(surveyed(entries), sealed(entries), Unsurveyed()))

    assert sealed(entries) == again


def test_an_unchanged_tree_vouches_for_nothing_it_did_not_hold_before() -> None:
    changed = fresh(a_file(b"/changed", b"new"))
    entries = [changed, fresh(a_file(b"/doubtful")), fresh(a_file(b"/new"))]
    parent = [
        a_file(b"/changed", b"old"),
        a_file(b"/doubtful", seal=Seal.UNSEALED, reason="size-differs"),
        a_file(b"/unseen"),
    ]
    unsurveyed = Unsurveyed()

    result = {one.path: (one.seal, one.reason) for one in reseal(entries, parent, unsurveyed)}

    assert result == {
        b"/changed": (Seal.UNSEALED, "modified-during-backup"),
        b"/doubtful": (Seal.UNSEALED, "size-differs"),
        b"/new": (Seal.UNSEALED, "not-listed"),
        b"/unseen": (Seal.UNSEALED, "absent-in-survey"),
    }
    assert unsurveyed.paths == [b"/unseen"]
