"""The survey of another machine: lost connections, and programs that are not what is needed."""

import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.failure import SourceError, ToolError, ToolMissingError, UnreachableError
from continuity.domain.manifest import Entry, Kind, Seal
from continuity.hosts.files import LocalFiles
from continuity.hosts.host import Command
from continuity.hosts.remote_files import RemoteFiles
from continuity.hosts.reuse import Earlier, SurveyTally
from continuity.hosts.spool import Sorter, Spool, nameless_files
from continuity.hosts.walk import Scope
from tests.support.views import Elsewhere

FILES = 3_000


def reads(command: Command) -> bool:
    return "xargs" in command.argv and any("sha256sum" in str(word) for word in command.argv)


def lists(command: Command) -> bool:
    return command.argv[0] == "find" and "-P" in command.argv


def in_the_middle_of(what: Callable[[Command], bool], after: int) -> Callable[[Command, int], bool]:
    return lambda command, count: what(command) and count > after


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Many small files that nobody has touched for a while."""
    root = tmp_path / "root"
    for number in range(FILES):
        directory = root / f"{number // 100:02}"
        directory.mkdir(parents=True, exist_ok=True)
        (directory / f"{number:04}").write_bytes(b"%d" % number)
    return root


def scope_of(root: Path) -> Scope:
    return Scope(roots=(os.fsencode(root),))


def files_below(root: Path, entries: Iterator[Entry] | list[Entry]) -> list[Entry]:
    return [one for one in entries if one.path.startswith(os.fsencode(root) + b"/")]


def test_what_was_read_before_the_connection_was_lost_is_not_read_again(
    root: Path, tmp_path: Path
) -> None:
    elsewhere = Elsewhere(in_the_middle_of(reads, 800_000))
    tally, again = SurveyTally(), SurveyTally()

    with pytest.raises(UnreachableError):
        list(Patient(elsewhere, tmp_path / "place").survey(scope_of(root), tally))
    found = list(Patient(Elsewhere(), tmp_path / "place").survey(scope_of(root), again))

    assert 0 < tally.read_files < FILES
    assert again.read_files == FILES - tally.read_files
    expected = LocalFiles().survey(scope_of(root), SurveyTally())
    assert files_below(root, expected) == files_below(root, found)


class Patient(RemoteFiles):
    """Takes files for settled that were written in this very test."""

    def _clock(self) -> int:
        return super()._clock() + 10**12


def test_a_file_written_just_now_is_read_again_after_a_loss(root: Path, tmp_path: Path) -> None:
    elsewhere = Elsewhere(in_the_middle_of(reads, 800_000))
    with pytest.raises(UnreachableError):
        list(RemoteFiles(elsewhere, tmp_path / "place").survey(scope_of(root), SurveyTally()))
    again = SurveyTally()
    list(RemoteFiles(Elsewhere(), tmp_path / "place").survey(scope_of(root), again))

    assert again.read_files == FILES


def test_a_file_that_changed_after_the_loss_is_read_again(root: Path, tmp_path: Path) -> None:
    place = tmp_path / "place"
    list(Patient(Elsewhere(), place).survey(scope_of(root), SurveyTally()))
    (root / "00" / "0000").write_bytes(b"other")
    again = SurveyTally()

    found = list(Patient(Elsewhere(), place).survey(scope_of(root), again))

    assert again.read_files == 1
    assert found[-FILES - 29].path == os.fsencode(root / "00" / "0000")
    assert found[-FILES - 29].sha256 == hashlib.sha256(b"other").digest()


def test_what_is_written_down_for_good_is_not_kept(root: Path, tmp_path: Path) -> None:
    files = Patient(Elsewhere(), tmp_path / "place")
    list(files.survey(scope_of(root), SurveyTally()))
    kept = os.listdir(tmp_path / "place")

    files.settled()

    assert len(kept) == 1
    assert os.listdir(tmp_path / "place") == []


def test_what_a_killed_survey_left_half_written_is_read_as_far_as_it_goes(
    root: Path, tmp_path: Path
) -> None:
    list(Patient(Elsewhere(), tmp_path / "place").survey(scope_of(root), SurveyTally()))
    (kept,) = (tmp_path / "place").iterdir()
    with kept.open("r+b") as file:
        file.truncate(kept.stat().st_size - 100)
    again = SurveyTally()

    list(Patient(Elsewhere(), tmp_path / "place").survey(scope_of(root), again))

    assert 0 < again.read_files <= 250


@pytest.mark.parametrize("what", [lists, reads])
@pytest.mark.parametrize("after", [-1, 0, 60_000])
def test_a_lost_connection_never_looks_like_the_end_of_a_survey(
    root: Path, tmp_path: Path, what: Callable[[Command], bool], after: int
) -> None:
    files = RemoteFiles(Elsewhere(in_the_middle_of(what, after)), tmp_path / "place")

    with pytest.raises(UnreachableError):
        list(files.survey(scope_of(root), SurveyTally()))


def test_few_commands_are_enough_for_many_files(root: Path, tmp_path: Path) -> None:
    elsewhere = Elsewhere()
    files = RemoteFiles(elsewhere, tmp_path / "place")
    first = list(files.survey(scope_of(root), SurveyTally()))
    asked = len(elsewhere.commands)

    list(files.survey(scope_of(root), SurveyTally(), earlier=Earlier(entries=iter(first))))

    assert asked <= 6
    assert len(elsewhere.commands) - asked <= 3


def test_a_digest_that_is_trusted_is_not_asked_for(root: Path, tmp_path: Path) -> None:
    files = RemoteFiles(Elsewhere(lambda command, _: reads(command)), tmp_path / "place")
    first = list(LocalFiles().survey(scope_of(root), SurveyTally()))
    tally = SurveyTally()

    again = files.survey(scope_of(root), tally, earlier=Earlier(entries=iter(first)))

    assert files_below(root, first) == files_below(root, again)
    assert (tally.read_files, tally.reused_files) == (0, FILES)


def stub(tmp_path: Path, name: str, script: str) -> Path:
    place = tmp_path / "bin"
    place.mkdir(exist_ok=True)
    (place / name).write_text(f"#!/bin/sh\n{script}\n")
    (place / name).chmod(0o755)
    return place


def test_a_find_that_cannot_describe_files_is_refused_with_what_to_install(
    root: Path, tmp_path: Path
) -> None:
    before = stub(tmp_path, "find", "echo 'BusyBox v1.36.1 multi-call binary.'; exit 1")
    files = RemoteFiles(Elsewhere(before=before), tmp_path / "place")

    with pytest.raises(ToolMissingError, match="GNU find") as refused:
        list(files.survey(scope_of(root), SurveyTally()))

    assert "apt install findutils" in str(refused.value.remedy)


LIES = {
    "nothing": "exit 0",
    "half of it": '/usr/bin/find "$@" | head -c 50000; exit 0',
    "an unknown end": '/usr/bin/find "$@"; exit 3',
    "trouble without a path": "/usr/bin/find \"$@\"; echo 'find: out of memory' >&2; exit 1",
    "an end without words": '/usr/bin/find "$@"; exit 1',
    "garbage": "head -c 5000 /dev/urandom; exit 0",
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_find_that_does_not_tell_everything_ends_the_survey(
    root: Path, tmp_path: Path, lie: str
) -> None:
    version = '[ "$1" = --version ] && exec /usr/bin/find --version'
    before = stub(tmp_path, "find", f"{version}\n{lie}")
    files = RemoteFiles(Elsewhere(before=before), tmp_path / "place")

    with pytest.raises((ToolError, SourceError)):
        list(files.survey(scope_of(root), SurveyTally()))


@pytest.mark.parametrize(
    "lie", ["exit 0", "exit 1", 'exec /usr/bin/sha256sum "$2"', "/usr/bin/sha256sum x; kill -9 $$"]
)
def test_a_file_without_a_digest_is_unreadable_and_never_trusted(tmp_path: Path, lie: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    for name in ("a", "b"):
        (root / name).write_text(name)
    files = RemoteFiles(Elsewhere(before=stub(tmp_path, "sha256sum", lie)), tmp_path / "place")

    found = files_below(root, list(files.survey(scope_of(root), SurveyTally())))

    assert found[1].sha256 is None
    assert (found[1].seal, found[1].reason) == (Seal.UNREADABLE, "read-failed")


def test_a_file_that_no_program_can_be_given_is_unreadable(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    descriptor = os.open(root, os.O_RDONLY)
    for _ in range(1_000):
        os.mkdir("deep", dir_fd=descriptor)
        below = os.open("deep", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    os.close(os.open("end", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
    os.close(descriptor)

    found = list(RemoteFiles(Elsewhere(), tmp_path / "place").survey(scope_of(root), SurveyTally()))
    subprocess.run(["rm", "-r", root / "deep"], check=True, timeout=30)

    assert (found[-1].kind, found[-1].seal) == (Kind.FILE, Seal.UNREADABLE)
    assert found[-1].path.count(b"/deep") == 1_000


@given(st.lists(st.tuples(st.binary(max_size=5), st.binary(max_size=5))), st.integers(1, 40))
def test_what_memory_cannot_hold_is_sorted_all_the_same(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[bytes, bytes]], at_once: int
) -> None:
    with nameless_files(tmp_path_factory.getbasetemp()) as new_file:
        sorter = Sorter(new_file, at_once=at_once)
        for key, value in pairs:
            sorter.add(key, value)

        assert list(map(tuple, sorter)) == sorted(pairs)


def test_a_spool_is_read_again_from_its_beginning_while_it_grows(tmp_path: Path) -> None:
    with (tmp_path / "spool").open("w+b") as file:
        spool = Spool[bytes](file, bytes, block=2)
        spool.extend([b"1", b"2", b"3"])
        first = list(spool)
        spool.append(b"4")

        assert first == [b"1", b"2", b"3"]
        assert list(spool) == [b"1", b"2", b"3", b"4"]
