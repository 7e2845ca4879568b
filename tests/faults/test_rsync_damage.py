"""An rsync repository that rotted, or in which somebody changed something."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.faults import Row
from tests.support.worlds import World

pytestmark = pytest.mark.tool("rsync")


def copy_of(world: World, name: str) -> Path:
    """Find the copy of a file of the source in the newest generation."""
    return Path(f"{world.disk}/latest{world.source}/{name}")


def rewrite(path: Path, content: bytes) -> None:
    """Change a file's bytes and leave its times as they are."""
    before = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.fault("rsync-rot")
def test_rot_that_keeps_size_and_time_is_found_and_named(world: World, row: Row) -> None:
    rotten = copy_of(world, "accounts/07.csv")
    content = bytearray(rotten.read_bytes())
    content[1_000] ^= 0x01
    rewrite(rotten, bytes(content))

    drilled = world.drill("files")

    row.red_in(world, "files", drilled)
    assert [finding["path"] for finding in drilled.result["findings"]] == [
        f"{world.source}/accounts/07.csv"
    ]


@pytest.mark.fault("rsync-rot-inherited")
def test_rot_inherited_by_a_newer_generation_is_found_there(world: World, row: Row) -> None:
    rotten = copy_of(world, "accounts/07.csv")
    rewrite(rotten, b"\0" * len(rotten.read_bytes()))
    assert world.backup("files").code == 0

    drilled = world.drill("files")

    row.red_in(world, "files", drilled)


@pytest.mark.fault("rsync-file-missing")
def test_a_file_missing_from_a_copy_is_found(world: World, row: Row) -> None:
    copy_of(world, "accounts/07.csv").unlink()

    drilled = world.drill("files")

    row.red_in(world, "files", drilled)


@pytest.mark.fault("rsync-file-extra")
def test_a_file_that_was_never_in_the_source_is_found_by_a_full_drill(
    world: World, row: Row
) -> None:
    copy_of(world, "accounts/planted.csv").write_text("never backed up")

    drilled = world.full_drill("files")

    row.red_in(world, "files", drilled)


@pytest.mark.fault("rsync-file-cut")
def test_a_file_cut_short_in_a_copy_is_found(world: World, row: Row) -> None:
    rewrite(copy_of(world, "accounts/ledger.db"), b"short")

    drilled = world.drill("files")

    row.red_in(world, "files", drilled)


@pytest.mark.fault("rsync-file-became-link")
def test_a_file_replaced_by_a_link_to_the_live_one_is_found(world: World, row: Row) -> None:
    copied = copy_of(world, "accounts/07.csv")
    copied.unlink()
    copied.symlink_to(world.source / "accounts/07.csv")

    drilled = world.drill("files")

    row.red_in(world, "files", drilled)


@pytest.mark.fault("rsync-generation-missing")
def test_a_generation_that_somebody_removed_is_missed(world: World, row: Row) -> None:
    generation = (world.disk / "latest").resolve()
    generation.rename(world.root / "taken")

    drilled = world.drill("files")

    row.red_in(world, "files", drilled)


@pytest.mark.fault("rsync-point-missing")
def test_a_generation_without_its_point_is_not_restored_from(world: World, row: Row) -> None:
    (point,) = (world.disk / "points").iterdir()
    point.unlink()

    drilled = world.drill("files")

    row.red_in(world, "files", drilled)


@pytest.mark.fault("rsync-point-garbled")
def test_a_point_that_says_nothing_sensible_is_damage(world: World, row: Row) -> None:
    (point,) = (world.disk / "points").iterdir()
    point.write_bytes(os.urandom(300))

    backed_up = world.backup("files")

    row.red_in(world, "files", backed_up)


@pytest.mark.fault("rsync-marker-garbled")
def test_a_repository_whose_marker_cannot_be_read_is_damaged(world: World, row: Row) -> None:
    (world.disk / "continuity-rsync.json").write_bytes(b"\0" * 40)

    backed_up = world.backup("files")

    row.red_in(world, "files", backed_up)
