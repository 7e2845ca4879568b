"""Runs of runbooks on a real store: nothing is done unwritten, and nothing written is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from continuity.domain.audit import AuditAnswer, verify_chain
from continuity.domain.conduct import Conduct, Event, RunState, StepRun, StepState
from continuity.domain.conduct_changes import after
from continuity.domain.conduct_commands import answer_unknown, claim, finish
from continuity.domain.conduct_frontier import Stand
from continuity.domain.conduct_leading import abort
from continuity.domain.conduct_next import Doing, next_actions
from continuity.domain.conduct_program import Start
from continuity.domain.conduct_times import phases
from continuity.domain.failure import ConfigurationError, FailureClass
from continuity.domain.incident import State
from continuity.domain.stale import StaleRunError
from continuity.workflows.carrying_on import Outcome, carry_on, recover
from continuity.workflows.responding import respond
from tests.support.databases import Database, SqliteFile
from tests.support.desks import finished
from tests.support.incidents import HOUR, NOW
from tests.support.stages import RUN, Theatre, a_theatre
from tests.support.writers import together, writer

KILLED = """
import os, signal, sys
from tests.support.stages import RUN, a_theatre
from continuity.workflows.carrying_on import carry_on
theatre = a_theatre(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
carry_on(theatre.stage, RUN, lambda _stand, _one: os.kill(os.getpid(), signal.SIGKILL))
"""
CLAIM = """
import sys
from tests.support.stages import RUN, a_theatre
from continuity.domain.conduct_commands import claim
from continuity.domain.failure import ConflictError
theatre = a_theatre(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
try:
    theatre.act(claim(theatre.person(sys.argv[2]), "look"))
    print("won")
except ConflictError as error:
    print("lost")
"""


@pytest.fixture
def theatre(database: Database) -> Iterator[Theatre]:
    theatre = a_theatre(database.address)
    yield theatre
    theatre.store.close()


def killed(address: str) -> None:
    """Let another process begin the first step and be killed in the middle of it."""
    together([writer(KILLED, address)])


def test_a_run_is_written_entry_by_entry_and_the_record_alone_tells_it(theatre: Theatre) -> None:
    theatre.begin()
    theatre.carry_on()
    theatre.act(finish(theatre.person(), "look"))

    assert theatre.stored().state is RunState.COMPLETED
    told = after(Conduct(run=RUN), theatre.entries())
    assert replace(told, commander="ana") == theatre.stored()
    assert verify_chain(theatre.store.lines()).answer is AuditAnswer.INTACT


@pytest.mark.parametrize("idempotent", [True, False])
def test_a_process_killed_between_intent_and_result_repeats_only_what_may_be_repeated(
    sqlite_file: SqliteFile, idempotent: bool
) -> None:
    theatre = a_theatre(sqlite_file.address, idempotent=idempotent)
    theatre.begin()
    before = theatre.stored().of("restart").deadline
    killed(sqlite_file.address)
    assert theatre.entries()[-1].event is Event.INTENT
    theatre.later(HOUR)

    conduct = theatre.carry_on()

    assert theatre.performed == (["restart"] if idempotent else [])
    wanted = StepState.DONE if idempotent else StepState.UNKNOWN
    assert conduct.of("restart").state is wanted
    assert conduct.of("restart").deadline == before
    theatre.store.close()


def test_of_a_step_nobody_knows_the_end_of_a_person_tells(sqlite_file: SqliteFile) -> None:
    theatre = a_theatre(sqlite_file.address)
    theatre.begin()
    killed(sqlite_file.address)
    recover(theatre.stage, RUN)
    conduct = theatre.act(answer_unknown(theatre.person(), "restart", "done"))

    assert conduct.of("restart").state is StepState.DONE
    assert conduct.of("look").state is StepState.WAITING
    theatre.store.close()


def test_a_result_that_comes_after_the_end_is_noted_and_changes_nothing(theatre: Theatre) -> None:
    theatre.begin()

    def perform(_stand: Stand, _one: StepRun) -> Outcome:
        theatre.act(abort(theatre.person("ana", "wrong server")))
        return Outcome(state=StepState.DONE, details={"exit_code": 0})

    carry_on(theatre.stage, RUN, perform)
    last = theatre.entries()[-1]

    assert theatre.stored().state is RunState.ABORTED
    assert theatre.stored().of("restart").state is StepState.UNKNOWN
    assert (last.event, last.step) == (Event.NOTED, "restart")
    assert (last.details["late"], last.details["exit_code"]) == ("done", 0)


def test_of_two_who_take_a_step_at_once_one_has_it(database: Database) -> None:
    theatre = a_theatre(database.address)
    theatre.begin()
    theatre.carry_on()

    said = together([writer(CLAIM, database.address, name) for name in ("luis", "eva")])

    assert sorted(said) == ["lost\n", "won\n"]
    theatre.store.close()


def test_who_has_not_seen_the_latest_changes_nothing(theatre: Theatre) -> None:
    theatre.begin()
    theatre.carry_on()
    seen = theatre.stored().version
    theatre.act(claim(theatre.person(), "look"))
    before = theatre.store.head()

    with pytest.raises(StaleRunError):
        theatre.act(finish(theatre.person(), "look"), seen)

    assert theatre.store.head() == before


def test_the_run_follows_the_text_it_began_with(theatre: Theatre) -> None:
    theatre.begin()
    with theatre.store.transaction() as transaction:
        digest = theatre.stored().hash
        transaction.conducts.keep_text(digest, "billing-down", "something else")
        kept = transaction.conducts.text_of(digest)

    assert kept == theatre.text


def test_a_person_who_is_erased_is_in_no_run(theatre: Theatre) -> None:
    theatre.begin()
    theatre.carry_on()
    theatre.act(claim(theatre.person(), "look"))
    with theatre.store.transaction() as transaction:
        transaction.erase_person("luis")

    assert (theatre.stored().of("look").holder, theatre.stored().commander) == ("?", "ana")
    assert verify_chain(theatre.store.lines()).answer is AuditAnswer.INTACT


def test_a_run_in_earnest_moves_its_incident_and_a_drill_moves_none(
    sqlite_file: SqliteFile,
) -> None:
    theatre = a_theatre(sqlite_file.address)
    theatre.store.append(finished("drill", FailureClass.CHECKSUM_MISMATCH, run_id="run-1"))
    respond(theatre.stage.desk)
    theatre.begin(Start(incident=1))
    with theatre.store.reading() as reading:
        begun = reading.incidents.find(1)
    theatre.carry_on()
    theatre.act(finish(theatre.person(), "look"))
    with theatre.store.reading() as reading:
        ended = reading.incidents.find(1)

    assert begun is not None
    assert begun.state is State.IN_PROGRESS
    assert ended is not None
    assert (ended.state, ended.retest_at) == (State.MITIGATED, NOW)
    theatre.store.close()


def test_a_run_of_an_incident_that_waited_to_be_confirmed_opens_it_and_takes_it(
    sqlite_file: SqliteFile,
) -> None:
    theatre = a_theatre(sqlite_file.address)
    theatre.store.append(finished("backup", FailureClass.UNREACHABLE, run_id="run-1"))
    respond(theatre.stage.desk)
    with theatre.store.reading() as reading:
        before = reading.incidents.find(1)
    theatre.begin(Start(incident=1))
    with theatre.store.reading() as reading:
        begun = reading.incidents.find(1)
    theatre.store.close()

    assert before is not None
    assert before.state is State.PENDING
    assert begun is not None
    assert (begun.state, begun.opened_at, begun.holder) == (State.IN_PROGRESS, NOW, "ana")
    assert begun.acknowledged_at == NOW


def test_a_run_of_an_incident_that_never_was_is_refused(theatre: Theatre) -> None:
    with pytest.raises(ConfigurationError):
        theatre.begin(Start(incident=7))

    assert theatre.store.head().sequence == 0


def test_the_time_of_people_is_told_from_that_of_programs(theatre: Theatre) -> None:
    theatre.begin()
    theatre.carry_on()
    theatre.later(HOUR)
    theatre.act(finish(theatre.person(), "look"))
    spent = phases(theatre.entries(), theatre.moment, NOW - timedelta(minutes=10))

    assert (spent.people, spent.total) == (HOUR, HOUR + timedelta(minutes=10))


def test_what_failed_is_chosen_about_by_a_person(theatre: Theatre) -> None:
    theatre.begin()
    conduct = theatre.carry_on(StepState.FAILED)
    document = theatre.stage.read("billing-down", theatre.text)

    (action,) = next_actions(Stand(document=document, conduct=conduct), theatre.moment)
    assert (action.doing, action.step) == (Doing.CHOOSE, "restart")
