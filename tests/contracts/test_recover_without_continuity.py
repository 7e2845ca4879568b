"""The page about recovering with stock programs alone, done as it is written."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.programs import ROOT, program
from tests.support.workspaces import small_workspace, write_files

PAGE = ROOT / "docs" / "recover-without-continuity.md"
NAMES = (b"plain.txt", b" blank", b"back\\slash", b"line\nbreak", b"l\xednea", b"tab\t[1].txt")


def block(containing: str) -> str:
    """The one block of the page with these words."""
    blocks = re.findall(r"^```\w+\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    (found,) = [text for text in blocks if containing in text]
    return str(found)


def shell(command: str, *, code: int = 0) -> bytes:
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60, check=False)

    assert done.returncode == code, done.stderr
    return done.stdout


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with one rsync backup of files whose names are awkward."""
    program("rsync")
    program("zstdcat")
    source, disk = tmp_path / "source", tmp_path / "disk"
    source.mkdir()
    for name in NAMES:
        Path(os.fsdecode(os.path.join(os.fsencode(source), name))).write_bytes(name * 100)
    root = small_workspace(
        tmp_path / "acme",
        {"config/repositories.yaml": f"disk:\n  engine: rsync\n  location: {disk}\n"},
    )
    job = (root / "jobs/erp.yaml").read_text().replace("/srv/erp", str(source))
    write_files(root, {"jobs/erp.yaml": job})
    argv = [sys.executable, "-m", "continuity", "--workspace", str(root), "backup"]
    subprocess.run(argv, check=True, capture_output=True, cwd=ROOT, timeout=60)
    return root


def sums_of(workspace: Path) -> Path:
    """Write the list of sums with the program printed on the page."""
    (manifest,) = workspace.glob("state/manifests/*/*.zst")
    script = workspace / "sums.py"
    script.write_text(block("import json"), encoding="utf-8")
    sums = workspace / "SUMS"
    words = (shlex.quote(str(path)) for path in (manifest, script, sums))
    shell("zstdcat {} | python3 {} > {}".format(*words))
    return sums


def check_command(tree: Path, sums: Path) -> str:
    return f"cd {shlex.quote(str(tree))} && sha256sum --quiet -c {shlex.quote(str(sums))}"


def test_a_generation_agrees_with_its_manifest_by_stock_programs(workspace: Path) -> None:
    sums = sums_of(workspace)

    assert len(sums.read_bytes().splitlines()) == len(NAMES)
    assert shell(check_command(workspace.parent / "disk" / "latest", sums)) == b""


def test_files_copied_out_of_a_generation_agree_and_a_changed_one_does_not(
    workspace: Path,
) -> None:
    sums, source = sums_of(workspace), workspace.parent / "source"
    restored = workspace.parent / "restored"
    (command,) = re.findall(r"^rsync .*", block("rsync -aHAXS"), re.MULTILINE)
    inside = str(source).lstrip("/")
    place = restored / inside
    place.mkdir(parents=True)
    command = command.replace(
        "/mnt/disk/files/latest/srv/data/", f"{workspace.parent}/disk/latest/{inside}/"
    )
    shell(command.replace("/srv/restored/srv/data/", f"{place}/"))

    assert shell(check_command(restored, sums)) == b""

    (place / "plain.txt").write_bytes(b"other")

    assert b"plain.txt" in shell(check_command(restored, sums), code=1)


def test_a_manifest_is_called_by_its_own_sum(workspace: Path) -> None:
    (manifest,) = workspace.glob("state/manifests/*/*.zst")
    summed = shell(f"sha256sum {shlex.quote(str(manifest))}").split()[0].decode()

    assert manifest.name == f"{summed}.jsonl.zst"


def test_the_short_way_with_jq_gives_the_same_for_ordinary_names(workspace: Path) -> None:
    program("jq")
    sums = sums_of(workspace)
    (manifest,) = workspace.glob("state/manifests/*/*.zst")
    command = block("transpose").partition("\n(cd")[0]
    short = workspace / "SHORT"
    command = command.replace("MANIFEST", shlex.quote(str(manifest)))
    shell(command.replace("> SUMS", f"> {shlex.quote(str(short))}"))
    ordinary = {line for line in sums.read_bytes().splitlines() if not line.startswith(b"\\")}

    assert {line for line in ordinary if b"l\xed" not in line} <= set(
        short.read_bytes().splitlines()
    )


def test_the_record_names_the_manifest_of_each_point(workspace: Path) -> None:
    program("jq")
    program("sqlite3")
    (manifest,) = workspace.glob("state/manifests/*/*.zst")
    text = block("sqlite3 -readonly")
    command = "\n".join(text.splitlines()[:2])
    found = shell(f"cd {shlex.quote(str(workspace))} && {command}").decode().split()

    assert found[2] == manifest.name.split(".")[0]
