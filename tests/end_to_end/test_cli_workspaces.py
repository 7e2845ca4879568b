"""`check` and `init` as operators run them."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.story import Story, begin

HOUR = timedelta(hours=1)


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


@pytest.mark.parametrize("words", ["check", "status", "incidents", "serve --port 0"])
def test_every_command_says_with_2_that_there_is_no_workspace_and_what_to_do(
    tmp_path: Path, words: str
) -> None:
    said = Story(root=tmp_path / "nowhere").run(*words.split())

    assert (said.code, said.out) == (2, "")
    assert said.err == (
        f"There is no workspace in {tmp_path}/nowhere: no config/continuity.yaml is there.\n"
        "What to do: Say where it is: continuity -w DIR …; or begin one: continuity init DIR\n"
    )
    assert not (tmp_path / "nowhere").exists()


def test_a_program_that_checks_where_there_is_no_workspace_still_gets_the_problems(
    tmp_path: Path,
) -> None:
    said = Story(root=tmp_path / "nowhere").run("check", "--json")

    assert said.code == 2
    assert "config/continuity.yaml" in [one["file"] for one in json.loads(said.out)["problems"]]


def test_a_workspace_that_lost_only_its_settings_is_still_a_workspace(tmp_path: Path) -> None:
    story = begin(tmp_path / "firm")
    (story.root / "config" / "continuity.yaml").unlink()

    said = story.run("status")

    assert said.code == 2
    assert "The workspace has problems: 1." in said.err


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
    assert re.search(r"runbooks: \d\d files$", begun.out, re.M)
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
