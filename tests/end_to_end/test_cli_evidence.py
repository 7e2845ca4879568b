"""`continuity report --evidence`: an auditor needs only stock tools to find what was touched."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from continuity.reports.verifying import COMMAND, VERIFY
from tests.support.databases import SqliteFile
from tests.support.story import begin

HOUR = timedelta(hours=1)
PERIOD = ("--period", "2000-01-01..2099-12-31")
pytestmark = pytest.mark.tool("jq", "unzip", "ssh-keygen")


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evidence of a firm whose three systems were restored and timed."""
    home = tmp_path_factory.mktemp("evidence")
    story = begin(home / "firm")
    for job in ("erp", "post", "web"):
        story.passed(job, HOUR)
    said = story.run("report", *PERIOD, "--evidence", str(home / "evidence.zip"))
    assert said.code in {0, 1, 3}, said.err
    return home / "evidence.zip"


@pytest.fixture
def folder(packed: Path, tmp_path: Path) -> Path:
    """The pack as stock unzip lays it out."""
    subprocess.run(["/usr/bin/unzip", "-q", packed, "-d", tmp_path / "pack"], check=True)
    return tmp_path / "pack"


def commands_of(folder: Path) -> Iterator[str]:
    for line in (folder / VERIFY).read_text().splitlines():
        if line.startswith(COMMAND):
            yield line.removeprefix(COMMAND)


def passes(folder: Path, commands: list[str]) -> bool:
    """Type the commands into a shell that has nothing of ours, in a copy of the folder."""
    place = folder.with_name("typed")
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(folder, place)
    typed = subprocess.run(
        ["/bin/sh", "-e", "-c", "\n".join(commands)],
        cwd=place,
        env={"PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return typed.returncode == 0


def test_the_commands_in_the_pack_accept_it_with_stock_tools_alone(folder: Path) -> None:
    commands = list(commands_of(folder))

    assert len(commands) > 10
    assert passes(folder, commands)


def test_a_changed_byte_in_any_file_is_found(folder: Path) -> None:
    commands = list(commands_of(folder))
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        whole = path.read_bytes()
        place = len(whole) // 2
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])

        assert not passes(folder, commands), f"a changed {path.name} was accepted"

        path.write_bytes(whole)
    assert passes(folder, commands)


def test_a_file_more_or_less_is_found(folder: Path) -> None:
    commands = list(commands_of(folder))
    (folder / "tables" / "more.csv").write_text("x\n")
    assert not passes(folder, commands)

    (folder / "tables" / "more.csv").unlink()
    (folder / "report.html").unlink()
    assert not passes(folder, commands)


def test_who_rewrites_a_record_and_the_list_of_files_has_no_key(folder: Path) -> None:
    commands = list(commands_of(folder))
    records = folder / "records.jsonl"
    records.write_text(records.read_text().replace('"verdict":"PASS"', '"verdict":"FAIL"'))
    sums = folder / "SHA256SUMS"
    digest = hashlib.sha256(records.read_bytes()).hexdigest()
    sums.write_text(re.sub(r"[0-9a-f]{64}  records", f"{digest}  records", sums.read_text()))

    assert passes(folder, commands[:2])
    assert not passes(folder, commands[2:3])
    assert not passes(folder, commands[3:5])


def test_a_record_taken_out_is_missed_also_without_the_list(folder: Path) -> None:
    commands = list(commands_of(folder))
    lines = (folder / "records.jsonl").read_text().splitlines(keepends=True)
    (folder / "records.jsonl").write_text("".join(lines[:3] + lines[4:]))

    assert passes(folder, commands[3:5])
    assert not passes(folder, [*commands[3:5], *commands[5:8]])


def test_the_report_in_the_pack_rests_on_its_records(folder: Path) -> None:
    told = json.loads((folder / "report.json").read_text())
    records = [json.loads(line) for line in (folder / "records.jsonl").read_text().splitlines()]
    end = told["annex"]["record"]

    assert (end["sequence"], end["hash"]) in {(one["sequence"], one["hash"]) for one in records}
    assert end["checkpoint"].split(":")[0] in {str(one["sequence"]) for one in records}
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert "Billing" in (folder / "tables" / "systems.csv").read_text()


def test_no_name_of_a_file_leads_out_of_the_folder_and_none_has_a_time(packed: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(packed.read_bytes())) as archive:
        assert archive.testzip() is None
        for one in archive.infolist():
            assert re.fullmatch(r"(tables/|checkpoints/)?[A-Za-z0-9._-]+", one.filename)
            assert one.date_time == (1980, 1, 1, 0, 0, 0)


def test_a_month_that_is_over_reaches_to_the_checkpoint_that_covers_it(tmp_path: Path) -> None:
    story = begin(tmp_path / "firm")
    story.passed("erp", 40 * 24 * HOUR)
    story.passed("post", HOUR)
    month = f"{datetime.now(UTC) - 40 * 24 * HOUR:%Y-%m}"
    pack = tmp_path / "evidence.zip"

    said = story.run("report", "--period", month, "--evidence", str(pack), LANG="es_ES.UTF-8")

    assert said.code in {0, 1, 3}, said.err
    subprocess.run(["/usr/bin/unzip", "-q", pack, "-d", tmp_path / "pack"], check=True)
    commands = list(commands_of(tmp_path / "pack"))
    lines = (tmp_path / "pack" / "records.jsonl").read_text().splitlines()
    assert passes(tmp_path / "pack", commands)
    assert {json.loads(line)["job"] for line in lines} >= {"erp", "post"}


def test_an_altered_record_is_neither_signed_nor_packed(tmp_path: Path) -> None:
    story = begin(tmp_path / "firm")
    story.passed("erp", HOUR)
    SqliteFile(story.database).tamper("UPDATE evidence SET job = 'web' WHERE sequence = 2")

    said = story.run("report", *PERIOD, "--evidence", str(tmp_path / "evidence.zip"))

    assert said.code != 0
    assert "audit export" in said.err
    assert not (tmp_path / "evidence.zip").exists()
