"""`continuity report`, as management, technicians and auditors meet it."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from continuity.domain.report_schema import report_schema
from tests.support.databases import SqliteFile
from tests.support.json_schemas import misfits
from tests.support.story import Story

HOUR = timedelta(hours=1)
TODAY = ("--period", "2000-01-01..2099-12-31")
"""A period in which the present lies, whenever the test runs."""


def test_the_report_of_a_firm_says_for_each_system_when_it_is_back(story: Story) -> None:
    said = story.run("report", *TODAY)

    assert "If Billing were lost today: back in" in " ".join(said.out.split())
    assert said.out.index("Not covered, not known or overdue") < said.out.index("If we lost it")


def test_the_data_of_a_report_fits_its_schema(story: Story) -> None:
    said = story.run("report", *TODAY, "--format", "json")
    schema = json.loads(story.run("report", "--schema").out)

    assert schema == report_schema()
    assert misfits(json.loads(said.out), schema, schema) == []


def test_a_report_names_the_end_of_the_record_it_rests_on(story: Story) -> None:
    told = json.loads(story.run("report", *TODAY, "--format", "json").out)
    audited = json.loads(story.run("audit", "verify", "--json").out)

    assert audited["records"] == told["annex"]["record"]["sequence"]


@pytest.mark.parametrize("name", ["report.txt", "report.html", "report.json", "report.zip"])
def test_the_name_of_the_file_says_which_form_is_wanted(
    story: Story, tmp_path: Path, name: str
) -> None:
    said = story.run("report", *TODAY, "--to", str(tmp_path / name))
    written = (tmp_path / name).read_bytes()

    assert said.out == ""
    assert written
    if name == "report.zip":
        with zipfile.ZipFile(io.BytesIO(written)) as archive:
            assert "Billing" in archive.read("systems.csv").decode()
    else:
        assert b"Billing" in written


def test_the_report_of_one_restore_test_says_what_was_compared(story: Story) -> None:
    told = json.loads(story.run("report", *TODAY, "--format", "json").out)
    run = next(one for one in told["annex"]["runs"] if one["kind"] == "drill")
    said = story.run("report", "--run", run["run_id"])

    assert run["job"] in said.out.splitlines()[0]
    assert "What was tested, and why" in said.out


def test_a_digest_is_made_also_when_nothing_happened(story: Story) -> None:
    said = story.run("report", "--digest", "--period", "2000-01-01")

    assert "Acme" in said.out
    assert "Not known" in said.out or "NOT KNOWN" in said.out
    assert said.code in {1, 3}


def test_nothing_of_a_damaged_record_is_green(story: Story) -> None:
    SqliteFile(story.database).tamper("UPDATE evidence SET job = 'web' WHERE sequence = 2")

    said = story.run("report", *TODAY, "--format", "json")

    told = json.loads(said.out)
    assert told["lights"]["green"] == 0
    assert told["annex"]["record"]["doubt"]
    assert said.code == 1


@pytest.mark.parametrize(
    "asked",
    [
        ("--period", "next year"),
        ("--period", "2099-01"),
        ("--run", "unknown"),
        ("--format", "csv"),
        ("--to", "report.docx"),
        ("--to", "/nowhere/report.txt"),
    ],
)
def test_what_cannot_be_reported_is_a_mistake_with_a_remedy(
    story: Story, asked: tuple[str, ...]
) -> None:
    said = story.run("report", *asked)

    assert (said.code, said.out) == (2, "")
    assert "What to do" in said.err
