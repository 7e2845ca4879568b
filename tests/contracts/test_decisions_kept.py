"""Decisions on a real store: what is decided, by whom, when nobody is there, and what was known."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from continuity.cli.incident_runs import RUN_KINDS, run_lines
from continuity.domain.audit import AuditAnswer, verify_chain
from continuity.domain.conduct import StepState
from continuity.domain.conduct_deciding import choose
from continuity.domain.conduct_frontier import Stand
from continuity.domain.conduct_leading import abort, deviate
from continuity.domain.conduct_next import next_actions
from continuity.domain.conduct_program import Start
from continuity.domain.evidence import Record, RecordKind
from continuity.domain.failure import FailureClass
from continuity.domain.information_pack import InformationPack, PersonPart
from continuity.domain.information_plain import Frozen, freeze
from continuity.workflows.conducting import Stage, act, stand_of, tick
from continuity.workflows.responding import respond
from tests.support.databases import SqliteFile
from tests.support.desks import finished
from tests.support.stages import RUN, Theatre, a_theatre

BOOK = """---
format: continuity-runbook/1
id: billing-down
title: Billing is down
lang: en
owner: ana
roles:
  head: {primary: zoe, deputies: [ana, berta]}
  tech: {primary: luis}
decisions:
  - id: where
    question: Where to?
    decides: [head]
    decide_within: 20m
    if_unreachable: {option: beside}
    preauthorised: [{roles: [tech], options: [beside], limits: one server}]
    options:
      - {id: beside, effect: both live, reversible: true}
      - {id: over, effect: old data is gone, reversible: false}
---

## Where to {#where}

~~~step
id: where
type: decision
owner: head
~~~

## Look at it {#look}

~~~step
id: look
type: manual
owner: tech
risk: read
~~~
"""


def seen(theatre: Theatre, _stand: Stand) -> Frozen:
    """What was on the screen: nobody can tell the age of anything but by its moment."""
    people = (PersonPart(person="zoe", name="Zoe", role="head", side="internal", phone="+34 6"),)
    return freeze(InformationPack(at=theatre.moment, people=people))


@pytest.fixture
def theatre(sqlite_file: SqliteFile) -> Iterator[Theatre]:
    theatre = a_theatre(sqlite_file.address, book=BOOK)
    theatre.begin()
    yield theatre
    theatre.store.close()


def stage_of(theatre: Theatre) -> Stage:
    return replace(theatre.stage, freeze=lambda stand: seen(theatre, stand))


def decision(theatre: Theatre) -> Record:
    (record,) = theatre.store.records(kinds=[RecordKind.RUNBOOK_DECIDED])
    return record


def test_a_restart_neither_loses_nor_extends_the_time_of_a_decision(
    sqlite_file: SqliteFile,
) -> None:
    before = a_theatre(sqlite_file.address, book=BOOK)
    before.begin()
    due = before.stored().of("where").due_at
    before.store.close()
    after = a_theatre(sqlite_file.address, book=BOOK)
    after.later(timedelta(minutes=19))
    waiting = tick(stage_of(after), RUN).of("where")
    after.later(timedelta(minutes=1))
    conduct = tick(stage_of(after), RUN)
    record = decision(after)

    assert (waiting.state, waiting.due_at) == (StepState.WAITING, due)
    assert [(one.option, one.by) for one in conduct.taken] == [("beside", "")]
    assert conduct.of("look").state is StepState.WAITING
    assert "information_sha256" in record.body
    after.store.close()


def test_the_record_of_a_choice_holds_what_was_known_and_its_hash(theatre: Theatre) -> None:
    act(stage_of(theatre), RUN, choose(theatre.person("zoe"), "where", "over"))
    record = decision(theatre)
    text = str(record.body["information"])

    assert hashlib.sha256(text.encode()).hexdigest() == record.body["information_sha256"]
    assert "Zoe" not in text
    assert theatre.store.people()[int(str(record.body["people_shown"]))] == {"shown1": "zoe"}
    assert verify_chain(theatre.store.lines()).answer is AuditAnswer.INTACT


def test_who_was_on_the_screen_is_erased_without_who_decided(theatre: Theatre) -> None:
    act(stage_of(theatre), RUN, choose(theatre.person("ana"), "where", "over"))
    with theatre.store.transaction() as transaction:
        transaction.erase_person("zoe")
    people = theatre.store.people()

    assert people[decision(theatre).sequence]["by"] == "ana"
    assert "zoe" not in {name for named in people.values() for name in named.values()}


def test_objections_stand_beside_the_record_and_their_number_in_it(theatre: Theatre) -> None:
    objections = ("luis: it will be slow", "eva: not today")
    act(theatre.stage, RUN, choose(theatre.person("zoe"), "where", "over", objections=objections))
    record = decision(theatre)
    details = record.body["details"]

    assert isinstance(details, dict)
    assert details["objections"] == 2
    assert theatre.store.people()[record.sequence]["objections"] == "\n".join(objections)


def test_who_may_without_asking_is_on_record_as_such(theatre: Theatre) -> None:
    act(theatre.stage, RUN, choose(theatre.person("luis"), "where", "beside"))
    details = decision(theatre).body["details"]

    assert isinstance(details, dict)
    assert (details["preauthorised"], details["break_glass"]) == (True, False)


def test_those_who_decide_are_named_in_the_order_in_which_they_are_asked(
    theatre: Theatre,
) -> None:
    (action,) = next_actions(stand_of(theatre.stage, RUN), theatre.moment)

    assert action.people == ("zoe", "ana", "berta")


def test_the_review_of_its_incident_tells_who_decided_what_and_what_was_known(
    sqlite_file: SqliteFile,
) -> None:
    theatre = a_theatre(sqlite_file.address, book=BOOK)
    theatre.store.append(finished("drill", FailureClass.CHECKSUM_MISMATCH, run_id="run-1"))
    respond(theatre.stage.desk)
    theatre.begin(Start(incident=1))
    chosen = choose(theatre.person("luis", "it is safer"), "where", "beside", objections=("no",))
    act(stage_of(theatre), RUN, chosen)
    act(stage_of(theatre), RUN, deviate(theatre.person("luis", "the switch had no power")))
    act(stage_of(theatre), RUN, abort(theatre.person("zoe", "wrong building")))
    told = list(
        run_lines(
            theatre.store.records(kinds=RUN_KINDS), 1, theatre.store.people(), ZoneInfo("UTC")
        )
    )
    decision_line, deviation, measured, _parts, *rest = told

    for words in ("where: beside", "without asking", "objections: 1", "luis: it is safer", "known"):
        assert words in decision_line
    assert "done besides · luis: the switch had no power" in deviation
    assert "aborted" in measured
    assert any("look" in line for line in rest)
    theatre.store.close()
