"""`prove`: any repository or copy, against its source or against nothing but its own hashes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.firm import PASSWORD
from tests.support.programs import program
from tests.support.sabotage import Harm, harm

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]


def prove(*words: str | Path) -> tuple[int, dict[str, object]]:
    command = [sys.executable, "-m", "continuity", "prove", *map(str, words), "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    return ran.returncode, json.loads(ran.stdout) if ran.stdout else {"error": ran.stderr}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    place = tmp_path / "data"
    (place / "a[1]").mkdir(parents=True)
    for number in range(40):
        (place / "a[1]" / f" file {number}\n$x").write_bytes(os.urandom(2_000))
    return place


@pytest.fixture
def password(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text(PASSWORD)
    file.chmod(0o600)
    return file


@pytest.fixture
def repository(tmp_path: Path, source: Path, password: Path) -> Path:
    place = tmp_path / "restic"
    _restic(place, password, "init")
    _restic(place, password, "backup", str(source))
    return place


def _restic(place: Path, password: Path, *words: str, cwd: Path | None = None) -> None:
    where = ["-r", str(place), "--password-file", str(password), "--no-cache"]
    command = [str(program("restic")), *where, *words]
    subprocess.run(command, check=True, capture_output=True, cwd=cwd)


def test_a_foreign_repository_is_proven_against_files_that_did_not_move(
    repository: Path, source: Path, password: Path
) -> None:
    code, proof = prove(repository, "--password-file", password, "--source", source)

    assert code == 0
    assert proof["verdict"] == "PASS"
    assert proof["level"] == "L3"
    assert proof["classes"]["match"] == 40  # type: ignore[index]  # parsed JSON


def test_without_a_source_the_proof_is_honestly_lower(repository: Path, password: Path) -> None:
    code, proof = prove(repository, "--password-file", password)

    assert code == 0
    assert proof["level"] == "L2"


def test_files_changed_since_the_backup_neither_fail_nor_prove(
    repository: Path, source: Path, password: Path
) -> None:
    for path in sorted((source / "a[1]").iterdir())[:35]:
        path.write_bytes(b"changed since")

    code, proof = prove(repository, "--password-file", password, "--source", source)

    assert code == 0
    assert proof["classes"]["match"] == 5  # type: ignore[index]  # parsed JSON


def test_a_source_in_which_everything_changed_proves_nothing(
    repository: Path, source: Path, password: Path
) -> None:
    for path in (source / "a[1]").iterdir():
        path.write_bytes(b"changed since")

    code, proof = prove(repository, "--password-file", password, "--source", source)

    assert code == 3
    assert proof["verdict"] == "INCONCLUSIVE"


def test_a_backup_made_with_a_relative_path_is_found_by_its_listing(
    tmp_path: Path, source: Path, password: Path
) -> None:
    place = tmp_path / "relative"
    _restic(place, password, "init")
    _restic(place, password, "backup", source.name, cwd=source.parent)

    code, proof = prove(place, "--password-file", password, "--source", source)

    assert code == 0
    assert proof["level"] == "L3"


def test_another_directory_than_the_one_backed_up_is_refused(
    repository: Path, tmp_path: Path, password: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()

    code, proof = prove(repository, "--password-file", password, "--source", tmp_path / "elsewhere")

    assert code == 1
    assert "does not hold the directory" in str(proof["reason"])


@pytest.mark.parametrize("with_source", [True, False])
def test_a_flipped_byte_in_a_pack_is_never_green(
    repository: Path, source: Path, password: Path, with_source: bool
) -> None:
    packs = [path for path in (repository / "data").rglob("*") if path.is_file()]
    harm(max(packs, key=lambda path: path.stat().st_size), Harm.FLIP, 5_000)

    words = ["--source", str(source)] if with_source else []
    code, proof = prove(repository, "--password-file", password, *words)

    assert code != 0
    assert proof["verdict"] != "PASS"


def test_rot_in_a_plain_copy_that_keeps_size_and_time_is_named(
    tmp_path: Path, source: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(source, copy)
    victim = sorted((copy / "a[1]").iterdir())[7]
    harm(victim, Harm.FLIP, 1_000)

    code, proof = prove(copy, "--source", source)

    assert code == 1
    assert proof["failure"] == "checksum-mismatch"
    assert [finding["path"] for finding in proof["findings"]] == [  # type: ignore[attr-defined]  # JSON
        "/a[1]/" + victim.name.replace("\n", "\\x0a")
    ]


def test_a_sound_plain_copy_is_proven_and_left_as_it_is(tmp_path: Path, source: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(source, copy)
    before = sorted((path, path.lstat().st_ctime_ns) for path in copy.rglob("*"))

    code, proof = prove(copy, "--source", source)

    assert code == 0
    assert proof["level"] == "L3"
    assert sorted((path, path.lstat().st_ctime_ns) for path in copy.rglob("*")) == before


def test_a_copy_without_hashes_and_without_a_source_proves_nothing(
    tmp_path: Path, source: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(source, copy)

    code, proof = prove(copy)

    assert code == 3
    assert "right ones" in str(proof["reason"])


def test_an_encrypted_repository_without_its_password_is_a_usage_error(repository: Path) -> None:
    code, proof = prove(repository)

    assert code == 2
    assert "--password-file" in str(proof["error"])


def test_a_wrong_password_is_inconclusive(repository: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("guess")
    wrong.chmod(0o600)

    code, proof = prove(repository, "--password-file", wrong)

    assert code == 3
    assert proof["failure"] == "authentication"


def test_nothing_at_the_location_is_a_usage_error(tmp_path: Path) -> None:
    code, proof = prove(tmp_path / "nothing")

    assert code == 2
    assert "There is nothing at" in str(proof["error"])


def test_the_same_seed_draws_the_same_files(repository: Path, source: Path, password: Path) -> None:
    words = ["--password-file", str(password), "--source", str(source), "--size", "5"]
    _, first = prove(repository, *words)
    sample = first["sample"]
    assert isinstance(sample, dict)

    _, again = prove(repository, *words, "--seed", sample["seed"])

    assert again["sample"] == sample
