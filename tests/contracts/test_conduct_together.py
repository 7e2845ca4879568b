"""Two people act in the same moment, each in a process of theirs, and the run stays sensible."""

from __future__ import annotations

from datetime import timedelta

import pytest

from continuity.domain.audit import AuditAnswer, verify_chain
from continuity.domain.conduct import Conduct, Event, RunState, StepState
from continuity.domain.conduct_changes import after
from continuity.domain.conduct_commands import claim, finish, go_on
from continuity.domain.conduct_leading import abort, deviate, offer, pause, resume, take_over
from continuity.domain.conduct_next import next_actions
from continuity.domain.failure import ConfigurationError
from continuity.workflows.conducting import stand_of
from tests.support.databases import SqliteFile
from tests.support.stages import RUN, Theatre, a_theatre
from tests.support.writers import together, writer

ACT = """
import sys
from tests.support.stages import RUN, a_theatre
from continuity.domain.conduct_commands import claim, finish
from continuity.domain.conduct_leading import abort, deviate, offer, pause, resume, take_over
from continuity.domain.failure import ContinuityError
theatre = a_theatre(sys.argv[1])
who = theatre.person(sys.argv[2])
acts = {
    "done": lambda: finish(who, "look"),
    "pause": lambda: pause(who),
    "resume": lambda: resume(who),
    "abort": lambda: abort(who),
    "deviate": lambda: deviate(who),
    "offer": lambda: offer(who, "luis"),
    "take": lambda: take_over(who),
}
print("ready", flush=True)
sys.stdin.readline()
try:
    theatre.act(acts[sys.argv[3]]())
    print("ok")
except ContinuityError as error:
    print(type(error).__name__)
"""


@pytest.fixture
def theatre(sqlite_file: SqliteFile) -> Theatre:
    theatre = a_theatre(sqlite_file.address)
    theatre.begin()
    theatre.carry_on()
    return theatre


def both(file: SqliteFile, *acts: tuple[str, str]) -> list[str]:
    said = together([writer(ACT, file.address, name, act) for name, act in acts])
    return [one.strip() for one in said]


def sound(theatre: Theatre) -> Conduct:
    """Nothing is lost between the record and the row, whatever came first."""
    stored, entries = theatre.stored(), theatre.entries()
    told = after(Conduct(run=RUN), entries)

    assert (told.version, told.state, told.order) == (stored.version, stored.state, stored.order)
    assert [one.state for one in told.steps] == [one.state for one in stored.steps]
    assert verify_chain(theatre.store.lines()).answer is AuditAnswer.INTACT
    theatre.store.close()
    return stored


def test_a_step_that_two_finish_at_once_is_finished_once(
    theatre: Theatre, sqlite_file: SqliteFile
) -> None:
    said = both(sqlite_file, ("luis", "done"), ("ana", "done"))
    ends = [one for one in theatre.entries() if one.event is Event.RESULT and one.step == "look"]

    assert sorted(said) == ["ConfigurationError", "ok"]
    assert len(ends) == 1
    assert sound(theatre).state is RunState.COMPLETED


def test_of_an_end_and_a_last_step_at_once_one_comes_first_and_both_are_told(
    theatre: Theatre, sqlite_file: SqliteFile
) -> None:
    said = both(sqlite_file, ("ana", "abort"), ("luis", "done"))
    stored = sound(theatre)

    assert sorted(said) == ["ConfigurationError", "ok"]
    done = stored.of("look").state is StepState.DONE
    assert stored.state is (RunState.COMPLETED if done else RunState.ABORTED)


def test_two_who_do_something_besides_at_once_insert_two_steps(
    theatre: Theatre, sqlite_file: SqliteFile
) -> None:
    said = both(sqlite_file, ("ana", "deviate"), ("luis", "deviate"))
    stored = sound(theatre)

    assert said == ["ok", "ok"]
    assert sorted(one.author for one in stored.inserted) == ["ana", "luis"]
    assert sorted(stored.order[1:3]) == ["extra-1", "extra-2"]
    assert (stored.order[0], stored.order[3:]) == ("restart", ("look",))


def test_two_who_pause_at_once_pause_once(theatre: Theatre, sqlite_file: SqliteFile) -> None:
    said = both(sqlite_file, ("ana", "pause"), ("luis", "pause"))
    pauses = [one for one in theatre.entries() if one.event is Event.PAUSED]

    assert (said, len(pauses)) == (["ok", "ok"], 1)
    assert sound(theatre).state is RunState.PAUSED


def test_only_who_was_asked_takes_over_and_only_who_leads_asks(
    theatre: Theatre, sqlite_file: SqliteFile
) -> None:
    with pytest.raises(ConfigurationError):
        theatre.act(take_over(theatre.person("eva")))
    with pytest.raises(ConfigurationError):
        theatre.act(offer(theatre.person("luis"), "eva"))
    theatre.act(offer(theatre.person("ana"), "luis"))
    said = both(sqlite_file, ("luis", "take"), ("luis", "take"))

    assert sorted(said) == ["ConfigurationError", "ok"]
    assert sound(theatre).commander == "luis"


def test_a_pause_moves_no_deadline_and_what_was_finished_meanwhile_stays(theatre: Theatre) -> None:
    theatre.act(pause(theatre.person("ana")))
    theatre.later(timedelta(hours=3))
    theatre.act(finish(theatre.person(), "look"))
    paused = theatre.stored()
    theatre.act(resume(theatre.person("ana")))

    assert (paused.state, paused.of("look").state) == (RunState.PAUSED, StepState.DONE)
    assert sound(theatre).state is RunState.COMPLETED


def test_what_was_inserted_is_done_before_what_is_ahead_and_by_its_own_words(
    theatre: Theatre,
) -> None:
    theatre.act(deviate(theatre.person("ana", "the switch had no power")))
    stand = stand_of(theatre.stage, RUN)
    (action,) = next_actions(stand, theatre.moment)
    theatre.act(claim(theatre.person(), "extra-1"))
    theatre.act(finish(theatre.person(), "extra-1"))
    with pytest.raises(ConfigurationError):
        theatre.act(go_on(theatre.person(), "look"))
    theatre.act(finish(theatre.person(), "look"))

    assert action.step == "extra-1"
    assert stand.conduct.inserted[0].text == "the switch had no power"
    assert sound(theatre).state is RunState.COMPLETED


def test_an_end_keeps_its_reason_beside_the_record(theatre: Theatre) -> None:
    theatre.act(abort(theatre.person("ana", "wrong server")))
    last = [one for one in theatre.store.records() if one.body.get("event") == "aborted"][-1]
    found = theatre.store.personal_text(last.sequence)

    assert found is not None
    assert "wrong server" in found[1]
    assert "wrong server" not in str(last.body)
    assert sound(theatre).state is RunState.ABORTED
