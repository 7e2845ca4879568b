"""What was found elsewhere, written into a workspace or not at all."""

from pathlib import Path

import pytest

from continuity.config.adopt.writing import take_over
from continuity.config.loading import load
from continuity.config.problem import WorkspaceError
from continuity.domain.failure import ConfigurationError
from tests.support.adoptable import AUTORESTIC, RESTICPROFILE, found
from tests.support.workspaces import small_workspace


def test_what_is_written_is_a_workspace_without_problems(tmp_path: Path) -> None:
    root = small_workspace(tmp_path / "firm")

    taken = take_over(root, found(tmp_path, AUTORESTIC), None)

    workspace = load(root)
    assert taken.jobs == ("home-disk", "home-cloud")
    assert workspace.jobs["home-disk"].system == "billing"
    assert workspace.jobs["home-disk"].schedule.backup == "0 3 * * 1-5"
    assert workspace.repositories["disk-2"].location == "/mnt/disk"
    secret = root / "secrets" / "disk-2"
    assert secret.read_text() == "in the file\n"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert taken.awaited == (Path("secrets/cloud"),)
    assert "hush" not in (root / "config/repositories.yaml").read_text()


def test_taking_over_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    root = small_workspace(tmp_path / "firm")
    read = found(tmp_path, RESTICPROFILE)
    take_over(root, read, "billing")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}

    taken = take_over(root, read, "billing")

    assert (taken.jobs, taken.files, taken.known) == ((), (), ("erp",))
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_the_comments_of_the_workspace_stay(tmp_path: Path) -> None:
    own = "# Ours.\ndisk:\n  engine: rsync\n  location: /backups/disk # the grey one"
    root = small_workspace(tmp_path / "firm", {"config/repositories.yaml": own})

    take_over(root, found(tmp_path, RESTICPROFILE), None)

    assert (root / "config/repositories.yaml").read_text().startswith(own + "\n")


def test_an_unknown_system_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    root = small_workspace(tmp_path / "firm")
    before = sorted(root.rglob("*"))

    with pytest.raises(ConfigurationError, match="which system"):
        take_over(root, found(tmp_path, RESTICPROFILE), "nobody")

    assert sorted(root.rglob("*")) == before


def test_what_would_be_a_problem_is_named_and_not_written(tmp_path: Path) -> None:
    text = RESTICPROFILE.replace("s3:s3.example.com/copies", "rest:http://a:b@c/")
    root = small_workspace(tmp_path / "firm")
    before = sorted(root.rglob("*"))

    with pytest.raises(WorkspaceError, match="without a password"):
        take_over(root, found(tmp_path, text), None)

    assert sorted(root.rglob("*")) == before
