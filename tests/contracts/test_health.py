"""What `/healthz` and `/metrics` answer is what is so, not what is hoped."""

from __future__ import annotations

import http.client
import io
import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest
from prometheus_client.parser import text_string_to_metric_families

from continuity.domain.failure import StoreError, UnreachableError
from continuity.domain.slot import Slot, SlotKind
from continuity.domain.text import say
from continuity.service.doors import doors_open
from continuity.service.journal import Journal
from continuity.service.serving import Service
from tests.support.filled import filled
from tests.support.firm import Firm, at_work, body_of
from tests.support.programs import promtool
from tests.support.slots import a_planned_firm, now


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return a_planned_firm(tmp_path)


@contextmanager
def answering(firm: Firm) -> Iterator[tuple[Service, int]]:
    """A service that does nothing by itself, and answers."""
    service = Service(
        root=firm.workspace,
        environ=os.environ,
        journal_of=lambda app: Journal(stream=io.StringIO(), sentence=str, now=app.bench.now),
    )
    with service, doors_open(service, "127.0.0.1", 0) as port:
        yield service, port


def asked(port: int, path: str) -> tuple[int, str]:
    way = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        way.request("GET", path)
        answer = way.getresponse()
        return answer.status, answer.read().decode()
    finally:
        way.close()


def test_late_turns_and_rounds_and_what_went_wrong_are_not_well(firm: Firm) -> None:
    with answering(firm) as (service, port):
        found = [asked(port, "/healthz")[0]]
        service.health.went_round -= 16 * 60
        found.append(asked(port, "/healthz")[0])
        late = asked(port, "/metrics")[1]
        service.health.went_round += 16 * 60
        service.health.turned -= 2 * 60
        found.append(asked(port, "/healthz")[0])
        service.health.turned += 2 * 60
        service.health.failed = UnreachableError(say("the database is away"))
        code, told = asked(port, "/healthz")

    assert found == [200, 503, 503]
    assert "continuity_well 0.0" in late
    assert (code, json.loads(told)["trouble"]) == (503, "the database is away")


def test_a_broken_edit_that_is_held_back_is_told_and_the_service_is_well(firm: Firm) -> None:
    with answering(firm) as (service, port):
        (firm.workspace / "jobs/erp.yaml").write_text("name: [\n")
        service.turn()
        code, told = asked(port, "/healthz")
        numbers = asked(port, "/metrics")[1]

    assert (code, json.loads(told)["workspace"]) == (200, "broken")
    assert "continuity_workspace_broken 1.0" in numbers


@pytest.mark.parametrize("what", ["record.db", ""], ids=["the database", "the whole state"])
def test_a_database_that_is_away_is_told_and_nothing_is_done_until_it_is_back(
    firm: Firm, what: str
) -> None:
    place = firm.state / what
    away = place.with_name("away")
    with answering(firm) as (service, port):
        service.turn()
        place.rename(away)
        service.turn()
        service.round()
        code, told = asked(port, "/healthz")
        there = place.exists()
        away.rename(place)
        service.turn()
        service.round()
        after = asked(port, "/healthz")[0]

    assert (code, after) == (503, 200)
    assert "moved away or replaced" in json.loads(told)["trouble"]
    assert not there


def test_a_database_in_which_nothing_can_be_kept_is_told(firm: Firm) -> None:
    with answering(firm) as (service, port):
        service.health.note_round([StoreError(say("the database is in use"))], monotonic())
        wrong = asked(port, "/healthz")
        service.round()
        right = asked(port, "/healthz")[0]

    assert (wrong[0], right) == (503, 200)


def test_a_turn_that_a_defect_ended_is_told_and_not_well_until_one_goes_to_its_end(
    firm: Firm,
) -> None:
    with answering(firm) as (service, port):
        # A waiting slot whose reason no version of the program wrote.
        slot = Slot(job="erp", kind=SlotKind.BACKUP, planned=now())
        with service.app.bench.store.transaction() as transaction:
            transaction.slots.add([slot])
        with sqlite3.connect(firm.state / "record.db") as database:
            database.execute("UPDATE slot SET reason = 'spoilt'")
        service.turn()
        wrong = asked(port, "/healthz")
        with sqlite3.connect(firm.state / "record.db") as database:
            database.execute("DELETE FROM slot")
        service.turn()
        right = asked(port, "/healthz")[0]

    assert (wrong[0], right) == (503, 200)
    assert "a defect of this program" in json.loads(wrong[1])["trouble"]


def test_the_numbers_are_in_the_form_that_prometheus_reads(firm: Firm) -> None:
    with answering(firm) as (_, port):
        numbers = asked(port, "/metrics")[1]
    labels = {
        label
        for family in text_string_to_metric_families(numbers)
        for sample in family.samples
        for label in sample.labels
    }
    said = subprocess.run(
        [promtool(), "check", "metrics"], input=numbers, capture_output=True, text=True, check=False
    )

    assert labels <= {"version", "system", "job", "kind", "verdict", "severity", "state", "lane"}
    assert (said.returncode, said.stderr) == (0, "")


def test_what_of_a_job_was_proven_so_far_is_a_number_once_it_is_known(firm: Firm) -> None:
    with answering(filled(firm, 9)) as (_, port):
        before = asked(port, "/metrics")[1]
        with at_work(firm) as office:
            office.back_up()
            proven = body_of(office.drill())["coverage"]
        after = asked(port, "/metrics")[1]

    assert "continuity_coverage_ratio{" not in before
    part = proven["proven"] / proven["files"]
    assert f'continuity_coverage_ratio{{job="erp",system="billing"}} {part}' in after
