"""Two writers, killed writers, and the removal of generations."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from continuity.domain.failure import (
    ConfigurationError,
    LockedError,
    ResidueError,
    UnreachableError,
)
from continuity.engines.engine import LockState
from continuity.engines.rsync.output import ignore_progress
from continuity.hosts.process import identify_self
from tests.support.generations import copied, initialised, liar, opened, request, restored, written

BACK_UP = """
import sys
from pathlib import Path
from tests.support.generations import copied, opened
copied(opened(Path(sys.argv[1]), program=sys.argv[2]), Path(sys.argv[3]))
"""


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "this took too long"
        time.sleep(0.02)


def is_running(name: str) -> bool:
    return any(
        name.encode() in path.read_bytes()
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if path.exists()
    )


@contextmanager
def slow_backup(tmp_path: Path, repository: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Have another process in the middle of a backup."""
    source = written(tmp_path / "large", {"file": "x" * (16 << 20)})
    program = liar(tmp_path / "slow-rsync", 'exec rsync --bwlimit=4M "$@"')
    writer = subprocess.Popen((sys.executable, "-c", BACK_UP, repository, program, source))
    try:
        until(lambda: list(repository.glob(f"generations/.partial-*{source}/.file.*")))
        yield writer
    finally:
        writer.kill()
        writer.wait()


def test_two_writers_never_meet_and_readers_do_not_mind(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    repository = tmp_path / "repository"
    engine = initialised(repository)
    kept = copied(engine, source).snapshot
    with slow_backup(tmp_path, repository) as writer:
        (lock,) = engine.locks()
        for write in (
            lambda: copied(engine, source),
            lambda: engine.forget((kept.id,), prune=True, timeout=60),
        ):
            with pytest.raises(LockedError, match=str(writer.pid)):
                write()
        unlocked = engine.unlock_dead()
        restored(engine, kept.id, tmp_path / "target", None)

        assert (lock.state, unlocked) == (LockState.ALIVE, 0)
        assert str(writer.pid) in lock.holder
        assert engine.snapshots() == (kept,)
        assert (tmp_path / "target" / source.relative_to("/") / "a").read_text() == "1"


def test_a_writer_killed_in_the_middle_leaves_nothing_visible_and_the_next_run_cleans_up(
    tmp_path: Path,
) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    repository = tmp_path / "repository"
    engine = initialised(repository)
    with slow_backup(tmp_path, repository) as writer:
        writer.kill()
        writer.wait()
        (partial,) = (repository / "generations").iterdir()
        visible = (engine.snapshots(), list((repository / "points").iterdir()))
        states = [lock.state for lock in engine.locks()]
        # The orphaned rsync may still write for a moment; that must not matter.
        first = copied(engine, source).snapshot
    until(lambda: not is_running(partial.name))
    second = copied(engine, source).snapshot

    assert visible == ((), [])
    assert states == [LockState.DEAD]
    assert engine.snapshots() == (first, second)
    assert {path.name for path in (repository / "generations").iterdir()} == {first.id, second.id}
    assert engine.locks() == ()


def test_a_backup_that_finishes_releases_its_lock(tmp_path: Path) -> None:
    engine = initialised(tmp_path / "repository")
    copied(engine, written(tmp_path / "source", {"a": "1"}))

    assert engine.locks() == ()
    assert engine.unlock_dead() == 0


def holder(**changes: object) -> str:
    me = identify_self()
    named = {"host": me.host, "boot": me.boot, "namespace": me.namespace, "pid": me.pid}
    return json.dumps(named | {"started": me.started} | changes)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"pid": 4_190_000}, LockState.DEAD),
        ({"started": 1}, LockState.DEAD),
        ({"boot": "an earlier start"}, LockState.DEAD),
        ({"host": "another-machine", "boot": "its own"}, LockState.UNKNOWN),
    ],
)
def test_only_the_lock_of_a_provably_dead_writer_is_removed(
    tmp_path: Path, changes: dict[str, object], expected: LockState
) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    engine = initialised(tmp_path / "repository")
    (tmp_path / "repository" / "lock").write_text(holder(**changes))

    (lock,) = engine.locks()
    assert lock.state is expected
    if expected is LockState.DEAD:
        assert engine.unlock_dead() == 1
        assert engine.locks() == ()
    else:
        assert engine.unlock_dead() == 0
        with pytest.raises(LockedError, match="another-machine"):
            copied(engine, source)


def test_a_lock_that_cannot_be_understood_is_respected(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    engine = initialised(tmp_path / "repository")
    (tmp_path / "repository" / "lock").write_text("{")

    assert [lock.state for lock in engine.locks()] == [LockState.UNKNOWN]
    with pytest.raises(LockedError):
        copied(engine, source)


@pytest.mark.parametrize("phase", ["point written", "named", "before latest", "withdrawn", "gone"])
def test_a_kill_between_two_steps_is_finished_or_undone_by_the_next_run(
    tmp_path: Path, phase: str
) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    repository = tmp_path / "repository"
    engine = initialised(repository)
    kept, cut = copied(engine, source).snapshot.id, copied(engine, source).snapshot.id
    points, generations = repository / "points", repository / "generations"
    (repository / "latest").unlink()
    (repository / "latest").symlink_to(f"generations/{kept}")
    (repository / ".latest-0011").symlink_to("nowhere")
    if phase != "before latest":
        (points / f"{cut}.json").rename(points / f".{cut}.json")
    if phase == "point written":
        (generations / cut).rename(generations / ".partial-0011")
    if phase == "gone":
        (generations / cut).rename(generations / ".gone-0011")

    visible = {snapshot.id for snapshot in engine.snapshots()}
    newest = copied(engine, source).snapshot.id

    survivors = {kept, cut} if phase == "before latest" else {kept}
    assert visible == survivors
    assert {path.name for path in generations.iterdir()} == survivors | {newest}
    assert {path.name for path in points.iterdir()} == {
        f"{name}.json" for name in survivors | {newest}
    }
    assert sorted(path.name for path in repository.iterdir()) == [
        "continuity-rsync.json",
        "generations",
        "latest",
        "lock",
        "points",
    ]
    assert os.readlink(repository / "latest") == f"generations/{newest}"


def test_exactly_the_named_generations_are_removed_and_others_keep_their_files(
    tmp_path: Path,
) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    (source / "closed").mkdir(mode=0o500)
    repository = tmp_path / "repository"
    engine = initialised(repository)
    first, second, third = (copied(engine, source).snapshot.id for _ in range(3))
    engine.forget((first, second, first), prune=False, timeout=60)

    assert [snapshot.id for snapshot in engine.snapshots()] == [third]
    assert [path.name for path in (repository / "generations").iterdir()] == [third]
    assert (repository / "latest" / source.relative_to("/") / "a").read_text() == "1"


def test_the_last_generation_is_never_removed(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    engine = initialised(tmp_path / "repository")
    ids = tuple(copied(engine, source).snapshot.id for _ in range(2))

    with pytest.raises(ConfigurationError, match="last generation"):
        engine.forget(ids, prune=True, timeout=60)
    assert len(engine.snapshots()) == 2


@pytest.mark.parametrize("name", ["..", "", "../..", "20260101T000000.000000Z-0000000000000000"])
def test_a_generation_that_is_not_there_removes_nothing_else(tmp_path: Path, name: str) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    engine = initialised(tmp_path / "repository")
    ids = tuple(copied(engine, source).snapshot.id for _ in range(2))

    with pytest.raises(UnreachableError):
        engine.forget((ids[0], name), prune=True, timeout=60)
    assert len(engine.snapshots()) == 2


def test_links_in_a_removed_generation_lead_the_removal_nowhere(tmp_path: Path) -> None:
    outside = written(tmp_path / "outside", {"kept": "kept"})
    source = written(tmp_path / "source", {"a": "1"})
    (source / "link").symlink_to(outside)
    engine = initialised(tmp_path / "repository")
    first, _ = (copied(engine, source).snapshot.id for _ in range(2))
    engine.forget((first,), prune=True, timeout=60)

    assert (outside / "kept").read_text() == "kept"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
def test_what_cannot_be_removed_is_said_and_stays_invisible(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"d/a": "1"})
    engine = initialised(tmp_path / "repository")
    first, second = (copied(engine, source).snapshot.id for _ in range(2))
    inside = tmp_path / "repository" / "generations" / first / source.relative_to("/") / "d"
    if subprocess.run(("mount", "-t", "tmpfs", "none", inside), check=False).returncode:
        pytest.skip("this machine allows no mounts")
    try:
        with pytest.raises(ResidueError, match="could not be deleted"):
            engine.forget((first,), prune=True, timeout=60)

        assert [snapshot.id for snapshot in engine.snapshots()] == [second]
    finally:
        mounts = Path("/proc/self/mounts").read_text().splitlines()
        for line in mounts:
            if str(tmp_path) in line:
                subprocess.run(("umount", line.split()[1]), check=True)
    copied(engine, source)

    assert len(list((tmp_path / "repository" / "generations").iterdir())) == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
def test_one_file_system_means_that_a_mount_is_an_empty_directory_in_the_copy(
    tmp_path: Path,
) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    mounted = source / "mounted"
    mounted.mkdir()
    if subprocess.run(("mount", "-t", "tmpfs", "none", mounted), check=False).returncode:
        pytest.skip("this machine allows no mounts")
    try:
        (mounted / "other").write_text("2")
        engine = initialised(tmp_path / "repository")
        crossed = copied(engine, source)
        kept = engine.back_up(request(source, one_file_system=True), ignore_progress)
    finally:
        subprocess.run(("umount", mounted), check=True)

    assert (crossed.files, kept.files) == (2, 1)
    assert not kept.unchanged_tree


def test_a_repository_that_may_only_be_read_still_gives_everything_back(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    repository = tmp_path / "repository"
    snapshot = copied(initialised(repository), source).snapshot
    (repository / "lock").unlink()
    engine = opened(repository)

    assert engine.locks() == ()
    assert engine.snapshots() == (snapshot,)
    assert restored(engine, snapshot.id, tmp_path / "target", None) == ()
    assert not (repository / "lock").exists()
