"""`adopt` as an operator runs it: what another program copies, proven here the same evening."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.support.cheap_keys import cheapen
from tests.support.story import Story
from tests.support.workspaces import small_workspace

pytestmark = pytest.mark.tool("restic")

PASSWORD = "hush"


def _theirs(root: Path) -> Path:
    """Make a repository that another program has filled."""
    repository, source = root / "theirs", root / "data"
    source.mkdir()
    for number in range(5):
        (source / f"{number}.txt").write_text(f"content {number}")
    (root / "key").write_text(PASSWORD + "\n")
    (root / "key").chmod(0o600)
    environ = {**os.environ, "RESTIC_REPOSITORY": str(repository), "RESTIC_PASSWORD": PASSWORD}
    subprocess.run(["restic", "init", "--quiet"], env=environ, check=True)
    cheapen(repository, PASSWORD)
    for words in (("backup", str(source)), ("backup", "--host", "other", str(source))):
        subprocess.run(["restic", "--quiet", *words], env=environ, check=True)
    return repository


def _objects(repository: Path) -> set[Path]:
    return {path for path in repository.rglob("*") if path.is_file() and "locks" not in path.parts}


def test_an_existing_repository_becomes_a_job_that_backs_up_and_passes_a_drill(
    tmp_path: Path,
) -> None:
    repository = _theirs(tmp_path)
    story = Story(root=small_workspace(tmp_path / "firm"))
    before = _objects(repository)

    said = story.run("adopt", str(repository), "--password-file", str(tmp_path / "key"), "--json")

    adopted = json.loads(said.out)
    assert (said.code, adopted["jobs"]) == (0, ["data"])
    assert [left["why"] for left in adopted["left"]] == ["it was backed up on other, not here"]
    assert _objects(repository) == before
    assert story.run("backup", "data").code == 0
    assert story.run("drill", "data").code == 0
    assert before < _objects(repository)


def test_what_stays_behind_is_shown_in_the_language_of_the_reader(tmp_path: Path) -> None:
    story = Story(root=small_workspace(tmp_path / "firm"))
    theirs = tmp_path / "borgmatic.yaml"
    theirs.write_text("source_directories: [/home]\n")

    said = story.run("adopt", str(theirs))

    assert said.code == 2
    assert "No job could be made of it." in said.out
    assert "which restic cannot read" in " ".join(said.out.split())


def test_a_repository_without_its_password_is_asked_for_it(tmp_path: Path) -> None:
    story = Story(root=small_workspace(tmp_path / "firm"))

    said = story.run("adopt", str(tmp_path))

    assert said.code == 2
    assert "--password-file" in said.err
