"""Sources that are gone, empty, not mounted, unreadable, moving, or not what they were."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.faults import Row
from tests.support.programs import as_plain_user
from tests.support.worlds import World

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]

both = pytest.mark.parametrize("job", ["erp", "files"])


@both
@pytest.mark.fault("source-vanished")
def test_a_source_that_vanished_is_missed(world: World, row: Row, job: str) -> None:
    world.source.rename(world.root / "elsewhere")

    row.red_in(world, job, world.backup(job))


@both
@pytest.mark.fault("source-one-of-two-vanished")
def test_one_of_two_sources_that_vanished_is_missed(world: World, row: Row, job: str) -> None:
    world.edit(f"jobs/{job}.yaml", f"[{world.source}]", f"[{world.source}, {world.root}/second]")

    row.red_in(world, job, world.backup(job))


@both
@pytest.mark.fault("source-empty")
def test_an_empty_source_never_replaces_the_copies(world: World, row: Row, job: str) -> None:
    shutil.rmtree(world.source)
    world.source.mkdir()

    row.red_in(world, job, world.backup(job))


@both
@pytest.mark.fault("source-without-files")
def test_a_source_of_empty_directories_is_an_empty_source(world: World, row: Row, job: str) -> None:
    shutil.rmtree(world.source)
    (world.source / "accounts/2026").mkdir(parents=True)

    row.red_in(world, job, world.backup(job))


@both
@pytest.mark.fault("source-not-mounted")
def test_a_disk_that_is_not_mounted_is_no_source(world: World, row: Row, job: str) -> None:
    world.edit(
        f"jobs/{job}.yaml",
        f"  paths: [{world.source}]",
        f"  paths: [{world.source}]\n  expect_mount: [{world.source}]",
    )

    row.red_in(world, job, world.backup(job))


@both
@pytest.mark.fault("source-sentinel-missing")
def test_a_source_without_its_sentinel_is_not_believed(world: World, row: Row, job: str) -> None:
    world.edit(
        f"jobs/{job}.yaml",
        f"  paths: [{world.source}]",
        f"  paths: [{world.source}]\n  sentinel: [{world.source}/this-disk]",
    )

    row.red_in(world, job, world.backup(job))


@both
@pytest.mark.fault("source-file-unreadable")
def test_a_file_that_cannot_be_read_is_not_passed_over(world: World, row: Row, job: str) -> None:
    (world.source / "accounts/03.csv").chmod(0)

    row.red_in(world, job, world.backup(job, under=as_plain_user()))


@pytest.mark.parametrize(
    "job",
    [
        pytest.param("erp", marks=pytest.mark.fault("source-directory-unreadable")),
        pytest.param("files", marks=pytest.mark.fault("source-directory-unreadable-for-rsync")),
    ],
)
def test_a_directory_that_cannot_be_read_is_not_passed_over(
    world: World, row: Row, job: str
) -> None:
    (world.source / "accounts").chmod(0)
    try:
        ran = world.backup(job, under=as_plain_user())
    finally:
        (world.source / "accounts").chmod(0o755)

    row.red_in(world, job, ran)


@both
@pytest.mark.fault("source-mostly-gone")
def test_a_source_that_lost_most_of_its_files_is_suspect(world: World, row: Row, job: str) -> None:
    for folder in ("accounts", "letters/old"):
        shutil.rmtree(world.source / folder)

    row.red_in(world, job, world.backup(job))


@both
@pytest.mark.fault("source-disguised-change")
def test_other_bytes_under_the_same_size_and_time_are_found(
    world: World, row: Row, job: str
) -> None:
    changed = world.source / "accounts/05.csv"
    _rewrite(changed, bytes(len(changed.read_bytes())))

    row.red_in(world, job, world.backup(job))


@both
@pytest.mark.fault("source-canary-changed")
def test_a_changed_canary_is_an_alarm(world: World, row: Row, job: str) -> None:
    (world.source / "canary.txt").write_bytes(os.urandom(60))

    row.red_in(world, job, world.backup(job))


@both
@pytest.mark.fault("source-canary-removed")
def test_a_removed_canary_is_an_alarm(world: World, row: Row, job: str) -> None:
    (world.source / "canary.txt").unlink()

    row.red_in(world, job, world.backup(job))


@both
@pytest.mark.fault("source-encrypted")
def test_a_source_that_was_encrypted_overnight_is_an_alarm(
    world: World, row: Row, job: str
) -> None:
    for path in sorted(world.source.rglob("*.txt")) + sorted(world.source.rglob("*.csv")):
        if path.name != "canary.txt" and not path.is_symlink():
            path.write_bytes(os.urandom(path.stat().st_size))
            path.rename(path.with_name(path.name + ".locked"))

    row.red_in(world, job, world.backup(job))


_CHANGING = """\
case " $* " in *" --version "*|*" version "*|*" cat "*) exec "$real" "$@";; esac
date +%N >"$root/source/accounts/04.csv"
exec "$real" "$@"
"""


@pytest.mark.parametrize(("job", "tool"), [("erp", "restic"), ("files", "rsync")])
@pytest.mark.fault("source-changes-while-copied")
def test_a_file_that_must_be_proven_and_changed_while_it_was_copied_is_not_proven(
    world: World, row: Row, job: str, tool: str
) -> None:
    world.edit(
        f"jobs/{job}.yaml", "sample:", f"sample:\n  always: [{world.source}/accounts/04.csv]"
    )
    world.install(tool, _CHANGING)
    backed_up = world.backup(job)
    assert backed_up.result["manifest"]["unsealed"] == 1
    shutil.rmtree(world.bin)

    row.red_in(world, job, world.drill(job))


_CHANGING_ALL = """\
case " $* " in *" --version "*|*" version "*|*" cat "*) exec "$real" "$@";; esac
find "$root/source" -type f -exec sh -c 'date +%N >"$1"' sh {} ";"
exec "$real" "$@"
"""


@pytest.mark.fault("source-changes-everywhere")
def test_directories_that_come_back_are_no_proof_of_a_source_whose_files_all_changed(
    world: World, row: Row
) -> None:
    world.install("rsync", _CHANGING_ALL)
    world.backup("files")
    shutil.rmtree(world.bin)

    row.red_in(world, "files", world.drill("files"))


@both
@pytest.mark.fault("source-changed-since")
def test_a_source_that_lives_on_after_its_backup_is_no_finding(
    world: World, row: Row, job: str
) -> None:
    (world.source / "accounts/05.csv").write_text("a new week")
    (world.source / "accounts/06.csv").unlink()

    drilled = world.drill(job)

    row.told_by(drilled)
    assert drilled.result["classes"]["drifted"] > 0


@both
@pytest.mark.fault("source-brought-back")
def test_a_source_that_was_itself_restored_is_proven_again(
    world: World, row: Row, job: str
) -> None:
    world.source.rename(world.root / "old")
    subprocess.run(["cp", "-a", world.root / "old", world.source], check=True)
    assert world.backup(job).code == 0

    row.told_by(world.drill(job))


def _rewrite(path: Path, content: bytes) -> None:
    before = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
