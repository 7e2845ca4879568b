"""What `continuity doctor` finds before a backup needs it."""

import json
import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.databases import SqliteFile
from tests.support.programs import program
from tests.support.story import Said, Story, begin

HOUR = timedelta(hours=1)


def found(said: Said) -> dict[str, set[str]]:
    """Each subject with the verdicts on it."""
    verdicts: dict[str, set[str]] = {}
    for one in json.loads(said.out)["examined"]:
        verdicts.setdefault(one["subject"], set()).add(one["verdict"])
    return verdicts


def examine(story: Story, **environ: str) -> Said:
    return story.run("doctor", "--json", **environ)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A restic repository whose password is "secret", which no test changes."""
    place = tmp_path_factory.mktemp("restic") / "repository"
    asked = [str(program("restic")), "-q", "-r", str(place), "init"]
    environ = {**os.environ, "RESTIC_PASSWORD": "secret"}
    subprocess.run(asked, env=environ, check=True, capture_output=True, timeout=60)
    return place


@pytest.fixture
def firm(tmp_path: Path, repository: Path) -> Story:
    """Jobs in a restic repository that exists, one of Continuity itself; two still to be made."""
    repositories = (
        f"disk:\n  engine: restic\n  location: {repository}\n"
        "  password:\n    env: REPOSITORY_PASSWORD\n  site: elsewhere\n"
        f"nas:\n  engine: rsync\n  location: {tmp_path}/nas\n"
        f"far:\n  engine: rsync\n  location: {tmp_path}/far\n"
    )
    itself = (
        "name: continuity\ntitle: Itself\nsystem: billing\nrepository: disk\n"
        "source: {kind: continuity}\n"
    )
    files = {
        "config/repositories.yaml": repositories,
        "config/hosts.yaml": "local: {kind: local, site: office}\n",
        "jobs/continuity.yaml": itself,
    }
    return begin(tmp_path / "firm", files)


@pytest.fixture
def simple(tmp_path: Path) -> Story:
    """Three jobs in repositories still to be made."""
    repositories = "".join(
        f"{name}:\n  engine: rsync\n  location: {tmp_path}/{name}\n"
        for name in ("disk", "nas", "far")
    )
    return begin(tmp_path / "firm", {"config/repositories.yaml": repositories})


@pytest.mark.tool("restic")
def test_an_installation_in_order_passes_in_every_point(firm: Story) -> None:
    said = firm.run("doctor", REPOSITORY_PASSWORD="secret")

    assert said.code == 0, said.out
    assert "restic 0." in said.out
    assert "Reachable" in said.out
    assert "FAIL" not in said.out
    assert [line for line in said.out.splitlines() if len(line) > 80 and " /" not in line] == []


@pytest.mark.tool("restic")
def test_a_wrong_password_is_found_and_never_shown(firm: Story) -> None:
    said = examine(firm, REPOSITORY_PASSWORD="hunter2")

    assert found(said)["repository disk"] == {"PASS", "INCONCLUSIVE"}
    assert said.code == 3
    assert "hunter2" not in said.out + said.err


def test_a_secret_that_is_not_there_is_named_with_file_and_line(firm: Story) -> None:
    said = examine(firm)

    assert found(said)["workspace"] == {"INCONCLUSIVE"}
    assert "config/repositories.yaml:" in said.out
    assert "REPOSITORY_PASSWORD" in said.out
    assert "is in no backup" not in said.out


def test_a_tool_that_is_missing_is_found(firm: Story, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    said = examine(firm, REPOSITORY_PASSWORD="secret", PATH=str(tmp_path / "empty"))

    assert found(said)["repository disk"] == {"INCONCLUSIVE"}
    assert said.code == 3


def test_a_repository_that_vanished_is_not_taken_for_a_new_one(simple: Story) -> None:
    simple.passed("post", HOUR)

    said = examine(simple)

    assert found(said)["repository nas"] == {"PASS", "INCONCLUSIVE"}
    assert found(said)["repository far"] == {"PASS"}


def test_a_disk_that_is_not_mounted_is_not_taken_for_room_for_a_new_repository(
    simple: Story, tmp_path: Path
) -> None:
    repositories = simple.root / "config/repositories.yaml"
    repositories.write_text(repositories.read_text().replace(f"{tmp_path}/nas", "/mnt/gone/nas"))

    said = examine(simple)

    assert found(said)["repository nas"] == {"PASS", "INCONCLUSIVE"}
    assert found(said)["repository far"] == {"PASS"}
    assert said.code == 3


def test_points_without_manifests_and_an_end_without_checkpoint_are_found(simple: Story) -> None:
    simple.passed("post", HOUR)

    verdicts = found(examine(simple))

    assert verdicts["manifests"] == {"INCONCLUSIVE"}
    assert verdicts["checkpoint"] == {"INCONCLUSIVE"}
    simple.run("audit", "checkpoint")
    assert found(examine(simple))["checkpoint"] == {"PASS"}


def test_a_clock_behind_the_record_is_found(simple: Story) -> None:
    simple.passed("post", -5 * HOUR)

    assert found(examine(simple))["clock"] == {"INCONCLUSIVE"}


def test_an_altered_record_fails(simple: Story) -> None:
    simple.passed("post", HOUR)
    SqliteFile(simple.database).tamper("UPDATE evidence SET job = 'web' WHERE sequence = 3")

    said = examine(simple)

    assert found(said)["record"] == {"FAIL"}
    assert said.code == 1


def test_no_room_for_restores_is_found(simple: Story) -> None:
    settings = simple.root / "config" / "continuity.yaml"
    settings.write_text(settings.read_text() + "sandbox:\n  reserve: 900000 GiB\n")

    said = examine(simple)

    assert found(said)["sandbox"] == {"INCONCLUSIVE"}
    assert "MiB" in said.out


def test_every_problem_comes_with_its_remedy(simple: Story) -> None:
    simple.passed("post", HOUR)

    told = json.loads(examine(simple).out)

    assert [one for one in told["examined"] if one["verdict"] != "PASS"] != []
    assert [
        one["what"] for one in told["examined"] if one["verdict"] != "PASS" and not one["remedy"]
    ] == []


def test_that_nothing_looks_at_timetables_is_said_until_something_does(simple: Story) -> None:
    job = simple.root / "jobs/erp.yaml"
    job.write_text(f"{job.read_text()}schedule:\n  backup: every 6h\n")
    simple.passed("erp", 9 * HOUR)
    before = json.loads(examine(simple).out)["examined"]
    simple.run("tick")
    after = json.loads(examine(simple).out)["examined"]

    assert _service(before)["verdict"] == "INCONCLUSIVE"
    assert "nothing ever looked" in _service(before)["what"]
    assert "continuity service install" in _service(before)["remedy"]
    assert _service(after)["verdict"] == "PASS"
    assert "by continuity tick" in _service(after)["what"]
    assert {one["verdict"] for one in after if one["subject"] == "reports"} == {"INCONCLUSIVE"}


def _service(examined: list[dict[str, str]]) -> dict[str, str]:
    return next(one for one in examined if one["subject"] == "service")
