"""`extract` and `prove --independent`: what works when restic itself is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.disks import small_disk
from tests.support.engines import PASSWORD
from tests.support.programs import quickest_restic
from tests.support.sabotage import Harm, harm
from tests.support.witnessed import backed_up, place_of

pytestmark = pytest.mark.tool("restic")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    place = tmp_path / "data"
    (place / "offers").mkdir(parents=True)
    for number in range(30):
        (place / f"offers/{number}.txt").write_bytes(os.urandom(2_000))
    (place / "set-id").write_bytes(b"#!/bin/sh\n")
    (place / "set-id").chmod(0o4755)
    (place / "away").symlink_to("/etc")
    return place


@pytest.fixture
def repository(tmp_path: Path, source: Path) -> Path:
    (tmp_path / "password").write_text(PASSWORD.reveal())
    (tmp_path / "password").chmod(0o600)
    return backed_up(quickest_restic(), tmp_path / "repository", source)


def without_restic(place: Path, *words: str | Path) -> tuple[int, dict[str, object], str]:
    """Run the program where no restic is on the PATH."""
    (place / "bin").mkdir(exist_ok=True)
    ran = subprocess.run(
        [sys.executable, "-m", "continuity", *map(str, words), "--json"],
        env={**os.environ, "PATH": str(place / "bin")},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    return ran.returncode, json.loads(ran.stdout) if ran.stdout else {}, ran.stderr


def brought(
    place: Path, repository: Path, *paths: Path, to: str = "returned"
) -> tuple[int, dict[str, object], str]:
    return without_restic(
        place,
        "extract",
        "newest",
        *paths,
        "--to",
        place / to,
        "--from",
        repository,
        "--password-file",
        place / "password",
    )


def test_a_repository_is_proven_where_restic_is_not_installed(
    tmp_path: Path, repository: Path, source: Path
) -> None:
    code, proof, _ = without_restic(
        tmp_path,
        "prove",
        repository,
        "--password-file",
        tmp_path / "password",
        "--source",
        source,
        "--independent",
    )

    assert code == 0
    assert (proof["verdict"], proof["level"]) == ("PASS", "L3")
    assert proof["classes"]["match"] == 31  # type: ignore[index]  # parsed JSON


def test_damage_fails_the_independent_proof(tmp_path: Path, repository: Path, source: Path) -> None:
    pack, where = place_of(repository, os.fsencode(source / "offers/7.txt"))
    harm(pack, Harm.FLIP, where.offset + 20)

    code, proof, _ = without_restic(
        tmp_path, "prove", repository, "--password-file", tmp_path / "password", "--independent"
    )

    assert code == 1
    assert (proof["verdict"], proof["failure"]) == ("FAIL", "missing-files")


def test_a_folder_comes_back_without_restic(tmp_path: Path, repository: Path, source: Path) -> None:
    code, told, _ = brought(tmp_path, repository, source / "offers")

    returned = tmp_path / f"returned{source}/offers"
    assert (code, told["verdict"], told["files"]) == (0, "PASS", 30)
    assert {path.name: path.read_bytes() for path in returned.iterdir()} == {
        path.name: path.read_bytes() for path in (source / "offers").iterdir()
    }


def test_what_comes_back_can_do_no_harm(tmp_path: Path, repository: Path, source: Path) -> None:
    code, _, _ = brought(tmp_path, repository, Path("/"))

    returned = tmp_path / f"returned{source}"
    assert code == 0
    assert (returned / "set-id").stat().st_mode & 0o7777 == 0o755
    assert os.readlink(returned / "away") == "/etc"


def test_nothing_is_written_over(tmp_path: Path, repository: Path, source: Path) -> None:
    (tmp_path / "returned").mkdir(mode=0o700)
    (tmp_path / "returned/mine").write_bytes(b"mine")

    code, _, said = brought(tmp_path, repository, source)

    assert code == 2
    assert "is not empty" in said
    assert [path.name for path in (tmp_path / "returned").iterdir()] == ["mine"]


def test_a_damaged_file_is_named_and_the_others_come_back(
    tmp_path: Path, repository: Path, source: Path
) -> None:
    pack, where = place_of(repository, os.fsencode(source / "offers/7.txt"))
    harm(pack, Harm.FLIP, where.offset + 20)

    code, told, _ = brought(tmp_path, repository, source / "offers")

    assert (code, told["verdict"], told["files"]) == (1, "FAIL", 29)
    assert "offers/7.txt" in str(told["problems"])
    assert not (tmp_path / f"returned{source}/offers/7.txt").exists()


def test_a_path_that_the_snapshot_does_not_hold_is_said(
    tmp_path: Path, repository: Path, source: Path
) -> None:
    code, told, _ = brought(tmp_path, repository, source / "offers", source / "other")

    assert code == 1
    assert told["missing"] == [str(source / "other")]


def test_a_repository_of_the_workspace_is_read_by_its_name(
    tmp_path: Path, repository: Path, source: Path
) -> None:
    workspace = tmp_path / "workspace"
    subprocess.run([sys.executable, "-m", "continuity", "init", workspace], check=True, timeout=60)
    (workspace / "config/repositories.yaml").write_text(
        f"vault:\n  engine: restic\n  location: {repository}\n"
        f"  password:\n    file: {tmp_path / 'password'}\n"
    )

    code, told, said = without_restic(
        tmp_path,
        "-w",
        workspace,
        "extract",
        "newest",
        source / "offers",
        "--to",
        tmp_path / "returned",
        "--from",
        "vault",
    )

    assert (code, told.get("files")) == (0, 30), said


@pytest.mark.parametrize("kibibytes", [32, 100], ids=["seen before", "seen while writing"])
def test_a_disk_that_is_too_small_is_said_and_no_half_file_stays(
    tmp_path: Path, repository: Path, source: Path, kibibytes: int
) -> None:
    (tmp_path / "small").mkdir()
    with small_disk(tmp_path / "small", kibibytes):
        code, _, said = brought(tmp_path, repository, source / "offers", to="small/returned")
        sizes = {path.stat().st_size for path in (tmp_path / "small").rglob("*.txt")}

    assert code != 0
    assert "room" in said
    assert sizes <= {2_000}


def test_attributes_and_access_lists_that_do_not_come_back_are_counted(
    tmp_path: Path, source: Path
) -> None:
    (tmp_path / "password").write_text(PASSWORD.reveal())
    (tmp_path / "password").chmod(0o600)
    try:
        os.setxattr(source / "offers/1.txt", b"user.origin", b"scanner")
    except OSError:
        pytest.skip("this file system keeps no extended attributes")
    kept = backed_up(quickest_restic(), tmp_path / "kept", source)

    code, told, _ = brought(tmp_path, kept, source)

    assert (code, told["without_attributes"]) == (0, 1)
