"""Places that are full, too near to something precious, or not ours."""

from __future__ import annotations

import os

import pytest

from tests.support.disks import fill, forbid_writing, small_disk
from tests.support.faults import Row
from tests.support.worlds import World

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]

both = pytest.mark.parametrize("job", ["erp", "files"])


@both
@pytest.mark.fault("sandbox-too-small")
def test_a_sandbox_without_room_is_refused_before_anything_is_restored(
    world: World, row: Row, job: str
) -> None:
    with small_disk(world.sandbox, 1_200):
        row.red_in(world, job, world.drill(job))


_FILLS = """\
case " $* " in *" restore "*|*" --files-from=- "*)
    head -c 1900000 /dev/zero >"$root/sandbox/ballast";; esac
exec "$real" "$@"
"""


@pytest.mark.parametrize(
    ("job", "tool"),
    [
        pytest.param("erp", "restic", marks=pytest.mark.fault("restic-sandbox-fills-up")),
        pytest.param("files", "rsync", marks=pytest.mark.fault("rsync-sandbox-fills-up")),
    ],
)
def test_a_sandbox_that_fills_up_meanwhile_says_nothing_of_the_copies(
    world: World, row: Row, job: str, tool: str
) -> None:
    world.install(tool, _FILLS)
    with small_disk(world.sandbox, 2_000):
        row.red_in(world, job, world.drill(job))


@both
@pytest.mark.fault("sandbox-overlaps-source")
def test_a_sandbox_within_a_source_is_refused(world: World, row: Row, job: str) -> None:
    world.edit("config/continuity.yaml", f"{world.root}/sandbox", f"{world.source}/sandbox")

    row.told_by(world.drill(job))

    assert not (world.source / "sandbox").exists()


@both
@pytest.mark.fault("sandbox-is-a-link-to-source")
def test_a_sandbox_that_leads_into_a_source_is_refused(world: World, row: Row, job: str) -> None:
    world.sandbox.rmdir()
    world.sandbox.symlink_to(world.source)

    row.told_by(world.drill(job))


@both
@pytest.mark.fault("sandbox-open-to-others")
def test_a_sandbox_that_others_may_write_to_is_refused(world: World, row: Row, job: str) -> None:
    world.sandbox.chmod(0o777)

    row.red_in(world, job, world.drill(job))


@pytest.mark.parametrize(
    "job",
    [
        pytest.param("erp", marks=pytest.mark.fault("restic-repository-full")),
        pytest.param("files", marks=pytest.mark.fault("rsync-repository-full")),
    ],
)
def test_a_full_repository_is_no_backup(world: World, row: Row, job: str) -> None:
    (world.source / "accounts/new.db").write_bytes(os.urandom(600_000))
    with small_disk(world.repository(job), 2_600):
        fill(world.repository(job))

        row.red_in(world, job, world.backup(job))


@both
@pytest.mark.fault("state-full")
def test_a_full_disk_of_the_state_stops_the_run_before_it_begins(
    world: World, row: Row, job: str
) -> None:
    with small_disk(world.state, 2_000):
        fill(world.state)

        row.told_by(world.backup(job))


@both
@pytest.mark.fault("state-read-only")
def test_a_state_that_cannot_be_written_stops_the_run_before_it_begins(
    world: World, row: Row, job: str
) -> None:
    with small_disk(world.state, 4_000):
        forbid_writing(world.state)

        row.told_by(world.backup(job))
