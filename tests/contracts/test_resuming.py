"""A record that came out of a copy goes on, and one in use is never taken for such a copy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from continuity.domain.audit import AuditAnswer
from continuity.domain.evidence import RecordKind
from continuity.domain.failure import ConflictError
from continuity.hosts.process import Process, identify_self
from continuity.store.audit import audit
from continuity.store.runs import Run
from continuity.store.signers import SIGNERS, read_signers
from continuity.workflows.resuming import resume
from tests.support.firm import Office, a_firm, at_work
from tests.support.terminal import run


def begin(office: Office, holder: Process) -> Run:
    """Let somebody begin a backup that has no end."""
    one = Run(
        run_id="20261121T020000Z-1",
        job="erp",
        kind="backup",
        started_at=office.clock(),
        holder=holder,
    )
    with office.app.bench.store.transaction() as transaction:
        transaction.claim(one)
    return one


def test_what_was_under_way_on_a_lost_machine_is_closed_and_the_end_is_signed(
    tmp_path: Path,
) -> None:
    with at_work(a_firm(tmp_path)) as office:
        bench = office.app.bench
        lost = begin(office, replace(identify_self(), host="burned"))

        resumed = resume(bench)
        result = audit(bench.store, read_signers(bench.keys / SIGNERS))
        kinds = [record.kind for record in office.records()]

        assert resumed.closed == (lost,)
        assert bench.store.running() == []
        assert kinds[1:] == [
            RecordKind.RUN_CLOSED,
            RecordKind.RECORD_RESUMED,
            RecordKind.CHECKPOINT_SIGNED,
        ]
        assert result.answer is AuditAnswer.INTACT
        assert result.checkpoints == 1


def test_a_record_whose_runs_live_here_is_no_restored_one(tmp_path: Path) -> None:
    with at_work(a_firm(tmp_path)) as office:
        begin(office, identify_self())
        head = office.app.bench.store.head()

        with pytest.raises(ConflictError):
            resume(office.app.bench)

        assert office.app.bench.store.head() == head


def test_nobody_resumes_a_record_unasked(tmp_path: Path) -> None:
    told = run(a_firm(tmp_path), "audit", "resume")

    assert told.code == 2
    assert "--yes" in told.err
