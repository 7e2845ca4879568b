"""What the survey of real files writes down, reads again and reports."""

import hashlib
import os
import stat
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.failure import SourceError
from continuity.domain.manifest import Entry, Kind, Seal, tree_order
from continuity.hosts.files import Files, LocalFiles
from continuity.hosts.observe import observe, observe_live
from continuity.hosts.reuse import SurveyTally
from continuity.hosts.walk import Scope, walk
from tests.support.entries import NAMES
from tests.support.passable import let_others_pass
from tests.support.snapshots import make_odd_tree


def entries_of(files: Files, root: Path | bytes) -> list[Entry]:
    return list(files.survey(Scope(roots=(os.fsencode(root),)), SurveyTally()))


def entry_at(files: Files, path: Path) -> Entry:
    return next(one for one in entries_of(files, path) if one.path == os.fsencode(path))


def test_a_file_is_written_down_as_stat_and_sha256sum_would_tell(
    files: Files, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 3_000_000)
    file.chmod(0o4640)
    status = file.stat()

    expected = Entry(
        path=os.fsencode(file),
        kind=Kind.FILE,
        size=3_000_000,
        mtime_ns=status.st_mtime_ns,
        ctime_ns=status.st_ctime_ns,
        device=status.st_dev,
        inode=status.st_ino,
        links=1,
        mode=0o4640,
        uid=os.getuid(),
        gid=status.st_gid,
        sha256=hashlib.sha256(b"x" * 3_000_000).digest(),
    )
    assert expected == entry_at(files, file)


@given(st.sets(st.tuples(NAMES, NAMES), max_size=8))
def test_the_walk_goes_in_tree_order_whatever_the_names(
    tmp_path_factory: pytest.TempPathFactory, names: set[tuple[bytes, bytes]]
) -> None:
    root = os.fsencode(tmp_path_factory.mktemp("walk"))
    for directory, file in names:
        if {directory, file} & {b".", b".."}:
            continue
        os.makedirs(os.path.join(root, directory), exist_ok=True)
        with open(os.path.join(root, directory, file), "wb"):
            pass

    paths = [visit.path for visit in walk(Scope(roots=(root,)))]

    below = {os.path.join(top, name) for top, dirs, files in os.walk(root) for name in dirs + files}
    assert paths == sorted(paths, key=tree_order)
    assert below == {path for path in paths if path.startswith(root + b"/")}


def test_nothing_special_is_opened_and_no_link_is_followed(files: Files, tmp_path: Path) -> None:
    root = make_odd_tree(tmp_path)
    os.symlink(b"..", root + b"/up")

    kinds = {one.path: one.kind for one in entries_of(files, root)}

    assert kinds[root + b"/pipe"] is Kind.FIFO
    assert kinds[root + b"/up"] is Kind.SYMLINK
    assert not any(path.startswith(root + b"/up/") for path in kinds)


@pytest.mark.parametrize("missing", [b"missing", b"missing/deeper", b"file/below"])
def test_a_root_that_is_not_there_is_an_error_and_not_an_empty_survey(
    files: Files, tmp_path: Path, missing: bytes
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SourceError, match="cannot be reached"):
        entries_of(files, os.fsencode(tmp_path) + b"/" + missing)


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[Path]:
    """A file that somebody appends to all the time."""
    file = tmp_path / "log"
    file.write_bytes(b"x" * (8 << 20))
    done = threading.Event()

    def append() -> None:
        with file.open("ab", buffering=0) as log:
            while not done.is_set():
                log.write(b"line\n")

    writer = threading.Thread(target=append)
    writer.start()
    yield file
    done.set()
    writer.join()


def test_a_file_that_grows_while_it_is_read_is_unstable_and_has_no_digest(
    files: Files, growing: Path
) -> None:
    entry = entry_at(files, growing)

    assert (entry.seal, entry.reason, entry.sha256) == (Seal.UNSTABLE, "changed-while-read", None)


@pytest.fixture
def as_nobody() -> Iterator[None]:
    """Read like an ordinary user: root may read everything."""
    if os.geteuid() == 0:
        # The programs that a remote survey starts must not be root either.
        os.setresuid(65534, 65534, 0)
        yield
        os.setresuid(0, 0, 0)
    else:
        yield


def test_what_may_not_be_read_is_written_down_with_its_reason(
    files: Files, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> None:
    root = tmp_path_factory.mktemp("closed")
    (root / "closed").mkdir()
    (root / "closed" / "inside").touch()
    (root / "names only").mkdir()
    (root / "names only" / "unseen").touch()
    (root / "secret").write_text("secret")
    (root / "open").write_text("open")
    for name, mode in {"closed": 0, "names only": 0o444, "secret": 0}.items():
        (root / name).chmod(mode)
    let_others_pass(root)
    request.getfixturevalue("as_nobody")

    entries = {
        os.fsdecode(one.path).removeprefix(f"{root}/"): one for one in entries_of(files, root)
    }

    denied = {"closed", "secret", "names only/unseen"}
    assert denied == {name for name, one in entries.items() if one.seal is Seal.UNREADABLE}
    assert {"permission-denied"} == {entries[name].reason for name in denied}
    assert entries["open"].sha256 == hashlib.sha256(b"open").digest()


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """A tree too deep for a path, for the descriptors of a process, and for shutil.rmtree."""
    descriptor = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("deep", dir_fd=descriptor)
        below = os.open("deep", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    os.close(os.open("end", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
    os.close(descriptor)
    (tmp_path / "z").touch()
    yield tmp_path
    subprocess.run(["rm", "-r", tmp_path / "deep"], check=True, timeout=30)


def test_a_tree_deeper_than_descriptors_and_path_lengths_allow_is_walked(deep: Path) -> None:
    found = entries_of(LocalFiles(), deep)

    assert found[-1].path == os.fsencode(deep / "z")
    assert found[-2].path.endswith(b"/deep/end")
    assert found[-2].path.count(b"/deep") == 1500
    assert {Seal.SURVEYED} == {one.seal for one in found}


def test_directories_above_the_roots_are_written_down_through_links(
    files: Files, tmp_path: Path
) -> None:
    (tmp_path / "real" / "data").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "beside").touch()

    found = {one.path: one.kind for one in entries_of(files, tmp_path / "link" / "data")}

    assert found[os.fsencode(tmp_path / "link")] is Kind.DIRECTORY
    assert found[os.fsencode(tmp_path / "link" / "data")] is Kind.DIRECTORY
    assert os.fsencode(tmp_path / "beside") not in found


def test_hard_links_are_read_once_and_written_down_each(files: Files, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"shared")
    os.link(tmp_path / "a", tmp_path / "b")
    tally = SurveyTally()

    entries = list(files.survey(Scope(roots=(os.fsencode(tmp_path),)), tally))[-2:]

    assert [one.links for one in entries] == [2, 2]
    assert {hashlib.sha256(b"shared").digest()} == {one.sha256 for one in entries}
    assert tally.read_files == 1


def test_progress_tells_files_and_bytes_up_to_the_end(files: Files, tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"abc")
    (tmp_path / "large").write_bytes(b"x" * 2_500_000)
    told: list[tuple[int, int]] = []

    scope = Scope(roots=(os.fsencode(tmp_path),))
    list(files.survey(scope, SurveyTally(), on_progress=lambda *done: told.append(done)))

    assert told[-1] == (2, 2_500_003)
    assert told == sorted(told)
    assert len(told) > 1


def test_a_restored_tree_is_read_as_if_its_directory_were_the_root(tmp_path: Path) -> None:
    (tmp_path / "srv" / "data").mkdir(parents=True)
    (tmp_path / "srv" / "data" / "wanted").write_bytes(b"wanted")
    (tmp_path / "srv" / "data" / "other").write_bytes(b"other")
    (tmp_path / "srv" / "away").symlink_to("/etc")

    found = {one.path: one for one in observe(tmp_path, wanted={b"/srv/data/wanted"})}

    expected = [b"/srv", b"/srv/away", b"/srv/data", b"/srv/data/other", b"/srv/data/wanted"]
    assert expected == list(found)
    assert found[b"/srv/data/wanted"].sha256 == hashlib.sha256(b"wanted").digest()
    assert found[b"/srv/data/other"].sha256 is None
    assert found[b"/srv/away"].link_target == b"/etc"


def test_a_restored_tree_that_is_a_link_is_not_entered(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc")

    with pytest.raises(SourceError):
        list(observe(tmp_path / "link"))


def test_live_files_are_looked_at_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    paths = [os.fsencode(tmp_path / name) for name in ("gone", "link", "pipe")]

    found = list(observe_live(paths))

    assert [one.kind for one in found] == [Kind.SYMLINK, Kind.FIFO]
    assert [one.link_target for one in found] == [b"pipe", None]
    assert stat.S_IMODE((tmp_path / "pipe").stat().st_mode) == found[1].mode
