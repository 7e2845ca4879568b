"""Jobs whose files are on another machine, reached over a real SSH server."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.away import HOST, There, there
from tests.support.programs import quickest_restic
from tests.support.worlds import prove

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]

JOBS = pytest.mark.parametrize("job", ["erp", "files"])
ODD = (b"two\nlines.txt", b"no text \xff\xfe.txt", b"'quoted' $HOME `id` *.txt", b"-n")


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    """A world in which both ways have copied and proven files of another machine."""
    with there(tmp_path_factory.mktemp("away") / "world") as found:
        folder = os.fsencode(found.world.source / "odd")
        os.mkdir(folder)
        for name in ODD:
            with open(os.path.join(folder, name), "wb") as file:
                file.write(b"content of " + name)
        # What was written within the tick of a survey is read again, and rightly so.
        time.sleep(2.5)
        prove(found.world)
        yield found


@JOBS
def test_files_of_another_machine_come_back_whole_whatever_their_names(
    job: str, away: There
) -> None:
    ran = away.world.full_drill(job)

    result = ran.result
    assert (ran.code, result["verdict"], result["level"]) == (0, "PASS", "L4"), ran
    assert result["classes"]["match"] > len(ODD)
    assert sum(result["classes"].values()) == result["classes"]["match"]


@JOBS
def test_a_second_backup_reads_only_what_changed(job: str, away: There) -> None:
    changed = away.world.source / "accounts/03.csv"
    changed.write_bytes(os.urandom(2_000))
    ran = away.world.backup(job)

    assert ran.result["verdict"] == "PASS", ran
    (end, *_) = away.world.ends()
    # One file in thirty is read again in any case, to see rot at the source.
    assert 1 <= end["read"]["files"] < 10
    assert end["changed_files"] == 1
    assert end["source_host"] == HOST


@JOBS
def test_a_drill_needs_nothing_of_the_machine_that_may_be_lost(job: str, away: There) -> None:
    away.server.stop()
    try:
        ran = away.world.drill(job)
    finally:
        away.server.start()

    assert (ran.code, ran.result["verdict"]) == (0, "PASS"), ran


def test_the_restic_there_may_be_another_one_than_the_restic_here(away: There) -> None:
    written = f"{{{HOST}: {away.world.vault}}}\n"
    there = f"{written}  options: {{program_there: {quickest_restic()}}}\n"
    away.world.edit("config/repositories.yaml", written, there)
    try:
        runs = [away.world.backup("erp"), away.world.backup("erp")]
    finally:
        away.world.edit("config/repositories.yaml", there, written)
    (end, *_) = away.world.ends()
    drilled = away.world.drill("erp")

    version = quickest_restic().parent.name.removeprefix("restic-")
    assert [ran.result["verdict"] for ran in runs] == ["PASS", "PASS"], runs
    assert end["tool"]["version"] == version or version == "bin"
    assert drilled.result["restore_point"]["id"] == runs[-1].result["restore_point"]["id"]
    assert drilled.result["verdict"] == "PASS", drilled


def test_copies_are_told_by_the_name_of_the_machine_that_they_are_of(away: There) -> None:
    points = list((away.world.disk / "points").glob("*.json"))

    assert points
    assert all(f'"{HOST}"' in point.read_text() for point in points)


SPY = """
case "$*" in *backup*) cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' >"$root/seen" ;; esac
exec "$real" "$@"
"""


def test_no_secret_is_in_a_command_line_or_a_file_of_the_other_machine(away: There) -> None:
    secret = f"not-{os.urandom(12).hex()}"
    away.world.write({"secrets/new": secret})
    (away.world.workspace / "secrets/new").chmod(0o600)
    away.world.edit("config/repositories.yaml", "{env: VAULT_PASSWORD}", "{file: secrets/new}")
    away.world.vault.rename(away.world.root / "old-vault")
    away.world.edit("config/repositories.yaml", "vault:\n", "second:\n")
    away.world.edit("jobs/erp.yaml", "repository: vault", "repository: second")
    away.install("restic", SPY)
    began = time.time()
    try:
        ran = away.world.backup("erp")
    finally:
        away.uninstall()
        away.world.edit("config/repositories.yaml", "{file: secrets/new}", "{env: VAULT_PASSWORD}")
        away.world.edit("config/repositories.yaml", "second:\n", "vault:\n")
        away.world.edit("jobs/erp.yaml", "repository: second", "repository: vault")
        away.world.vault.rename(away.world.root / "new-vault")
        (away.world.root / "old-vault").rename(away.world.vault)

    seen = (away.world.root / "seen").read_text(errors="replace")
    assert ran.result["verdict"] == "PASS", ran
    assert "restic" in seen
    assert secret not in seen
    kept = {away.world.workspace / "secrets/new"}
    assert _holding(secret, began, away.world.root) <= kept
    for place in (Path.home(), Path("/var/tmp"), Path("/dev/shm")):
        assert not _holding(secret, began, place)


def _holding(secret: str, since: float, place: Path) -> set[Path]:
    """Find the files written since then that hold a secret."""
    asked = ["find", str(place), "-type", "f", "-newermt", f"@{int(since)}", "-print0"]
    recent = subprocess.run(asked, capture_output=True, check=False).stdout.split(b"\0")[:-1]
    searched = subprocess.run(
        ["xargs", "-0", "-r", "grep", "-lZF", "--", secret],
        input=b"".join(path + b"\0" for path in recent),
        capture_output=True,
        check=False,
    )
    return {Path(os.fsdecode(path)) for path in searched.stdout.split(b"\0")[:-1]}


def test_doctor_tells_which_machine_is_down_and_plan_does_not_need_it(away: There) -> None:
    away.server.stop()
    try:
        doctor, plan = away.world.run("doctor", "--json"), away.world.run("plan", "files")
    finally:
        away.server.start()

    wrong = {
        one["subject"] for one in doctor.result["examined"] if one["verdict"] == "INCONCLUSIVE"
    }
    assert {f"erp on {HOST}", f"files on {HOST}"} <= wrong
    assert all("repository" not in subject for subject in wrong)
    assert doctor.code == 3
    assert plan.code == 0


@JOBS
def test_plan_and_doctor_name_the_machine(job: str, away: There) -> None:
    plan = away.world.run("plan", job)
    doctor = away.world.run("doctor")

    assert f"{away.world.source} on {HOST}" in plan.stdout
    assert f"PASS          {job} on {HOST}: The source is there." in doctor.stdout
    # Storage that nobody has looked at yet is unknown, and unknown is not green.
    assert doctor.code == 3, doctor
