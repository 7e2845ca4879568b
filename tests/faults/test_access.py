"""Repositories that are gone, exchanged, read-only or locked, and passwords that are wrong."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest

from continuity.hosts.process import identify_self
from tests.support.cheap_keys import cheapen
from tests.support.faults import Row
from tests.support.programs import as_plain_user, quickest_restic
from tests.support.worlds import PASSWORD, World

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]

RESTIC = {**os.environ, "RESTIC_PASSWORD": PASSWORD}


@pytest.mark.fault("password-wrong")
@pytest.mark.parametrize("work", ["backup", "drill"])
def test_a_wrong_password_is_no_verdict_on_the_copies(world: World, row: Row, work: str) -> None:
    ran = world.run(work, "--json", "erp", env={"VAULT_PASSWORD": "mistyped"})

    row.red_in(world, "erp", ran)
    assert "mistyped" not in ran.stdout + ran.stderr


@pytest.mark.fault("password-absent")
@pytest.mark.parametrize("work", ["backup", "drill"])
def test_a_job_without_its_password_stops_no_other(world: World, row: Row, work: str) -> None:
    ran = world.run(work, "--json", env={"VAULT_PASSWORD": ""})

    passed, left_out = ran.results
    assert (passed["job"], passed["verdict"]) == ("files", "PASS")
    assert (left_out["job"], left_out["verdict"], left_out["failure"]) == (
        "erp",
        row.verdict,
        row.failure,
    )
    row.says(ran.told)
    assert str(ran.code) == row.exit


@pytest.mark.parametrize(
    ("job", "work"),
    [
        pytest.param(job, work, marks=pytest.mark.fault(f"{engine}-repository-missing"))
        for job, engine in (("erp", "restic"), ("files", "rsync"))
        for work in ("backup", "drill")
    ],
)
def test_a_missing_repository_is_missed_and_never_made_anew(
    world: World, row: Row, job: str, work: str
) -> None:
    world.repository(job).rename(world.root / "unplugged")

    ran = world.run(work, "--json", job)

    row.red_in(world, job, ran)
    assert not world.repository(job).exists()


@pytest.mark.parametrize(
    ("job", "work"),
    [
        pytest.param("erp", "backup", marks=pytest.mark.fault("restic-repository-replaced")),
        pytest.param("erp", "drill", marks=pytest.mark.fault("restic-repository-replaced-drill")),
        pytest.param("files", "backup", marks=pytest.mark.fault("rsync-repository-replaced")),
        pytest.param("files", "drill", marks=pytest.mark.fault("rsync-repository-replaced-drill")),
    ],
)
def test_another_repository_in_its_place_is_not_taken_for_it(
    world: World, row: Row, job: str, work: str
) -> None:
    shutil.rmtree(world.repository(job))
    _make_another(world, job)

    ran = world.run(work, "--json", job)

    row.red_in(world, job, ran)


def _make_another(world: World, job: str) -> None:
    if job == "files":
        (world.disk / "generations").mkdir(parents=True)
        (world.disk / "points").mkdir()
        marker = {"format": 1, "id": "0" * 32}
        (world.disk / "continuity-rsync.json").write_text(json.dumps(marker))
        return
    argv = ["restic", "init", "--no-cache", "--repo", str(world.vault)]
    subprocess.run(argv, env=RESTIC, check=True, capture_output=True, timeout=60)
    cheapen(world.vault, PASSWORD)


@pytest.mark.parametrize(
    "job",
    [
        pytest.param("erp", marks=pytest.mark.fault("restic-repository-read-only")),
        pytest.param("files", marks=pytest.mark.fault("rsync-repository-read-only")),
    ],
)
def test_a_backup_into_a_read_only_repository_is_not_green(
    world: World, row: Row, job: str
) -> None:
    if job == "erp":
        world.install("restic", f'exec {quickest_restic()} "$@"')
    with read_only(world.repository(job)):
        ran = world.backup(job, under=as_plain_user())

        row.red_in(world, job, ran)


@pytest.mark.parametrize("job", ["erp", "files"])
@pytest.mark.fault("drill-of-read-only-repository")
def test_a_drill_needs_only_to_read_the_repository(world: World, row: Row, job: str) -> None:
    with read_only(world.repository(job)):
        ran = world.drill(job, under=as_plain_user())

    row.told_by(ran)


@contextmanager
def read_only(place: Path) -> Iterator[None]:
    """Let nobody write there; what lies in generations keeps its modes, which are content."""
    paths = [place, *place.glob("*"), *place.glob("*/*")]
    content = {"generations", "latest"}
    own = [path for path in paths if not path.is_symlink() and path.parent.name not in content]
    modes = [(path, path.stat().st_mode) for path in own]
    for path, mode in modes:
        path.chmod(mode & 0o555)
    try:
        yield
    finally:
        for path, mode in modes:
            path.chmod(mode)


@pytest.mark.fault("restic-locked-by-the-living")
def test_a_lock_of_a_living_restic_is_respected(world: World, row: Row) -> None:
    with exclusive_restic_lock(world, signal.SIGTERM):
        ran = world.backup("erp")
        locks = list((world.vault / "locks").iterdir())

    row.red_in(world, "erp", ran)
    assert len(locks) == 1


@pytest.mark.fault("restic-locked-by-the-dead")
def test_a_lock_of_a_dead_restic_says_so_and_how_to_go_on(world: World, row: Row) -> None:
    with exclusive_restic_lock(world, signal.SIGKILL):
        pass

    ran = world.backup("erp")

    row.told_by(ran)


@contextmanager
def exclusive_restic_lock(world: World, end: signal.Signals) -> Iterator[None]:
    """Hold the lock that `prune` takes, by a real restic stopped while it holds it."""
    process = subprocess.Popen(
        [
            *("restic", "--repo", world.vault, "--no-cache"),
            *("check", "--read-data", "--limit-download", "1"),
        ],
        env=RESTIC,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    world.await_lock()
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(end)
        process.send_signal(signal.SIGCONT)
        process.wait(30)


@pytest.mark.fault("rsync-locked-by-the-living")
def test_a_lock_of_a_living_rsync_backup_is_respected(world: World, row: Row) -> None:
    with (world.disk / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        json.dump(asdict(identify_self()), lock)
        lock.flush()
        ran = world.backup("files")

    row.red_in(world, "files", ran)


@pytest.mark.fault("rsync-locked-elsewhere")
def test_a_lock_of_another_machine_is_respected(world: World, row: Row) -> None:
    holder = {"host": "elsewhere", "boot": "-", "namespace": "-", "pid": 1, "started": 1}
    (world.disk / "lock").write_text(json.dumps(holder))

    ran = world.backup("files")

    row.red_in(world, "files", ran)
