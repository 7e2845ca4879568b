"""What a generation is, and when it is seen."""

from __future__ import annotations

import json
import os
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from continuity.domain.manifest import Kind
from continuity.engines.engine import Progress
from continuity.engines.rsync.output import ignore_progress
from tests.support.generations import copied, initialised, request, written


def generation(repository: Path, snapshot: str) -> Path:
    return repository / "generations" / snapshot


def flip(path: Path, at: int = 0) -> None:
    """Flip all bits of one byte and leave size and times as they were."""
    before = path.stat()
    with path.open("r+b") as stream:
        stream.seek(at)
        byte = stream.read(1)[0]
        stream.seek(at)
        stream.write(bytes((byte ^ 0xFF,)))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def rsync_changes(*arguments: str | Path) -> str:
    ended = subprocess.run(
        ("rsync", *arguments), capture_output=True, text=True, check=True, timeout=30
    )
    return ended.stdout


def test_a_copy_is_listed_with_its_paths_and_can_be_read_with_no_program(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a.txt": "alpha", "d/b.txt": "beta"})
    engine = initialised(tmp_path / "repository")

    result = copied(engine, source)

    (snapshot,) = engine.snapshots()
    assert snapshot == result.snapshot
    assert (snapshot.host, snapshot.tags) == ("server", ("job:files",))
    assert snapshot.paths == (os.fsencode(source),)
    assert (result.files, result.bytes, result.added_bytes, result.complete) == (2, 9, 9, True)
    assert (
        tmp_path / "repository" / "latest" / source.relative_to("/") / "d/b.txt"
    ).read_text() == ("beta")


def test_unchanged_files_of_generations_are_one_file_and_changed_ones_are_not(
    tmp_path: Path,
) -> None:
    source = written(tmp_path / "source", {"same": "same", "changes": "before"})
    repository = tmp_path / "repository"
    engine = initialised(repository)
    first = copied(engine, source).snapshot.id
    written(source, {"changes": "afterwards"})
    second = copied(engine, source)

    inodes = {
        name: len(
            {
                (generation(repository, point) / source.relative_to("/") / name).stat().st_ino
                for point in (first, second.snapshot.id)
            }
        )
        for name in ("same", "changes")
    }
    assert inodes == {"same": 1, "changes": 2}
    assert (second.parent, second.added_bytes) == (first, len("afterwards"))


def test_a_flipped_bit_in_a_shared_file_is_in_every_generation(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"file": "precious"})
    repository = tmp_path / "repository"
    engine = initialised(repository)
    first, second = copied(engine, source).snapshot.id, copied(engine, source).snapshot.id
    flip(generation(repository, second) / source.relative_to("/") / "file")
    third = copied(engine, source).snapshot.id

    damaged = {
        (generation(repository, point) / source.relative_to("/") / "file").read_bytes()
        for point in (first, second, third)
    }
    assert damaged == {b"\x8frecious"}
    assert "generations-share-files" in engine.probe().capabilities


def test_rsync_s_own_comparison_misses_a_bit_that_kept_size_and_time(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"file": "precious"})
    copy = tmp_path / "copy"
    rsync_changes("-a", f"{source}/", f"{copy}/")
    flip(copy / "file")

    assert rsync_changes("-ain", f"{source}/", f"{copy}/") == ""
    assert rsync_changes("-acin", f"{source}/", f"{copy}/").startswith(">fc")


def test_a_night_in_which_nothing_changed_says_so(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a": "1", "d/b": "2"})
    (source / "empty").mkdir()
    (source / "link").symlink_to("/etc")
    engine = initialised(tmp_path / "repository")
    first = copied(engine, source)
    # What happens beside the source touches the directory above it.
    (tmp_path / "neighbour").touch()
    second = copied(engine, source)

    assert (first.unchanged_tree, second.unchanged_tree) == (False, True)
    assert second.snapshot.tree == first.snapshot.tree


@pytest.mark.parametrize("change", ["content", "mode", "new", "gone", "link", "directory", "time"])
def test_any_change_of_a_source_is_a_changed_tree(tmp_path: Path, change: str) -> None:
    source = written(tmp_path / "source", {"a": "1", "b": "2"})
    (source / "link").symlink_to("a")
    engine = initialised(tmp_path / "repository")
    copied(engine, source)
    match change:
        case "content":
            (source / "a").write_text("changed")
        case "mode":
            (source / "a").chmod(0o600)
        case "new":
            (source / "c").write_text("3")
        case "gone":
            (source / "b").unlink()
        case "link":
            (source / "link").unlink()
            (source / "link").symlink_to("b")
        case "directory":
            (source / "d").mkdir()
        case "time":
            os.utime(source / "a", (1, 1))

    assert not copied(engine, source).unchanged_tree


def test_other_excludes_are_another_tree_even_when_nothing_changed(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    engine = initialised(tmp_path / "repository")
    copied(engine, source)

    result = engine.back_up(request(source, excludes=("*.tmp",)), ignore_progress)
    assert not result.unchanged_tree


def test_generations_of_other_sources_are_not_the_parent(tmp_path: Path) -> None:
    one, other = written(tmp_path / "one", {"a": "1"}), written(tmp_path / "other", {"b": "2"})
    engine = initialised(tmp_path / "repository")
    first = copied(engine, one)
    unrelated = copied(engine, other)
    third = copied(engine, one)

    assert (unrelated.parent, third.parent) == (None, first.snapshot.id)
    assert [snapshot.paths for snapshot in engine.snapshots()] == [
        (os.fsencode(one),),
        (os.fsencode(other),),
        (os.fsencode(one),),
    ]


def test_latest_always_leads_to_a_complete_generation(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"a": "1"})
    repository = tmp_path / "repository"
    engine = initialised(repository)
    ids = [copied(engine, source).snapshot.id for _ in range(3)]

    assert ids == sorted(ids)
    assert os.readlink(repository / "latest") == f"generations/{ids[-1]}"
    engine.forget((ids[-1],), prune=True, timeout=60)
    assert os.readlink(repository / "latest") == f"generations/{ids[1]}"


def test_excludes_anchor_at_the_root_and_a_leading_plus_is_no_include(tmp_path: Path) -> None:
    source = written(
        tmp_path / "source", {"keep/cache/x": "1", "cache/y": "2", "a.tmp": "3", "b": "4"}
    )
    engine = initialised(tmp_path / "repository")
    result = engine.back_up(
        request(source, excludes=(f"{source}/cache/", "*.tmp", "+ b")), ignore_progress
    )

    names = [
        os.path.relpath(entry.path, os.fsencode(source))
        for entry in engine.listing(result.snapshot.id)
        if entry.kind is Kind.FILE
    ]
    assert names == [b"b", b"keep/cache/x"]


def test_progress_never_goes_backwards(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {f"f{number}": "x" * 5000 for number in range(50)})
    engine = initialised(tmp_path / "repository")
    seen: list[Progress] = []
    engine.back_up(request(source), seen.append)

    assert len(seen) > 2
    assert all(one.bytes <= other.bytes for one, other in pairwise(seen))
    assert seen[-1].bytes == 250_000


def test_a_path_that_is_not_utf_8_is_remembered_exactly(tmp_path: Path) -> None:
    source = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    written(source, {"a": "1"})
    engine = initialised(tmp_path / "repository")
    copied(engine, source)

    assert engine.snapshots()[0].paths == (os.fsencode(tmp_path) + b"/caf\xe9",)
    (point,) = (tmp_path / "repository" / "points").iterdir()
    assert json.loads(point.read_text("ascii"))["complete"] is True


def test_a_change_within_the_same_second_that_keeps_the_size_is_copied(tmp_path: Path) -> None:
    source = written(tmp_path / "source", {"file": "before"})
    (source / "link").symlink_to("file")
    second = 1_700_000_000_000_000_000
    os.utime(source / "file", ns=(second, second + 1))
    os.utime(source / "link", ns=(second, second + 1), follow_symlinks=False)
    engine = initialised(tmp_path / "repository")
    copied(engine, source)
    (source / "file").write_text("after!")
    os.utime(source / "file", ns=(second, second + 2))
    os.utime(source / "link", ns=(second, second + 2), follow_symlinks=False)
    result = copied(engine, source)

    copy = tmp_path / "repository" / "latest" / source.relative_to("/")
    assert (copy / "file").read_text() == "after!"
    assert (copy / "link").lstat().st_mtime_ns == second + 2
    assert not result.unchanged_tree
