"""Checking, beginning and forecasting from the command line."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.databases import SqliteFile
from tests.support.story import REPOSITORY, Story, begin

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A firm with a record of seven entries."""
    story = begin(tmp_path_factory.mktemp("told") / "firm")
    for job in ("erp", "post", "web"):
        story.passed(job, HOUR)
    return story


@pytest.fixture
def story(told: Story, tmp_path: Path) -> Story:
    return told.copied(tmp_path / "firm")


def test_check_says_that_nothing_is_wrong_and_with_how_much(tmp_path: Path) -> None:
    said = begin(tmp_path / "firm").run("check")

    assert said.code == 0
    assert "Systems: 3. Jobs: 3." in said.out


def test_check_names_every_problem_of_every_file_on_a_line_of_its_own(tmp_path: Path) -> None:
    story = begin(
        tmp_path / "firm",
        {
            "jobs/erp.yaml": "name: erp\ntitle: X\nsistem: billing\nrepository: disc\n",
            "config/people.yaml": "ana:\n  nam: Ana\n",
        },
    )

    said = story.run("check")

    lines = said.out.splitlines()
    assert said.code == 2
    assert [line for line in lines if line.startswith("jobs/erp.yaml:3: sistem: expected ")] != []
    assert [line for line in lines if line.startswith("config/people.yaml:2: ana.nam: ")] != []
    assert all(line.split(":")[1].isdigit() and ", found " in line for line in lines)
    assert f"{len(lines)} problems." in said.err


def test_check_reports_to_programs_as_well(tmp_path: Path) -> None:
    story = begin(tmp_path / "firm", {"config/people.yaml": "ana:\n  nam: Ana\n"})

    told = json.loads(story.run("check", "--json").out)

    assert told["ok"] is False
    assert {"file", "line", "key", "expected", "found"} == told["problems"][0].keys()


def test_check_without_a_workspace_says_so_with_2(tmp_path: Path) -> None:
    said = Story(root=tmp_path / "nowhere").run("check")

    assert said.code == 2
    assert "config/continuity.yaml" in said.out


def test_check_writes_schemas_for_editors(tmp_path: Path) -> None:
    said = begin(tmp_path / "firm").run("check", "--schema", str(tmp_path / "schemas"))

    assert said.code == 0
    assert json.loads((tmp_path / "schemas" / "job.schema.json").read_text())["type"] == "object"


def test_a_new_workspace_has_no_problems(tmp_path: Path) -> None:
    story = Story(root=tmp_path / "acme")
    (tmp_path / "data").mkdir()
    flags = ["--yes", "--organisation", "Acme", "--zone", "Europe/Madrid", "--engine", "rsync"]

    begun = story.run("init", str(story.root), *flags, "--path", str(tmp_path / "data"))

    assert begun.code == 0, begun.err
    assert story.run("check").out.startswith("No problems")
    assert "Acme" in (story.root / "config" / "continuity.yaml").read_text()


def test_a_new_workspace_needs_no_terminal_and_no_flags(tmp_path: Path) -> None:
    story = Story(root=tmp_path / "acme")

    assert story.run("--lang", "es", "init", str(story.root)).code == 0
    assert story.run("check").code == 0
    assert "language: es" in (story.root / "config" / "continuity.yaml").read_text()


def test_init_never_overwrites(tmp_path: Path) -> None:
    story = begin(tmp_path / "firm")
    before = {path: path.read_bytes() for path in story.root.rglob("*") if path.is_file()}

    said = story.run("init", str(story.root), "--yes")

    assert said.code == 2
    assert before == {path: path.read_bytes() for path in story.root.rglob("*") if path.is_file()}


def test_forecast_tells_order_time_and_loss(story: Story) -> None:
    said = story.run("forecast")

    rows = [line.split() for line in said.out.splitlines() if line[:1].isdigit()]
    assert [row[:3] for row in rows] == [
        ["1", "Billing", "10min"],
        ["2", "Mail", "20min"],
        ["3", "Shop", "30min"],
    ]
    assert said.code == 0


def test_more_lanes_bring_systems_back_sooner_but_not_before_what_they_need(story: Story) -> None:
    told = json.loads(story.run("forecast", "--lanes", "3", "--json").out)

    back = {system["name"]: system["back_seconds"] for system in told["systems"]}
    assert back == {"billing": 600, "mail": 600, "shop": 1_200}


def test_losing_the_only_copy_of_a_system_fails(story: Story) -> None:
    said = story.run("forecast", "--lose", "site:cellar", "--json")

    told = json.loads(said.out)
    mail = next(system for system in told["systems"] if system["name"] == "mail")
    assert (mail["survival"], mail["loss_seconds"], mail["lost_jobs"]) == ("lost", None, ["post"])
    assert told["verdict"] == "FAIL"
    assert said.code == 1


@pytest.mark.parametrize("lose", ["site:nowhere", "planet:earth", "everythin"])
def test_losing_what_does_not_exist_is_a_mistake(story: Story, lose: str) -> None:
    assert story.run("forecast", "--lose", lose).code == 2


def test_a_damaged_record_forecasts_nothing_as_proven(story: Story) -> None:
    SqliteFile(story.database).tamper("UPDATE evidence SET job = 'web' WHERE sequence = 2")

    said = story.run("forecast", "--json")

    assert '"proven"' not in said.out
    assert said.code == 1


HELPS = (
    "",
    "status",
    "forecast",
    "coverage",
    "audit",
    "audit verify",
    "audit checkpoint",
    "audit export",
    "check",
    "init",
    "doctor",
)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_help_has_an_example_and_the_exit_codes(language: str) -> None:
    program = (
        "from continuity.cli.entry import main\n"
        f"for words in {HELPS!r}:\n"
        f"    main(['--lang', {language!r}, *words.split(), '--help'])\n"
        "    print(chr(12), end='')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    pages = dict(zip(HELPS, done.stdout.split("\f"), strict=False))
    assert {words for words, page in pages.items() if f"  continuity {words}" not in page} == set()
    assert {words for words, page in pages.items() if "0 PASS" not in page} == set()
    assert {words for words, page in pages.items() if "130" not in page} == set()
    assert [line for line in done.stdout.splitlines() if len(line) > 80] == []
