"""When the survey trusts an earlier digest, and how it finds what changed in silence."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from continuity.domain.listing import Unsurveyed
from continuity.domain.manifest import Entry, Kind, Seal
from continuity.domain.seal import seal
from continuity.hosts.files import Files
from continuity.hosts.reuse import Earlier, SilentChange, SurveyTally
from continuity.hosts.walk import Scope
from tests.support.entries import listed_from_entry
from tests.support.snapshots import make_odd_tree


def entries_of(files: Files, root: Path | bytes, earlier: Earlier | None = None) -> list[Entry]:
    scope = Scope(roots=(os.fsencode(root),))
    return list(files.survey(scope, SurveyTally(), earlier=earlier))


def within(entries: Iterable[Entry], top: bytes | Path) -> list[Entry]:
    """Leave out the directories above: they are everybody's, and others write into them."""
    return [one for one in entries if one.path.startswith(os.fsencode(top))]


def entry_at(files: Files, path: Path, earlier: Earlier | None = None) -> Entry:
    entries = entries_of(files, path, earlier=earlier)
    return next(one for one in entries if one.path == os.fsencode(path))


def known(*entries: Entry, rehash: tuple[int, int] | None = None) -> Earlier:
    return Earlier(entries=iter(entries), rehash=rehash)


def test_unchanged_files_are_not_read_again(files: Files, tmp_path: Path) -> None:
    root = make_odd_tree(tmp_path)
    first = entries_of(files, root)
    tally = SurveyTally()

    again = list(files.survey(Scope(roots=(root,)), tally, earlier=known(*first)))

    assert within(first, root) == within(again, root)
    assert (tally.read_files, tally.read_bytes) == (0, 0)
    assert tally.reused_files == sum(one.kind is Kind.FILE for one in first)


@pytest.mark.parametrize("field", ["device", "inode", "size", "mtime_ns", "ctime_ns"])
def test_a_file_whose_state_moved_is_read_again(files: Files, tmp_path: Path, field: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"content")
    entry = entry_at(files, file)
    before = entry._replace(sha256=b"\0" * 32, **{field: getattr(entry, field) - 1})

    assert entry == entry_at(files, file, known(before))


@pytest.mark.parametrize("distrusted", [Seal.UNSEALED, Seal.UNSTABLE, Seal.UNREADABLE])
def test_a_digest_that_was_never_sealed_is_not_trusted(
    files: Files, tmp_path: Path, distrusted: Seal
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"content")
    entry = entry_at(files, file)
    tally = SurveyTally()
    earlier = known(entry._replace(seal=distrusted, reason="size-differs"))

    again = list(files.survey(Scope(roots=(os.fsencode(file),)), tally, earlier=earlier))

    assert tally.read_files == 1
    assert entry == again[-1]


def test_a_file_that_changed_just_before_the_earlier_survey_is_read_again_without_suspicion(
    files: Files, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"content")
    entry = entry_at(files, file)
    tally = SurveyTally()
    earlier = Earlier(
        entries=iter([entry._replace(sha256=b"\0" * 32)]), settled_before_ns=entry.ctime_ns
    )

    again = list(files.survey(Scope(roots=(os.fsencode(file),)), tally, earlier=earlier))

    assert entry == again[-1]
    assert tally.silent_changes == []


def test_the_rotating_shares_read_every_file_exactly_once_in_a_round(
    files: Files, tmp_path: Path
) -> None:
    for number in range(50):
        (tmp_path / str(number)).write_bytes(b"%d" % number)
    first = entries_of(files, tmp_path)
    read = []
    for k in range(1, 6):
        tally = SurveyTally()
        scope = Scope(roots=(os.fsencode(tmp_path),))
        again = list(files.survey(scope, tally, earlier=known(*first, rehash=(k, 5))))
        read.append(tally.read_files)

        assert within(first, tmp_path) == within(again, tmp_path)

    assert sum(read) == 50

    assert max(read) < 25


def test_bytes_that_changed_while_the_whole_stat_stayed_are_found_and_stay_suspect(
    files: Files, tmp_path: Path
) -> None:
    file = tmp_path / "rotten"
    file.write_bytes(b"rotten")
    entry = entry_at(files, file)
    good = hashlib.sha256(b"golden").digest()
    earlier = entry._replace(sha256=good, seal=Seal.SEALED)
    scope = Scope(roots=(os.fsencode(file),))

    unnoticed = list(files.survey(scope, SurveyTally(), earlier=known(earlier)))[-1]
    tally = SurveyTally()
    noticed = list(files.survey(scope, tally, earlier=known(earlier, rehash=(1, 1))))[-1]
    later = SurveyTally()
    still = list(files.survey(scope, later, earlier=known(noticed)))[-1]

    change = SilentChange(path=entry.path, known=good, found=entry.sha256 or b"")
    suspect = entry._replace(sha256=good, seal=Seal.UNSEALED, reason="changed-silently")
    assert good == unnoticed.sha256
    assert suspect == noticed == still
    assert [change] == tally.silent_changes == later.silent_changes
    assert [suspect] == list(seal([noticed], [listed_from_entry(entry)], Unsurveyed()))


def test_a_suspect_file_that_somebody_wrote_anew_is_trusted_again(
    files: Files, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"rotten")
    suspect = entry_at(files, file)._replace(
        seal=Seal.UNSEALED, reason="changed-silently", sha256=b"\0"
    )
    os.utime(file, ns=(1, 1))

    entry = entry_at(files, file, known(suspect))

    assert (entry.seal, entry.reason) == (Seal.SURVEYED, "")


def test_bytes_rewritten_under_a_restored_time_are_read_because_the_change_time_tells(
    files: Files, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"before")
    entry = entry_at(files, file)
    file.write_bytes(b"behind")
    os.utime(file, ns=(entry.mtime_ns, entry.mtime_ns))

    again = entry_at(files, file, known(entry))

    assert again.mtime_ns == entry.mtime_ns
    assert again.sha256 == hashlib.sha256(b"behind").digest()
