"""The files of a host look the same, whether it is this one or one that is asked by commands."""

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from continuity.domain.exclude import excludes_from_patterns
from continuity.domain.failure import SourceError
from continuity.domain.looks import Noise, looks_from_beginnings
from continuity.domain.manifest import Entry, Kind, Seal
from continuity.hosts.files import Files, LocalFiles
from continuity.hosts.presence import Needed
from continuity.hosts.remote_files import RemoteFiles
from continuity.hosts.reuse import SurveyTally
from continuity.hosts.walk import Scope
from tests.support.entries import NAMES
from tests.support.snapshots import make_odd_tree
from tests.support.views import Elsewhere


def surveyed(files: Files, scope: Scope) -> list[Entry]:
    """Survey, without the directories above, which others write to at the same time."""
    inner = [root + b"/" for root in scope.roots] + list(scope.roots)
    entries = list(files.survey(scope, SurveyTally()))
    return [entry for entry in entries if entry.path.startswith(tuple(inner))]


def both(tmp_path: Path, scope: Scope) -> tuple[list[Entry], list[Entry]]:
    remote = RemoteFiles(Elsewhere(), tmp_path / "place")
    return surveyed(LocalFiles(), scope), surveyed(remote, scope)


HOSTILE = [b"-n", b" ", b"a\nb", b"'", b'"$(touch x)`', b"\\n", b"\xff\xfe", b"\xef\xbf\xbd", b"%s"]


@given(names=st.sets(st.tuples(NAMES, NAMES, st.binary(max_size=5)), max_size=8))
@example(names={(name, other, b"x") for name in HOSTILE for other in HOSTILE})
@example(names={(b"d", b"\xff", b""), (b"d", b"\xfe", b""), (b"d", b"\xef\xbf\xbd", b"")})
def test_every_name_and_field_is_told_by_commands_as_it_is_here(
    tmp_path_factory: pytest.TempPathFactory, names: set[tuple[bytes, bytes, bytes]]
) -> None:
    home = tmp_path_factory.mktemp("tree")
    root = os.fsencode(home) + b"/root"
    os.mkdir(root)
    for directory, file, content in names:
        if {directory, file} & {b".", b".."}:
            continue
        os.makedirs(os.path.join(root, directory), exist_ok=True)
        with open(os.path.join(root, directory, file), "wb") as written:
            written.write(content)

    here, there = both(home, Scope(roots=(root,)))

    assert here == there


def test_everything_that_is_no_file_is_told_by_commands_as_it_is_here(tmp_path: Path) -> None:
    root = make_odd_tree(tmp_path)
    os.symlink(b"to\nnowhere\xff", root + b"/broken")
    os.utime(root + b"/broken", ns=(-1_500_000_000, -1_500_000_001), follow_symlinks=False)

    here, there = both(tmp_path, Scope(roots=(root,)))

    assert here == there
    assert len(here) > 5


def a_world(tmp_path: Path) -> Path:
    root = tmp_path / "world"
    for name in ("a/cache/keep", "a/cache/drop", "a/docs", "b", "real/inner"):
        (root / name).mkdir(parents=True)
        (root / name / "file.txt").write_text(name)
    (root / "link").symlink_to("real")
    (root / "a/through").symlink_to("../real")
    return root


def scopes(root: bytes) -> Iterator[Scope]:
    def paths(*names: str) -> tuple[bytes, ...]:
        return tuple(root + b"/" + os.fsencode(name) for name in names)

    yield Scope(roots=paths("a", "b"))
    yield Scope(roots=paths("a", "a/cache/keep"))
    yield Scope(roots=paths("a/", "b//", "a"))
    yield Scope(roots=paths("link"))
    yield Scope(roots=paths("link/inner"))
    yield Scope(roots=paths("a", "a/through/inner"))
    yield Scope(roots=paths("a/docs/file.txt", "b"))
    yield Scope(roots=paths("a", "b"), one_file_system=True)
    yield Scope(roots=paths("a"), excludes=excludes_from_patterns("restic", ("cache",)))
    yield Scope(roots=paths("a"), excludes=excludes_from_patterns("rsync", ("cache/", "*.txt")))
    yield Scope(
        roots=paths("a", "a/cache/keep"), excludes=excludes_from_patterns("restic", ("cache",))
    )
    yield Scope(roots=paths("a"), excludes=excludes_from_patterns("restic", (), paths("a/cache")))


@pytest.mark.parametrize("number", range(12))
def test_roots_links_and_excludes_mean_the_same_by_commands(tmp_path: Path, number: int) -> None:
    scope = list(scopes(os.fsencode(a_world(tmp_path))))[number]

    here, there = both(tmp_path, scope)

    assert here == there
    assert any(entry.kind is Kind.FILE for entry in here) or b"link" in scope.roots[0]


def test_the_machine_as_a_whole_can_be_a_root(tmp_path: Path) -> None:
    others = tuple(f"/{name}" for name in os.listdir("/") if name != "etc")
    scope = Scope(
        roots=(b"/",), excludes=excludes_from_patterns("restic", others), one_file_system=True
    )
    elsewhere = Elsewhere()
    remote = RemoteFiles(elsewhere, tmp_path / "place")

    here = [entry.path for entry in LocalFiles().survey(scope, SurveyTally())]
    there = [entry.path for entry in remote.survey(scope, SurveyTally())]

    assert here == there
    assert here[0] == b"/etc"
    assert b"/proc" in next(one for one in elsewhere.commands if b"/proc" in one.argv).argv


def test_what_is_mounted_inside_is_seen_and_not_entered(tmp_path: Path, files: Files) -> None:
    scope = Scope(roots=(b"/dev",), one_file_system=True)

    paths = [entry.path for entry in files.survey(scope, SurveyTally())]

    assert b"/dev/pts" in paths
    assert not any(path.startswith(b"/dev/pts/") for path in paths)


def test_a_source_that_is_there_is_not_refused(files: Files, tmp_path: Path) -> None:
    (tmp_path / "marker").touch()
    root = os.fsencode(tmp_path)

    files.require(Needed(roots=(root,), mounts=(b"/proc",), sentinels=(root + b"/marker",)))


@pytest.mark.parametrize(
    ("needed", "said"),
    [
        (Needed(roots=(b"/none",)), "/none does not exist"),
        (Needed(roots=(b"/",), mounts=(b"/usr/bin",)), "/usr/bin is not mounted"),
        (Needed(roots=(b"/",), mounts=(b"/none",)), "/none is not mounted"),
        (Needed(roots=(b"/",), sentinels=(b"/none",)), "sentinel file /none is missing"),
    ],
)
def test_a_source_that_is_not_what_it_should_be_is_refused(
    files: Files, needed: Needed, said: str
) -> None:
    with pytest.raises(SourceError, match=said):
        files.require(needed)


def test_live_files_are_looked_at_and_not_opened(files: Files, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    paths = [os.fsencode(tmp_path / name) for name in ("gone", "link", "pipe")]

    found = list(files.look(paths))

    assert [one.kind for one in found] == [Kind.SYMLINK, Kind.FIFO]
    assert [one.link_target for one in found] == [b"pipe", None]
    assert stat.S_IMODE((tmp_path / "pipe").stat().st_mode) == found[1].mode


def test_files_are_read_again_one_by_one_whatever_became_of_them(
    files: Files, tmp_path: Path
) -> None:
    for name in ("stays", "goes", "becomes a pipe"):
        (tmp_path / name).write_text(name)
    before = [entry for entry in files.look(os.fsencode(path) for path in tmp_path.iterdir())]
    before = sorted(before, key=lambda entry: entry.path)
    (tmp_path / "goes").unlink()
    (tmp_path / "becomes a pipe").unlink()
    os.mkfifo(tmp_path / "becomes a pipe")

    again = list(files.read(before))

    assert [entry.path for entry in before] == [entry.path for entry in again]
    reasons = [(entry.seal, bool(entry.sha256)) for entry in again]
    assert reasons == [(Seal.UNSTABLE, False), (reasons[1][0], False), (Seal.SURVEYED, True)]
    assert reasons[1][0] in {Seal.UNSTABLE, Seal.UNREADABLE}


def test_noise_is_told_from_text(files: Files, tmp_path: Path) -> None:
    (tmp_path / "noise\n1").write_bytes(os.urandom(10_000))
    (tmp_path / "text").write_bytes(b"a line of a letter\n" * 1_000)
    (tmp_path / "short").write_bytes(os.urandom(100))
    os.mkfifo(tmp_path / "pipe")
    names = ("noise\n1", "text", "short", "pipe", "gone")

    paths = [os.fsencode(tmp_path / name) for name in names]
    beginnings = files.beginnings(paths)

    assert [len(beginning) for beginning in beginnings] == [4096, 4096, 100, 0, 0]
    looks = looks_from_beginnings(paths, beginnings)
    assert list(looks.values()) == [Noise.RANDOM, Noise.ORDINARY]
    assert list(files.beginnings([])) == []


def test_a_clock_is_compared_with_the_middle_of_asking(files: Files) -> None:
    ticks = count()

    def now() -> datetime:
        return datetime.now(UTC) - timedelta(hours=1) + timedelta(microseconds=next(ticks))

    ahead = files.ahead(now)

    same = isinstance(files, LocalFiles)
    assert abs(ahead - timedelta(hours=0 if same else 1)) < timedelta(seconds=20)
