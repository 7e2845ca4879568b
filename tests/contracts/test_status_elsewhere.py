"""What `status` tells of a database that is no file to look at: late reports, open incidents."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from continuity.app import Standing
from continuity.cli.warnings import late_reports
from continuity.domain.clock import text_from_time
from continuity.domain.failure import FailureClass
from continuity.domain.portfolio import Portfolio
from continuity.workflows.facts import read_record
from continuity.workflows.responding import Desk, respond
from tests.support.databases import Database, opened
from tests.support.desks import ROSTER, finished
from tests.support.incidents import NOW


def test_late_reports_and_open_incidents_are_seen_on_a_server_as_in_a_file(
    database: Database, tmp_path: Path
) -> None:
    with opened(database) as store:
        store.append(finished("drill", FailureClass.CHECKSUM_MISMATCH, run_id="run-1"))
        respond(Desk(store=store, now=lambda: NOW, roster=ROSTER))
        late = {"digest": text_from_time(NOW - timedelta(days=1))}
        with store.transaction() as transaction:
            transaction.note("reports.deadlines", json.dumps(late))
    known = read_record(database.address, lambda: NOW, None, None)
    standing = Standing(
        portfolio=Portfolio(systems=(), jobs=(), facts=known.facts), beside=known.beside
    )

    assert known.beside is not None
    assert known.beside.incidents_open == 1
    assert list(late_reports(standing)) == ["digest"]
