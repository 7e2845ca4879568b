"""The end of a run on a real store: what is recorded, and what its incident and drills learn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from continuity.domain.conduct import Mode, RunState
from continuity.domain.conduct_commands import finish
from continuity.domain.conduct_leading import abort
from continuity.domain.conduct_program import Start
from continuity.domain.evidence import Record, RecordKind
from continuity.domain.facts import Facts
from continuity.domain.failure import FailureClass
from continuity.domain.folding import fold_all
from continuity.domain.incident import Incident, State
from continuity.domain.incident_commands import declare_major
from continuity.domain.incident_statements import state_impact
from continuity.domain.segment import Clock
from continuity.domain.ticket import Severity
from continuity.workflows.responding import act as act_on_incident
from continuity.workflows.responding import respond
from tests.support.databases import SqliteFile
from tests.support.desks import finished
from tests.support.stages import TEXT, Theatre, a_theatre

BOOK = TEXT.replace("roles:", "scope: {systems: [billing]}\nroles:").replace(
    "## Look at it",
    """## Bring it back {#restore}

~~~step
id: restore
type: restore
owner: tech
risk: reversible
job: erp
target: sandbox
~~~

## Does it answer {#check}

~~~step
id: check
type: verify
owner: tech
probe: {tcp: {host: localhost, port: 1}}
~~~

## Look at it""",
)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def theatre(sqlite_file: SqliteFile) -> Iterator[Theatre]:
    theatre = a_theatre(sqlite_file.address, book=BOOK)
    yield theatre
    theatre.store.close()


def broken(theatre: Theatre, run: str = "run-1") -> None:
    theatre.store.append(finished("drill", FailureClass.CHECKSUM_MISMATCH, run_id=run))
    respond(theatre.stage.desk)


def incident(theatre: Theatre) -> Incident:
    with theatre.store.reading() as reading:
        found = reading.incidents.find(1)
    assert found is not None
    return found


def measured(theatre: Theatre) -> Record:
    (record,) = theatre.store.records(kinds=[RecordKind.RUNBOOK_MEASURED])
    return record


def test_a_real_run_gives_its_times_to_the_record_and_to_its_incident(theatre: Theatre) -> None:
    broken(theatre)
    impact = theatre.moment - 30 * MINUTE
    act_on_incident(theatre.stage.desk, 1, state_impact(theatre.person(), impact))
    theatre.begin(Start(incident=1))
    theatre.carry_on()
    theatre.later(10 * MINUTE)
    theatre.act(finish(theatre.person(), "look"))
    told, body = incident(theatre), measured(theatre).body

    assert (body["outcome"], body["measured"], body["jobs"]) == ("completed", True, ["erp"])
    assert body["milliseconds"] == 30 * 60_000
    assert told.state is State.MITIGATED
    assert told.recovery_milliseconds == 30 * 60_000
    assert told.recovered_at == theatre.moment - 10 * MINUTE
    (known,) = fold_all(Facts(), theatre.store.records()).conducted
    assert (known.systems, known.before) == (("billing",), 30 * 60_000)


def test_the_recovery_clock_ends_when_people_had_verified_what_a_test_proves_later(
    theatre: Theatre,
) -> None:
    broken(theatre)
    impact = theatre.moment - 30 * MINUTE
    act_on_incident(theatre.stage.desk, 1, state_impact(theatre.person(), impact))
    theatre.begin(Start(incident=1))
    theatre.carry_on()
    verified = theatre.moment
    theatre.act(finish(theatre.person(), "look"))
    theatre.later(timedelta(hours=5))
    theatre.store.append(finished("drill", run_id="run-2"))
    respond(theatre.stage.desk)
    over = incident(theatre)
    (segment,) = [one for one in over.clocks if one.clock is Clock.RTO]

    assert over.state is State.RESOLVED
    assert (segment.start, segment.end) == (impact, verified)


def test_a_run_that_was_given_up_is_measured_and_declares_nothing_fixed(theatre: Theatre) -> None:
    broken(theatre)
    theatre.begin(Start(incident=1))
    theatre.act(abort(theatre.person()))

    assert (measured(theatre).body["outcome"], measured(theatre).body["measured"]) == (
        "aborted",
        False,
    )
    assert (incident(theatre).state, incident(theatre).recovered_at) == (State.IN_PROGRESS, None)


def outage(theatre: Theatre, kind: str = "backup") -> None:
    """Let something of billing fail again and again, until nobody hopes that it heals by itself."""
    for number in range(3):
        failure = FailureClass.SOURCE_UNAVAILABLE
        theatre.store.append(finished(kind, failure, run_id=f"run-{kind}-{number}"))
        respond(theatre.stage.desk)
        theatre.later(timedelta(hours=1))
    respond(theatre.stage.desk)


def test_a_grave_incident_on_the_same_system_interrupts_a_drill(theatre: Theatre) -> None:
    theatre.begin(Start(mode=Mode.FULL))
    theatre.later(MINUTE)
    outage(theatre)
    opened, conduct = incident(theatre).opened_at, theatre.stored()
    body = measured(theatre).body

    assert incident(theatre).severity in {Severity.S1, Severity.S2}
    assert conduct.state is RunState.INTERRUPTED
    assert (body["outcome"], body["measured"]) == ("interrupted", False)
    assert conduct.ended_at == opened
    assert theatre.entries()[-1].details["incident"] == 1


def test_what_a_drill_finds_by_its_own_restore_does_not_end_it(theatre: Theatre) -> None:
    theatre.begin(Start(mode=Mode.FULL))
    theatre.later(MINUTE)
    broken(theatre)
    theatre.later(timedelta(hours=1))
    respond(theatre.stage.desk)

    assert incident(theatre).active
    assert not theatre.stored().over


def test_a_mild_incident_interrupts_a_drill_once_it_is_declared_major(theatre: Theatre) -> None:
    theatre.begin(Start(mode=Mode.FULL))
    outage(theatre, "retention")
    mild = theatre.stored().over
    act_on_incident(theatre.stage.desk, 1, declare_major(theatre.person()))

    assert (mild, theatre.stored().state) == (False, RunState.INTERRUPTED)


def test_a_grave_incident_interrupts_neither_a_real_run_nor_a_drill_on_something_else(
    sqlite_file: SqliteFile,
) -> None:
    for name, book, mode in (
        ("a", BOOK, Mode.REAL),
        ("b", BOOK.replace("[billing]", "[shop]"), Mode.FULL),
    ):
        other = a_theatre(f"{sqlite_file.address}-{name}", book=book)
        other.begin(Start(mode=mode))
        outage(other)

        assert not other.stored().over
        other.store.close()
