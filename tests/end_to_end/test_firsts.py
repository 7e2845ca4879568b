"""The first time: where a repository is made, and where it must not be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from continuity.domain.failure import FailureClass
from continuity.domain.verdict import Verdict
from tests.support.firm import Wishes, a_firm, at_work

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]


@pytest.mark.parametrize("engine", ["restic", "rsync"])
def test_no_repository_is_made_where_its_disk_is_not_mounted(tmp_path: Path, engine: str) -> None:
    firm = a_firm(tmp_path, Wishes(engines={"erp": engine}))
    (firm.source() / "ledger").write_text("1")
    firm.repository().parent.rmdir()

    with at_work(firm) as office:
        ended = office.back_up()

    assert ended.conclusion.verdict is Verdict.INCONCLUSIVE
    assert ended.conclusion.failure is FailureClass.UNREACHABLE
    assert not firm.repository().parent.exists()


def test_the_state_of_the_program_can_be_a_source_of_its_own(tmp_path: Path) -> None:
    firm = a_firm(tmp_path, Wishes(engines={"erp": "restic", "own": "restic"}))
    (firm.source() / "ledger").write_text("1")
    with at_work(firm) as office:
        office.back_up()
    job = firm.workspace / "jobs" / "own.yaml"
    job.write_text(job.read_text().replace(str(firm.source("own")), str(firm.state)))

    with at_work(firm) as office:
        ended = office.back_up("own")

    assert ended.conclusion.verdict is Verdict.PASS


@pytest.mark.parametrize(
    "words",
    [
        ["--lang", "fr", "check"],
        ["drill", "--read-back", "--full"],
        ["backup", "--accept", "abc"],
        ["drill", "--size", "many"],
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(words: list[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "continuity", *words], capture_output=True, check=False, timeout=60
    )

    assert ran.returncode == 2
    assert b"Traceback" not in ran.stderr
