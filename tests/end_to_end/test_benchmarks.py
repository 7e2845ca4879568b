"""The benchmarks measure, print and keep what they found."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.programs import missing

REPOSITORY = Path(__file__).resolve().parents[2]
_TINY = ("--share", "0.002", "--repetitions", "1")


def bench(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the benchmarks on sets of a few files."""
    places = ("--cache", str(place / "cache"), "--results", str(place / "results"))
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *_TINY, *places, *words],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


@pytest.mark.tool("restic")
def test_every_group_of_measurements_works_from_end_to_end(tmp_path: Path) -> None:
    done = bench(tmp_path, "--sets", "A", "--groups", "manifest", "--no-rivals")

    assert done.returncode == 0, done.stdout + done.stderr
    (saved,) = (tmp_path / "results").iterdir()
    result = json.loads(saved.read_text())
    rows = {row["key"]: row for row in result["rows"]}
    assert {"first-night-A", "quiet-night-A", "sample-A", "full-drill-A"} <= rows.keys()
    assert all(row["figure"] > 0 for row in rows.values() if row["figure"] is not None)
    assert rows["manifest-disk"]["verdict"] == "met"
    assert result["machine"]["programs"]["restic"]
    assert result["share"] == 0.002
    assert all(row["work"] in done.stdout for row in rows.values())


@pytest.mark.tool("restic")
def test_reading_without_restic_is_compared_with_every_way_that_restic_has(tmp_path: Path) -> None:
    done = bench(tmp_path, "--sets", "", "--groups", "index,witness")

    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads(next((tmp_path / "results").iterdir()).read_text())["rows"]
    figures = {row["key"]: row["figure"] for row in rows}
    notes = {row["key"]: row["note"] for row in rows}
    assert figures["index-held"] > 48
    assert figures["read-back-rate"] > 0
    assert figures["witness-A-10-includes"] > 0
    for way in ("folders", "mounted"):
        key = f"witness-A-10-{way}"
        assert figures[key] is not None or "not possible here: " in notes[key]


def test_a_machine_elsewhere_is_surveyed_and_compared(tmp_path: Path) -> None:
    if not Path("/usr/sbin/sshd").exists():
        missing("the OpenSSH server is not installed")

    done = bench(tmp_path, "--sets", "", "--groups", "elsewhere")

    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads(next((tmp_path / "results").iterdir()).read_text())["rows"]
    figures = {row["key"]: row["figure"] for row in rows}
    assert figures["survey-elsewhere"] > 0
    assert figures["survey-elsewhere-memory"] > 10


def test_a_slow_figure_is_shown_and_fails_nothing(tmp_path: Path) -> None:
    done = bench(tmp_path, "--sets", "", "--groups", "manifest")

    rows = json.loads(next((tmp_path / "results").iterdir()).read_text())["rows"]
    assert done.returncode == 0
    assert {row["verdict"] for row in rows} <= {"met", "MISSED"}


def test_an_unknown_set_is_named_before_anything_is_measured(tmp_path: Path) -> None:
    done = bench(tmp_path, "--sets", "Z")

    assert done.returncode == 2
    assert "Z is none of A, B, C" in done.stderr
    assert not (tmp_path / "cache").exists()
