"""What comes back out of a generation, and nothing else."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from continuity.domain.failure import (
    ConfigurationError,
)
from continuity.domain.manifest import Kind, tree_order
from continuity.engines.engine import RestoreRequest
from continuity.engines.rsync.output import ignore_progress
from tests.support.generations import copied, initialised, restored, written


def rsync_changes(*arguments: str | Path) -> str:
    ended = subprocess.run(
        ("rsync", *arguments), capture_output=True, text=True, check=True, timeout=30
    )
    return ended.stdout


def test_hostile_names_come_back_byte_for_byte(tmp_path: Path) -> None:
    names = [
        *(b"new\nline", b"\r", b" lead", b"trail ", b"\x1b[31m"),
        *(b"\xff\xfe", b"caf\xc3\xa9", b"n" * 255),
        *(b"a[1].txt", b"a1.txt", b"*", b"?", b"~", b"$HOME", b"\\#012", b"back\\slash", b"..."),
        *(b"#comment", b";semi", b"-rf", b"@at@", b"host:path", b"+ plus"),
    ]
    source = tmp_path / "source"
    (source / "d").mkdir(parents=True)
    root = os.fsencode(source)
    for name in names:
        Path(os.fsdecode(root + b"/d/" + name)).write_bytes(b"of " + name)
    engine = initialised(tmp_path / "repository")
    snapshot = copied(engine, source).snapshot.id

    listed = [entry.path for entry in engine.listing(snapshot)]
    wanted = tuple(root + b"/d/" + name for name in names)
    target = tmp_path / "target"
    problems = restored(engine, snapshot, target, wanted)

    assert set(wanted) < set(listed)
    assert listed == sorted(listed, key=tree_order)
    assert problems == ()
    came = {path: Path(os.fsdecode(os.fsencode(target) + path)).read_bytes() for path in wanted}
    assert came == {path: b"of " + os.path.basename(path) for path in wanted}
    assert len(list((target / source.relative_to("/") / "d").iterdir())) == len(names)


def test_a_source_whose_own_name_is_hostile_is_copied(tmp_path: Path) -> None:
    source = written(tmp_path / "a [*] \n$x:y", {"file": "1"})
    decoy = written(tmp_path / "a", {"file": "2"})
    engine = initialised(tmp_path / "repository")
    copied(engine, source)

    files = [
        entry.path for entry in engine.listing(engine.snapshots()[0].id) if entry.kind is Kind.FILE
    ]
    assert files == [os.fsencode(source / "file")]
    assert decoy.exists()


def test_only_the_asked_paths_come_back_and_an_absent_one_is_a_problem(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a": "1", "ab": "2", "d/a": "3"})
    engine = initialised(tmp_path / "repository")
    snapshot = copied(engine, source).snapshot.id

    root = os.fsencode(source)
    target = tmp_path / "target"
    problems = restored(engine, snapshot, target, (root + b"/a", root + b"/nope"))

    assert [path for path in target.rglob("*") if path.is_file()] == [
        target / source.relative_to("/") / "a"
    ]
    assert len(problems) == 1
    assert "nope" in problems[0]


def test_restoring_only_absent_paths_restores_nothing(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    engine = initialised(tmp_path / "repository")
    snapshot = copied(engine, source).snapshot.id

    problems = restored(engine, snapshot, tmp_path / "target", (b"/nope", b"a", b"/x/../y", b"/"))
    assert len(problems) == 4
    assert list((tmp_path / "target").iterdir()) == []


def test_a_link_in_a_generation_never_lets_a_restore_read_outside(tmp_path: Path) -> None:
    outside = written(tmp_path / "outside", {"secret": "secret"})
    source = written(tmp_path / "source", {"a": "1"})
    (source / "link").symlink_to(outside)
    engine = initialised(tmp_path / "repository")
    snapshot = copied(engine, source).snapshot.id

    wanted = os.fsencode(source / "link" / "secret")
    problems = restored(engine, snapshot, tmp_path / "target", (wanted,))
    assert len(problems) == 1
    assert list((tmp_path / "target").iterdir()) == []


def test_everything_comes_back_as_it_was(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a": "1", "d/b": "22"})
    os.link(source / "a", source / "same")
    (source / "link").symlink_to("/nowhere")
    (source / "empty").mkdir(mode=0o500)
    os.mkfifo(source / "fifo")
    with (source / "sparse").open("wb") as stream:
        stream.truncate(50 << 20)
    (source / "d").chmod(0o750)
    os.utime(source / "d", ns=(1, 1_234_567_890_123_456_789))
    engine = initialised(tmp_path / "repository")
    snapshot = copied(engine, source).snapshot.id
    target = tmp_path / "target"
    problems = restored(engine, snapshot, target, None)

    back = target / source.relative_to("/")
    assert problems == ()
    assert rsync_changes("-aHnic", "--delete", f"{source}/", f"{back}/") == ""
    assert (back / "a").stat().st_ino == (back / "same").stat().st_ino
    assert (back / "d").stat().st_mtime_ns == 1_234_567_890_123_456_789
    assert (back / "sparse").stat().st_blocks < 1000
    assert stat.S_ISFIFO((back / "fifo").stat().st_mode)


def test_a_listing_says_what_each_entry_is(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a": "12345"})
    (source / "a").chmod(0o640)
    (source / "link").symlink_to("a")
    os.mkfifo(source / "fifo")
    engine = initialised(tmp_path / "repository")
    snapshot = copied(engine, source).snapshot.id

    entries = {
        entry.path: entry
        for entry in engine.listing(snapshot)
        if entry.path.startswith(os.fsencode(source))
    }
    a = entries[os.fsencode(source / "a")]
    assert (a.kind, a.size, a.mode, a.lossy) == (Kind.FILE, 5, 0o640, False)
    assert a.mtime_ns == (source / "a").stat().st_mtime_ns
    link = entries[os.fsencode(source / "link")]
    assert (link.kind, link.size, link.link_target) == (Kind.SYMLINK, 0, b"a")
    assert entries[os.fsencode(source / "fifo")].kind is Kind.FIFO
    assert entries[os.fsencode(source)].kind is Kind.DIRECTORY


def test_restoring_into_anything_but_an_empty_directory_is_refused(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    engine = initialised(tmp_path / "repository")
    snapshot = copied(engine, source).snapshot.id

    with pytest.raises(ConfigurationError, match="empty directory"):
        engine.restore(
            RestoreRequest(
                snapshot=snapshot,
                paths=None,
                target=source,
                population_files=1,
                population_bytes=1,
                room_bytes=1 << 20,
                timeout=60,
            ),
            ignore_progress,
        )
    assert (source / "a").read_text() == "1"
