"""The recovery kit does what it says where Continuity is not: every byte comes back."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.firm import PASSWORD, Firm, Wishes, a_firm, at_work
from tests.support.kits import (
    AWKWARD,
    awkward_files,
    brought_back,
    bundled,
    contents,
    run_script,
    stock_folder,
)
from tests.support.programs import program


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A firm with a proven restic job and a claimed rsync job, and its bundle on a stick."""

    firm: Firm
    stick: Path
    path: Path

    @property
    def kit(self) -> Path:
        return self.stick / "kit"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    """Back up, prove one of the two, and write the bundle."""
    program("restic")
    program("rsync")
    root = tmp_path_factory.mktemp("kit")
    firm = a_firm(root, Wishes(engines={"erp": "restic", "files": "rsync"}))
    for job in firm.jobs:
        awkward_files(firm.source(job))
    with at_work(firm) as office:
        for job in firm.jobs:
            office.back_up(job)
        office.drill("erp")
        (firm.source("erp") / "later.txt").write_text("not proven yet")
        office.back_up("erp")
        bundled(office, root / "stick")
    return Saved(firm=firm, stick=root / "stick", path=stock_folder(root / "bin"))


@pytest.mark.parametrize("job", ["erp", "files"])
def test_stock_programs_alone_bring_every_byte_back(saved: Saved, tmp_path: Path, job: str) -> None:
    ran = run_script(saved.kit / f"{job}.sh", tmp_path / "back", path=saved.path)
    wanted = dict(contents(saved.firm.source(job)))
    wanted.pop(b"later.txt", None)

    assert ran.code == 0, ran.err
    assert dict(brought_back(saved.firm, tmp_path / "back", job)) == wanted
    assert len(wanted) == len(AWKWARD) + 2


def test_what_is_brought_back_is_the_newest_proven_point(saved: Saved) -> None:
    script = (saved.kit / "erp.sh").read_text()

    assert "a restore test proved it" in script
    assert "latest" not in script


def test_in_the_sums_names_are_written_as_sha256sum_writes_them(saved: Saved) -> None:
    lines = (saved.kit / "files.SHA256SUMS").read_bytes().splitlines()
    below = str(saved.firm.source("files")).encode().lstrip(b"/")

    assert len(lines) == len(AWKWARD) + 1
    assert any(line.startswith(b"\\") and line.endswith(below + b"/line\\nbreak") for line in lines)
    assert any(line.endswith(below + b"/l\xednea") for line in lines)


def test_an_unproven_point_is_called_so(saved: Saved) -> None:
    assert "NO restore test has proven it" in (saved.kit / "files.sh").read_text()
    assert "NO restore test has proven it" in (saved.stick / "index.html").read_text()


def test_a_file_that_came_back_wrong_is_named_by_sha256sum(saved: Saved, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    shutil.copytree(saved.firm.repository("files"), repository, symlinks=True)
    (damaged,) = repository.glob(f"generations/*{saved.firm.source('files')}/plain.txt")
    damaged.write_bytes(b"x" * damaged.stat().st_size)
    ran = run_script(
        saved.kit / "files.sh", tmp_path / "back", path=saved.path, REPOSITORY=str(repository)
    )

    assert ran.code != 0
    assert b"plain.txt: FAILED" in ran.out


def test_a_directory_with_something_in_it_is_left_alone(saved: Saved, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    ran = run_script(saved.kit / "erp.sh", tmp_path, path=saved.path)

    assert ran.code != 0
    assert [one.name for one in tmp_path.iterdir()] == ["mine"]


def test_another_point_and_a_password_from_an_envelope_are_taken(
    saved: Saved, tmp_path: Path
) -> None:
    text = (saved.kit / "erp.sh").read_bytes()
    place = tmp_path / "elsewhere"
    place.mkdir()
    hidden = text.replace(str(saved.firm.root / "password").encode(), b"/nonexistent/password")
    (place / "erp.sh").write_bytes(hidden)
    (place / "erp.SHA256SUMS").write_bytes((saved.kit / "erp.SHA256SUMS").read_bytes())
    wrong = run_script(place / "erp.sh", tmp_path / "a", path=saved.path, RESTIC_PASSWORD="no")
    right = run_script(place / "erp.sh", tmp_path / "b", path=saved.path, RESTIC_PASSWORD=PASSWORD)

    assert wrong.code != 0
    assert right.code == 0, right.err


def test_nothing_in_a_name_was_ever_run(saved: Saved) -> None:
    assert not list(saved.firm.root.rglob("owned"))
    assert not Path("/owned").exists()
