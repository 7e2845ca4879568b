"""Everything that a real restic does to a repository over the years is known to the witness."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from continuity.witness.bringing import Manner, bring
from continuity.witness.contents import Contents
from continuity.witness.readback import read_packs, stored_packs
from tests.support.programs import ResticLine, restic_of
from tests.support.witnessed import backed_up, contents_of, restic, witnessed

pytestmark = pytest.mark.tool("restic")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    place = tmp_path / "source"
    (place / "folder").mkdir(parents=True)
    (place / "folder/note.txt").write_bytes(b"a note\n" * 200)
    (place / "random.bin").write_bytes(os.urandom(50_000))
    (place / "left-out.tmp").write_bytes(b"x")
    return place


def whole(place: Path) -> dict[bytes, bytes | str]:
    """Read the newest snapshot, and every pack back."""
    with witnessed(place) as repository:
        packs = list(read_packs(repository, stored_packs(repository)))
        assert [one.trouble for one in packs if one.trouble is not None] == []
        return contents_of(repository)


def expected(source: Path) -> dict[bytes, bytes]:
    return {
        os.fsencode(path): path.read_bytes()
        for path in source.rglob("*")
        if path.is_file() and path.suffix != ".tmp"
    }


def test_every_key_that_restic_writes_into_a_snapshot_is_known(
    every_restic: Path, source: Path, tmp_path: Path
) -> None:
    options = ("--tag", "one,two", "--exclude", "*.tmp", "--host", "elsewhere", "--with-atime")
    place = backed_up(every_restic, tmp_path / "place", source)
    restic(every_restic, place, "backup", *options, source)
    restic(every_restic, place, "backup", *options, "--time", "2026-01-02 03:04:05", source)
    restic(every_restic, place, "tag", "--add", "three")
    if "0.14" not in restic(every_restic, place, "version"):
        restic(every_restic, place, "rewrite", "--forget", "--exclude", "nothing", "latest")
        restic(every_restic, place, "rewrite", "--new-host", "renamed", "latest")

    with witnessed(place) as repository:
        found = repository.snapshots()
        told = {tag for one in found for tag in one.tags}

    assert len(found) >= 3
    assert {"one", "two", "three"} <= told


def test_a_repository_that_was_brought_to_the_newer_format_is_read_in_both(
    every_restic: Path, source: Path, tmp_path: Path
) -> None:
    place = backed_up(every_restic, tmp_path / "place", source, version=1)
    restic(every_restic, place, "migrate", "upgrade_repo_v2")
    (source / "newer.txt").write_bytes(b"newer\n" * 500)
    restic(every_restic, place, "--compression", "max", "backup", "--exclude", "*.tmp", source)
    both = whole(place)
    words = ("--max-unused", "0", "--repack-uncompressed")
    restic(every_restic, place, "forget", "--keep-last", "1", "--prune", *words)

    assert both == expected(source)
    assert whole(place) == expected(source)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
@pytest.mark.parametrize("line", [ResticLine.FLOOR, ResticLine.RECENT], ids=str)
def test_pipes_and_devices_are_left_out_and_named(
    line: ResticLine, source: Path, tmp_path: Path
) -> None:
    odd = {name: os.fsencode(source / name) for name in ("null", "disk", "pipe")}
    os.mknod(odd["null"], 0o20644, os.makedev(1, 3))
    os.mknod(odd["disk"], 0o60644, os.makedev(7, 99))
    os.mkfifo(odd["pipe"])
    place = backed_up(restic_of(line), tmp_path / "place", source)
    (tmp_path / "ours").mkdir()
    with witnessed(place) as repository:
        contents = Contents(repository)
        entries = contents.entries(repository.snapshots()[-1].tree)
        manner = Manner(owners=True, special=True)
        brought = bring(contents, entries, tmp_path / "ours", manner, lambda _files, _size: None)

    assert set(brought.left_out) == set(odd.values())
    assert brought.files == 3
    assert not any(path.is_char_device() for path in (tmp_path / "ours").rglob("*"))
