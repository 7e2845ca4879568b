"""Whom a run calls, what it does by itself, and what is to be thought of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from continuity.domain.conduct import Entry, Event, StepRun, StepState
from continuity.domain.conduct_calling import Call, Onlookers, call_of
from continuity.domain.conduct_changes import after
from continuity.domain.conduct_commands import claim, finish
from continuity.domain.conduct_due import Due, may_be_stopped, what_is_due
from continuity.domain.conduct_frontier import Stand
from continuity.domain.conduct_leading import abort, pause
from continuity.domain.conduct_program import Start, due_steps, intent
from continuity.domain.conduct_verdict import verdict_of_run
from continuity.domain.verdict import Verdict
from tests.support.conducts import HOUR, MINUTE, Scene, scene, step

ALONE, SEEN = Onlookers(alone=True), Onlookers()
BESIDE: dict[str, object] = {"id": "beside", "effect": "both live", "reversible": True}
OVER: dict[str, object] = {"id": "over", "effect": "the old one is gone", "reversible": False}
DECISION: dict[str, object] = {
    "id": "where",
    "question": "Where?",
    "decides": ["head"],
    "decide_within": "20m",
    "if_unreachable": {"option": "beside"},
    "options": [BESIDE, OVER],
}


def alive(_one: StepRun) -> bool:
    return False


def gone(_one: StepRun) -> bool:
    return True


def calls(one: Scene, seen: Onlookers = SEEN) -> list[Call]:
    """All calls of a scene, entry by entry."""
    stand = Stand(document=one.document, conduct=one.stand.conduct)
    conduct = type(stand.conduct)(run=stand.conduct.run)
    found = []
    for entry in one.entries:
        conduct = after(conduct, (entry,))
        found.append(call_of(Stand(document=one.document, conduct=conduct), entry, seen))
    return [call for call in found if call is not None]


def deciding(**more: object) -> Scene:
    return scene(step("where", "decision"), decisions=[{**DECISION, **more}])


def due(one: Scene, is_gone: object = alive) -> Due:
    return what_is_due(one.stand, one.now, "UTC", gone if is_gone is gone else alive)


def test_who_decides_is_called_when_a_decision_opens_and_when_nobody_took_it() -> None:
    one = deciding()
    one.later(20 * MINUTE)

    opened, defaulted = calls(one)
    assert opened.people == ("ana", "berta")
    assert "decided until 2026-11-20 09:20" in str(opened.said)
    assert "runbook decide r1 where" in str(opened.said)
    assert "the default holds: beside" in str(defaulted.said)
    assert set(defaulted.people) == {"ana", "berta"}


def test_whoever_has_just_acted_and_looks_at_it_is_not_called() -> None:
    one = deciding()

    assert calls(one, Onlookers(present=frozenset({"ana"}))) == []


def test_a_default_that_needs_a_permission_asks_those_who_may_give_it() -> None:
    options = [{**BESIDE, "needs": "approval"}, OVER]
    one = deciding(options=options)
    one.later(20 * MINUTE)

    assert "needs a permission: continuity runbook approve r1 where" in str(calls(one)[-1].said)
    assert "luis" in calls(one)[-1].people


def test_who_may_decide_besides_is_called_when_the_first_did_not() -> None:
    one = deciding(if_unreachable={"decides": "outside"})
    one.later(20 * MINUTE)

    assert calls(one)[-1].people == ("ana", "berta", "eva")
    assert "Now others may, too" in str(calls(one)[-1].said)


def test_a_step_that_takes_too_long_asks_who_does_it_and_who_leads() -> None:
    one = scene(step("cables", timebox="30m"))
    one.do(lambda who: claim(who, "cables"))
    one.later(30 * MINUTE)

    (asked,) = calls(one)
    assert asked.people == ("luis", "ana")
    assert "continuity runbook answer r1 cables go-on" in str(asked.said)


def test_work_that_is_next_is_told_only_where_nobody_looks() -> None:
    one = scene(step("sleep", "wait", lasts="10m"), step("cables"))
    one.later(10 * MINUTE)

    assert calls(one, SEEN) == []
    (turn,) = calls(one, ALONE)
    assert turn.people == ("luis",)
    assert "“Cables”" in str(turn.said)
    assert "continuity runbook done r1 cables" in str(turn.said)


def test_a_failure_calls_who_leads_and_so_does_what_nobody_knows() -> None:
    one = scene(step("restart", "command"))
    one.perform(StepState.FAILED)
    other = scene(step("restart", "command"))
    other.take(intent("restart", "p1", other.now))
    other.take(Entry(event=Event.UNKNOWN, at=other.now, step="restart", details={"why": "crash"}))

    assert [call.people for call in calls(one)] == [("ana",)]
    assert "failed, and the run r1 stands still" in str(calls(one)[0].said)
    assert [call.people for call in calls(other)] == [("luis", "ana")]
    assert "continuity runbook answer r1 restart" in str(calls(other)[0].said)


def test_every_call_has_a_key_of_its_own() -> None:
    one = deciding()
    one.later(20 * MINUTE)
    keys = [call.key for call in calls(one, ALONE)]

    assert len(keys) == len(set(keys)) == 3


def test_time_makes_a_run_due_at_the_moment_it_was_promised_and_not_before() -> None:
    one = scene(step("sleep", "wait", lasts="10m"), step("cables"))
    one.now += 10 * MINUTE - timedelta(seconds=1)
    early = due(one)
    one.now += timedelta(seconds=1)

    assert (early, due(one)) == (Due.NOTHING, Due.TIME)


def test_whoever_has_just_acted_has_the_first_turn_at_what_the_program_does() -> None:
    one = scene(step("restart", "command"))
    at_once = due(one)
    one.now += MINUTE

    assert (at_once, due(one)) == (Due.NOTHING, Due.WORK)


def test_a_step_that_is_being_done_is_left_alone_until_its_process_is_gone() -> None:
    one = scene(step("restart", "command"))
    one.take(intent(due_steps(one.stand)[0], "p1", one.now))
    one.now += HOUR

    assert due(one) is Due.NOTHING
    assert due(one, gone) is Due.WORK
    assert not may_be_stopped(one.stand)


def test_what_only_asks_may_be_stopped_at_any_time() -> None:
    one = scene(step("check", "verify", until="1h"))
    one.take(intent("check", "p1", one.now))

    assert may_be_stopped(one.stand)


def test_a_run_that_people_paused_does_nothing_but_end_in_time() -> None:
    one = scene(step("restart", "command"), timers={"maximum": "4h"})
    one.do(pause, by="ana")
    one.now += HOUR
    paused = due(one)
    one.now += 4 * HOUR

    assert (paused, due(one)) == (Due.NOTHING, Due.TIME)


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [(StepState.DONE, Verdict.PASS), (StepState.FAILED, Verdict.FAIL)],
)
def test_a_run_that_stands_failed_is_no_success(outcome: StepState, verdict: Verdict) -> None:
    one = scene(step("restart", "command"))
    one.perform(outcome)

    assert verdict_of_run(one.conduct) is verdict


@pytest.mark.parametrize("interrupted", [False, True])
def test_a_run_that_was_broken_off_is_no_success(interrupted: bool) -> None:
    one = scene(step("restart", "command"))
    one.do(lambda who: abort(who, interrupted=interrupted), by="ana")

    assert one.conduct.over
    assert verdict_of_run(one.conduct) is Verdict.INCONCLUSIVE


def test_nobody_knows_what_a_crash_left_and_a_run_that_came_to_its_end_is_no_failure() -> None:
    one = scene(step("restart", "command"), how=Start())
    one.take(Entry(event=Event.UNKNOWN, at=one.now, step="restart", details={"why": "crash"}))
    unknown = verdict_of_run(one.conduct)
    late = scene(step("cables"), timers={"maximum": "4h"})
    late.later(4 * HOUR)
    well = scene(step("cables"))
    well.do(lambda who: finish(who, "cables", ("note",), {}, ()))

    assert unknown is Verdict.INCONCLUSIVE
    assert verdict_of_run(late.conduct) is Verdict.FAIL
    assert verdict_of_run(well.conduct) is Verdict.PASS
