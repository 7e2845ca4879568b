"""Offline copies that do not arrive, or must not leave, and what a person is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.faults import Row
from tests.support.programs import ROOT, program
from tests.support.story import Said, Story, begin

SETTINGS = "organisation: Acme\nlanguage: en\nzone: Europe/Madrid\n"
SECRET = "correct-horse-battery"
CHANNELS = (
    "mail:\n  kind: email\n  secrets: {password: {file: secrets/smtp}}\n"
    "  options: {sender: c@acme.example, host: 127.0.0.1, user: c}\n"
)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """A firm with two places at other sites, and a secret of its own."""
    for name in ("stick", "safe"):
        (tmp_path / name).mkdir()
    places = "".join(
        f"    {name}: {{kind: directory, path: {tmp_path}/{name}, site: {name}}}\n"
        for name in ("stick", "safe")
    )
    settings = f"{SETTINGS}offline:\n  places:\n{places}"
    files = {"config/channels.yaml": CHANNELS, "secrets/smtp": SECRET}
    found = begin(tmp_path / "acme", {**files, "config/continuity.yaml": settings})
    (found.root / "secrets/smtp").chmod(0o600)
    return found


def red(row: Row, said: Said) -> None:
    told = " ".join((said.out + said.err).split())

    row.says(told)
    assert str(said.code) == row.exit, said
    assert "Traceback" not in told
    assert "defect" not in told


def copies(story: Story, place: str) -> list[str]:
    return sorted(one.name for one in (story.root.parent / place).iterdir())


@pytest.mark.fault("offline-away")
def test_a_place_that_is_not_there_is_told_and_the_other_gets_its_copy(
    story: Story, row: Row
) -> None:
    (story.root.parent / "safe").rmdir()
    red(row, story.run("bundle", "publish"))

    assert len(copies(story, "stick")) == 2


@pytest.mark.fault("offline-full")
def test_a_full_place_is_told_and_the_other_gets_its_copy(story: Story, row: Row) -> None:
    full = story.root.parent / "safe"
    done = subprocess.run(
        [
            *(program("bwrap"), "--dev-bind", "/", "/", "--size", "16384", "--tmpfs", full),
            *(sys.executable, "-m", "continuity", "-w", story.root, "bundle", "publish"),
        ],
        cwd=ROOT,
        env=story.environ,
        capture_output=True,
        timeout=60,
        check=False,
    )
    red(row, Said(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode()))

    assert len(copies(story, "stick")) == 2


@pytest.mark.fault("offline-secret")
def test_a_secret_never_leaves_and_nobody_repeats_it(story: Story, row: Row) -> None:
    jobs = story.root / "jobs/erp.yaml"
    jobs.write_text(jobs.read_text().replace("The ERP", f"The ERP, password {SECRET}"))
    said = story.run("bundle", "publish")
    red(row, said)

    assert SECRET not in said.out + said.err
    assert copies(story, "stick") == []


@pytest.mark.fault("offline-old")
def test_a_copy_of_an_edit_before_is_not_green(story: Story, row: Row) -> None:
    story.run("bundle", "publish")
    people = story.root / "config/people.yaml"
    people.write_text(people.read_text().replace("Ana", "Ana Ruiz"))
    red(row, story.run("bundle", "status"))
