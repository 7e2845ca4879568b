"""Of a step that was cut off a person is asked only when its end can be looked up nowhere."""

from __future__ import annotations

from functools import partial

import pytest

from continuity.domain.conduct import Event, StepRun, StepState, Why
from continuity.domain.conduct_frontier import Stand
from continuity.domain.failure import SourceError, UncertainError
from continuity.domain.text import say
from continuity.workflows.carrying_on import Outcome, carry_on
from tests.contracts.test_conducting import killed
from tests.support.databases import SqliteFile
from tests.support.stages import RUN, Theatre, a_theatre


def look(state: StepState, _stand: Stand, _one: StepRun) -> Outcome:
    return Outcome(state=state, said="looked")


def carried(theatre: Theatre, state: StepState) -> StepRun:
    """Carry the run on, while the end of the first step is found to be this."""
    conduct = carry_on(
        theatre.stage, RUN, lambda _stand, _one: Outcome(state=state), partial(look, state)
    )
    return conduct.of("restart")


@pytest.mark.parametrize("state", [StepState.DONE, StepState.FAILED])
def test_what_is_looked_up_ends_the_step_without_a_person(
    sqlite_file: SqliteFile, state: StepState
) -> None:
    theatre = a_theatre(sqlite_file.address)
    theatre.begin()
    killed(sqlite_file.address)
    one = carried(theatre, state)
    theatre.store.close()

    assert (one.state, one.intent_at) == (state, None)


def test_what_is_not_known_yet_is_looked_up_again_each_time(sqlite_file: SqliteFile) -> None:
    theatre = a_theatre(sqlite_file.address)
    theatre.begin()
    killed(sqlite_file.address)
    first = carried(theatre, StepState.UNKNOWN)
    entries = len(theatre.entries())
    second = carried(theatre, StepState.UNKNOWN)
    silent = len(theatre.entries()) == entries
    third = carried(theatre, StepState.DONE)
    theatre.store.close()

    assert (first.state, first.why) == (StepState.UNKNOWN, Why.CRASH)
    assert (second.state, silent, third.state) == (StepState.UNKNOWN, True, StepState.DONE)


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (UncertainError(say("gone in the middle")), Event.UNKNOWN),
        (SourceError(say("gone before")), Event.RESULT),
    ],
)
def test_only_who_does_not_know_leaves_the_end_of_a_step_open(
    sqlite_file: SqliteFile, error: SourceError | UncertainError, event: Event
) -> None:
    def perform(_stand: Stand, _one: StepRun) -> Outcome:
        raise error

    theatre = a_theatre(sqlite_file.address)
    theatre.begin()
    carry_on(theatre.stage, RUN, perform)
    told = [entry.event for entry in theatre.entries() if entry.step == "restart"]
    theatre.store.close()

    assert event in told
