"""A service whose disk is full: it takes new files all the same, and keeps them when it can."""

from __future__ import annotations

import io
import json
from pathlib import Path

from continuity.service.journal import Journal
from continuity.service.serving import Service
from tests.support.firm import Firm
from tests.support.slots import a_planned_firm, now
from tests.support.terminal import environ_of


def a_service(firm: Firm, told: io.StringIO) -> Service:
    return Service(
        root=firm.workspace,
        environ=environ_of(firm),
        journal_of=lambda _app: Journal(stream=told, sentence=str, now=now),
    )


def events_in(told: io.StringIO) -> list[str]:
    return [json.loads(line)["event"] for line in told.getvalue().splitlines()]


def give_title(firm: Firm) -> None:
    job = firm.workspace / "jobs/erp.yaml"
    job.write_text(job.read_text().replace('"title": "erp"', '"title": "The ERP"'))


def test_files_that_cannot_be_kept_aside_are_used_and_kept_as_soon_as_there_is_room(
    tmp_path: Path,
) -> None:
    firm, told = a_planned_firm(tmp_path), io.StringIO()
    firm.state.mkdir()
    in_the_way = firm.state / "kept-files.new"
    in_the_way.touch()
    with a_service(firm, told) as service:
        give_title(firm)
        service.turn()
        title, trouble = service.app.workspace.jobs["erp"].title, service.health.trouble
        before = (firm.state / "kept-files").exists()
        in_the_way.unlink()
        service.turn()
        service.turn()
    kept = json.loads((firm.state / "kept-files/jobs/erp.yaml").read_text())
    events = events_in(told)

    assert (title, trouble, before) == ("The ERP", None, False)
    assert kept["title"] == "The ERP"
    assert events.count("workspace.unkept") == 2
    assert "turn.failed" not in events


def test_an_edit_made_while_the_database_is_out_counts_when_it_is_back(tmp_path: Path) -> None:
    firm, told = a_planned_firm(tmp_path), io.StringIO()
    with a_service(firm, told) as service:
        record = firm.state / "record.db"
        aside = record.rename(firm.state / "aside.db")
        record.mkdir()
        give_title(firm)
        service.turn()
        during = service.app.workspace.jobs["erp"].title
        record.rmdir()
        aside.rename(record)
        service.turn()
        after = service.app.workspace.jobs["erp"].title

    assert (during, after) == ("erp", "The ERP")
    assert "turn.failed" in events_in(told)
