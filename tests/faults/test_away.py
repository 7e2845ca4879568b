"""Machines elsewhere: cables pulled in every phase, programs missing there, nothing to reach."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.away import HOST, There, there
from tests.support.faults import Row
from tests.support.ran import Ran, await_no_process, ended
from tests.support.worlds import make_vault, prove

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]

WAIT = 'touch "$root/reached"; exec sleep 61.25'
COPYING = {"erp": ("restic", "*backup*"), "files": ("rsync", "*--server*")}
# The rsync over there ends when its input does, as a connection that is lost makes it.
WAITING = {"erp": WAIT, "files": 'touch "$root/reached"; cat >"$root/taken"; exit 1'}
_LARGE = "accounts/large.csv"
BREAKS = pytest.mark.parametrize("way", ["cut", "freeze"])
JOBS = pytest.mark.parametrize("job", ["erp", "files"])


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    with there(tmp_path_factory.mktemp("away") / "world") as found:
        prove(found.world)
        yield found


@pytest.fixture
def away(shared: There) -> Iterator[There]:
    """All is well with it, before and after."""
    yield shared
    shared.uninstall()
    shared.server.thaw()
    for name in ("reached", "copied"):
        (shared.world.root / name).unlink(missing_ok=True)
    # What makes the source larger than ever would be the next test's implausible backup.
    (shared.world.source / _LARGE).unlink(missing_ok=True)


def broken_off(away: There, job: str, way: str) -> Ran:
    """Back up, and break every connection once a program of the other machine halts the run."""
    process = away.world.start("backup", "--json", job)
    reached = away.world.root / "reached"
    until = time.monotonic() + 30
    while not reached.exists():
        assert process.poll() is None, ended(process)
        assert time.monotonic() < until
        time.sleep(0.02)
    getattr(away.server, way)()
    return ended(process)


def waiting_there() -> list[int]:
    """Find the programs that halt runs."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            found += [int(entry.name)] if b"61.25" in words else []
    return found


def see_that_nothing_runs_there() -> None:
    until = time.monotonic() + 15
    while waiting_there():
        assert time.monotonic() < until
        time.sleep(0.05)


def see_that_the_next_one_passes(away: There, job: str) -> None:
    away.uninstall()
    away.server.thaw()
    ran = away.world.backup(job)

    assert (ran.code, ran.result["verdict"]) == (0, "PASS"), ran


@JOBS
@pytest.mark.fault("away-cut-source")
def test_a_cable_pulled_while_the_source_is_looked_for_is_no_empty_source(
    away: There, row: Row, job: str
) -> None:
    away.install("find", f'case "$*" in *--version*) exec "$real" "$@" ;; esac\n{WAIT}')

    ran = broken_off(away, job, "cut")

    row.red_in(away.world, job, ran)
    see_that_nothing_runs_there()


@BREAKS
@JOBS
@pytest.mark.fault("away-cut-survey")
def test_a_cable_pulled_during_the_survey_is_no_end_of_the_tree(
    away: There, row: Row, job: str, way: str
) -> None:
    (away.world.source / "accounts/05.csv").write_bytes(os.urandom(2_000))
    away.install("sha256sum", WAIT)

    ran = broken_off(away, job, way)

    row.red_in(away.world, job, ran)
    see_that_nothing_runs_there()
    see_that_the_next_one_passes(away, job)


@BREAKS
@JOBS
@pytest.mark.fault("away-cut-copy")
def test_a_cable_pulled_during_the_copy_leaves_no_restore_point(
    away: There, row: Row, job: str, way: str
) -> None:
    program, words = COPYING[job]
    away.install(program, f'case "$*" in {words}) {WAITING[job]} ;; esac\nexec "$real" "$@"')

    ran = broken_off(away, job, way)

    row.red_in(away.world, job, ran)
    assert ran.result["restore_point"] is None
    see_that_nothing_runs_there()
    see_that_the_next_one_passes(away, job)


@JOBS
@pytest.mark.fault("away-cut-seal")
def test_a_cable_pulled_while_the_copy_is_sealed_seals_nothing(
    away: There, row: Row, job: str
) -> None:
    # What was written this minute is read once more after the copy.
    (away.world.source / "accounts/06.csv").write_bytes(os.urandom(2_000))
    program, words = COPYING[job]
    told = 'touch "$root/copied"'
    away.install(program, f'case "$*" in {words}) {told} ;; esac\nexec "$real" "$@"')
    away.install("sha256sum", f'[ -e "$root/copied" ] || exec "$real" "$@"\n{WAIT}')

    ran = broken_off(away, job, "cut")

    row.red_in(away.world, job, ran)
    see_that_nothing_runs_there()


@JOBS
@pytest.mark.fault("away-down")
def test_a_machine_that_is_down_is_not_a_source_that_is_gone(
    away: There, row: Row, job: str
) -> None:
    away.server.stop()
    try:
        ran = away.world.backup(job)
    finally:
        away.server.start()

    row.red_in(away.world, job, ran)


@JOBS
@pytest.mark.fault("away-key-changed")
def test_a_machine_with_another_key_is_not_believed(away: There, row: Row, job: str) -> None:
    away.server.change_host_key()
    try:
        ran = away.world.backup(job)
    finally:
        away.server.know()

    row.red_in(away.world, job, ran)
    assert away.server.fingerprint in ran.told


@pytest.mark.parametrize(
    ("job", "name"),
    [
        pytest.param("erp", "restic", marks=pytest.mark.fault("away-restic-missing")),
        pytest.param("files", "rsync", marks=pytest.mark.fault("away-rsync-missing")),
        pytest.param("erp", "sha256sum", marks=pytest.mark.fault("away-survey-missing")),
    ],
)
def test_a_program_missing_there_is_named_with_what_to_install(
    away: There, row: Row, job: str, name: str
) -> None:
    away.without(name)
    try:
        ran = away.world.backup(job)
    finally:
        away.let_in()

    row.red_in(away.world, job, ran)


@pytest.mark.fault("away-seen-from-missing")
def test_a_repository_that_nobody_there_can_find_stops_no_other_job(away: There, row: Row) -> None:
    written = f"  seen_from: {{{HOST}: {away.world.vault}}}\n"
    away.world.edit("config/repositories.yaml", written, "")
    try:
        ran = away.world.run("backup", "--json")
        checked = away.world.run("check")
    finally:
        location = f"  location: {away.world.vault}\n"
        away.world.edit("config/repositories.yaml", location, location + written)

    passed, left_out = ran.results
    assert (passed["job"], passed["verdict"]) == ("files", "PASS")
    assert (left_out["verdict"], left_out["failure"]) == (row.verdict, row.failure)
    row.says(ran.told)
    assert str(ran.code) == row.exit
    assert f"under seen_from: {HOST}" in checked.stdout + checked.stderr


@pytest.mark.fault("away-other-repository")
def test_another_repository_at_the_address_there_gets_nothing(away: There, row: Row) -> None:
    other = away.world.root / "other"
    make_vault(other)
    ours, theirs = f"{{{HOST}: {away.world.vault}}}", f"{{{HOST}: {other}}}"
    away.world.edit("config/repositories.yaml", ours, theirs)
    try:
        ran = away.world.backup("erp")
    finally:
        away.world.edit("config/repositories.yaml", theirs, ours)

    row.red_in(away.world, "erp", ran)
    assert list((other / "snapshots").iterdir()) == []


@pytest.mark.parametrize("hours", [-2, 2])
@pytest.mark.fault("away-clock")
def test_a_clock_that_was_never_set_makes_no_backup_green(
    away: There, row: Row, hours: int
) -> None:
    away.install("date", f'exec "$real" -d "{hours} hours" "$@"')

    ran = away.world.backup("erp")

    row.red_in(away.world, "erp", ran)


@pytest.mark.fault("away-killed")
def test_what_runs_there_ends_when_continuity_is_killed(away: There, row: Row) -> None:
    (away.world.source / _LARGE).write_bytes(os.urandom(3_000_000))
    seen = f"{{{HOST}: {away.world.vault}}}\n"
    away.world.edit("config/repositories.yaml", seen, f"{seen}  options: {{limit_upload: 50}}\n")
    try:
        process = away.world.start("backup", "--json", "erp")
        away.world.await_lock()
        pids = restics_of(away)
        process.send_signal(signal.SIGKILL)
        killed = ended(process)
    finally:
        away.world.edit("config/repositories.yaml", "  options: {limit_upload: 50}\n", "")

    assert killed.code == -signal.SIGKILL
    assert pids
    for pid in pids:
        await_no_process(pid)
    ran = away.world.backup("erp")
    row.says(ran.told)
    assert (ran.code, ran.result["verdict"]) == (0, "PASS"), ran
    row.recorded_in(away.world)
    assert list((away.world.vault / "locks").iterdir()) == []


def restics_of(away: There) -> list[int]:
    """Find the programs that were told of our repository."""
    told = f"RESTIC_REPOSITORY={away.world.vault}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                found += [int(entry.name)] if told in (entry / "environ").read_bytes() else []
            except OSError:
                continue
    return found
