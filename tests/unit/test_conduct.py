"""A run of a runbook: who may do what, when, and what follows of itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from continuity.domain.conduct import Entry, Event, Mode, RunState, StepState, Why
from continuity.domain.conduct_changes import after
from continuity.domain.conduct_commands import answer_unknown, claim, finish, retry, skip
from continuity.domain.conduct_leading import abort, deviate, offer, pause, resume, take_over
from continuity.domain.conduct_plain import conduct_from_plain, plain_from_conduct
from continuity.domain.conduct_program import Start, due_steps, intent, recovered
from continuity.domain.conduct_refusals import decide
from continuity.domain.failure import ConfigurationError, ConflictError
from continuity.domain.incident_commands import Person
from continuity.domain.stale import StaleRunError
from tests.support.conducts import HOUR, MINUTE, NOW, scene, step


def test_steps_follow_one_another_and_the_end_is_completed() -> None:
    run = scene(step("look"), step("mend"))
    assert run.doings() == [("work", "look")]
    run.do(lambda who: finish(who, "look"))
    assert run.doings() == [("work", "mend")]
    run.do(lambda who: finish(who, "mend"))

    assert run.conduct.state is RunState.COMPLETED
    assert run.doings() == []


def test_a_step_is_never_done_before_its_turn() -> None:
    run = scene(step("look"), step("mend"))

    with pytest.raises(ConfigurationError):
        run.do(lambda who: finish(who, "mend"))


def test_what_somebody_has_taken_nobody_else_does_until_the_lease_is_over() -> None:
    run = scene(step("look"))
    run.do(lambda who: claim(who, "look"), by="luis")
    with pytest.raises(ConflictError):
        run.do(lambda who: claim(who, "look"), by="eva")
    with pytest.raises(ConflictError):
        run.do(lambda who: finish(who, "look"), by="eva")
    run.later(timedelta(minutes=31))
    run.do(lambda who: claim(who, "look"), by="eva")

    assert run.of("look").holder == "eva"


def test_who_has_not_seen_the_latest_is_refused() -> None:
    run = scene(step("look"))
    seen = run.conduct.version
    run.do(lambda who: claim(who, "look"))

    with pytest.raises(StaleRunError):
        decide(run.stand, seen, finish(Person(name="luis", at=NOW), "look"))


def test_a_step_cannot_be_finished_without_the_evidence_it_demands() -> None:
    run = scene(step("look", evidence={"required": ["photo"]}))
    with pytest.raises(ConfigurationError, match="photo"):
        run.do(lambda who: finish(who, "look", ("note",)))
    run.do(lambda who: finish(who, "look", ("note", "photo")))

    assert run.of("look").given == ("note", "photo")


def test_a_parallel_group_offers_all_at_once_but_what_needs_another() -> None:
    run = scene(
        step("both", "group", steps=["a", "b", "c"], parallel=True),
        step("a"),
        step("b"),
        step("c", needs=["a"]),
    )
    assert run.doings() == [("work", "a"), ("work", "b")]
    run.do(lambda who: finish(who, "a"))
    assert run.doings() == [("work", "b"), ("work", "c")]
    run.do(lambda who: finish(who, "b"))
    run.do(lambda who: finish(who, "c"))

    assert run.conduct.state is RunState.COMPLETED


def test_a_condition_that_is_false_leaves_a_step_out_without_exception() -> None:
    run = scene(step("look", when="mode == 'full'"))

    assert (run.of("look").state, run.of("look").why) == (StepState.SKIPPED, Why.CONDITION)
    assert run.conduct.state is RunState.COMPLETED


def test_a_condition_nobody_can_tell_is_answered_by_a_person() -> None:
    run = scene(step("look", when="severity == 'S1'"))
    assert run.doings() == [("answer", "look")]
    run.do(lambda who: answer_unknown(who, "look", "repeat"))

    assert run.doings() == [("work", "look")]


def test_a_critical_step_that_a_person_leaves_out_is_an_exception_to_the_end() -> None:
    run = scene(step("look"), step("tidy", critical=False))
    run.do(lambda who: skip(who, "look"))
    run.do(lambda who: skip(who, "tidy"))

    assert run.conduct.state is RunState.WITH_EXCEPTIONS


def test_a_time_box_asks_and_fails_nothing() -> None:
    run = scene(step("look", timebox="10m"))
    run.later(10 * MINUTE)

    assert run.doings() == [("work", "look"), ("go-on", "look")]


@pytest.mark.parametrize(
    ("way", "state"), [("escalate", StepState.TIMED_OUT), ("fail", StepState.TIMED_OUT)]
)
def test_a_timeout_stops_the_run_until_somebody_chooses(way: str, state: StepState) -> None:
    run = scene(step("look", timeout="10m", on_timeout=way))
    run.later(10 * MINUTE)

    assert (run.of("look").state, run.conduct.state) == (state, RunState.PAUSED)
    assert run.doings() == [("choose", "look")]
    with pytest.raises(ConfigurationError):
        run.do(resume)


def test_a_timeout_may_lead_elsewhere() -> None:
    run = scene(step("look", timeout="10m", on_timeout="goto:c"), step("b"), step("c"))
    run.later(HOUR)

    assert run.doings() == [("work", "c")]
    assert run.of("b").why is Why.JUMP


def test_a_failed_program_is_tried_again_as_often_as_written_then_a_person_chooses() -> None:
    run = scene(step("go", "command", retries={"most": 1, "delay": "1m"}))
    run.perform(StepState.FAILED)
    assert run.doings() == [("rest", "go")]
    run.later(MINUTE)
    run.perform(StepState.FAILED)
    assert run.doings() == [("choose", "go")]
    run.do(lambda who: retry(who, "go"))
    run.perform()

    assert run.conduct.state is RunState.COMPLETED


def test_what_may_fail_does_not_stop_the_run_but_counts_as_an_exception() -> None:
    run = scene(step("go", "command", on_failure="continue"), step("end"))
    run.perform(StepState.FAILED)
    run.do(lambda who: finish(who, "end"))

    assert run.conduct.state is RunState.WITH_EXCEPTIONS


def test_a_failed_check_takes_back_what_was_done_in_reverse_and_a_second_try_begins_there() -> None:
    run = scene(
        step("a", "command", undo="back-a"),
        step("b", "command", undo="back-b"),
        step("check", "verify", on_failure="undo"),
        step("back-a", "command"),
        step("back-b", "command"),
    )
    run.perform()
    run.perform()
    run.perform(StepState.FAILED)
    assert [run.perform(), run.perform()] == ["back-b", "back-a"]
    assert (run.conduct.state, run.conduct.why) == (RunState.PAUSED, Why.UNDONE)
    run.do(lambda who: retry(who, "check"))

    assert [run.perform(), run.perform(), run.perform()] == ["a", "b", "check"]
    assert run.conduct.state is RunState.COMPLETED


def test_an_abort_takes_back_what_words_say_how_to_take_back() -> None:
    run = scene(step("a", undo="Put the old cable back."), step("b"))
    run.do(lambda who: finish(who, "a"))
    run.do(lambda who: abort(who, undo=True))
    assert run.doings() == [("work", "a")]
    run.do(lambda who: finish(who, "a"))

    assert run.conduct.state is RunState.ABORTED
    assert run.states() == {"a": "cancelled", "b": "cancelled"}


def test_a_wait_is_over_at_its_time_however_often_it_is_looked_at() -> None:
    run = scene(step("calm", "wait", lasts="10m"), step("end"))
    run.later(9 * MINUTE)
    assert run.doings() == [("rest", "calm")]
    run.later(MINUTE)

    assert run.doings() == [("work", "end")]


def test_after_a_crash_what_may_be_repeated_is_and_anything_else_is_for_a_person() -> None:
    run = scene(step("safe", "command", idempotent=True, timeout="1h"), step("other", "command"))
    before = run.of("safe").deadline
    run.take(intent("safe", "dead", run.now))
    run.later(MINUTE)
    run.take(recovered(run.stand, run.of("safe"), run.now))
    assert (due_steps(run.stand), run.of("safe").deadline) == (("safe",), before)
    run.perform()
    run.take(intent("other", "dead", run.now))
    run.take(recovered(run.stand, run.of("other"), run.now))
    assert run.doings() == [("answer", "other")]
    run.do(lambda who: answer_unknown(who, "other", "done"))

    assert run.conduct.state is RunState.COMPLETED


def test_a_deviation_is_a_step_of_its_own_with_author_and_reason() -> None:
    run = scene(step("look"), step("end"))
    run.do(deviate, by="eva", why="The rack had no power.")
    assert run.doings() == [("work", "extra-1")]
    run.do(lambda who: finish(who, "extra-1"), by="eva")

    (extra,) = run.conduct.inserted
    assert (extra.author, extra.text) == ("eva", "The rack had no power.")
    assert run.doings() == [("work", "look")]


def test_who_leads_changes_only_when_both_say_so() -> None:
    run = scene(step("look"))
    with pytest.raises(ConfigurationError):
        run.do(lambda who: offer(who, "eva"), by="luis")
    run.do(lambda who: offer(who, "eva"), by="ana")
    assert run.conduct.commander == "ana"
    with pytest.raises(ConfigurationError):
        run.do(take_over, by="luis")
    run.do(take_over, by="eva")

    assert (run.conduct.commander, run.conduct.offered_to) == ("eva", "")


def test_a_pause_stops_no_deadline() -> None:
    run = scene(step("look", timeout="1h", on_timeout="escalate"))
    run.do(pause)
    run.later(2 * HOUR)
    assert run.of("look").state is StepState.WAITING
    run.do(resume)

    assert run.of("look").state is StepState.TIMED_OUT


def test_a_run_that_takes_too_long_ends_even_while_it_is_paused() -> None:
    run = scene(step("look"), timers={"maximum": "4h"})
    run.do(pause)
    run.later(4 * HOUR)

    assert run.conduct.state is RunState.TIMED_OUT


def test_urgent_defers_and_lists_what_is_not_critical() -> None:
    run = scene(step("tidy", critical=False), step("mend"), how=Start(urgent=True))

    assert run.doings() == [("work", "mend")]
    assert run.of("tidy").why is Why.DEFERRED


@pytest.mark.parametrize("mode", [Mode.TABLE_TOP, Mode.FUNCTIONAL, Mode.FULL])
def test_no_drill_destroys_anything(mode: Mode) -> None:
    run = scene(
        step("wipe", "command", risk="destructive", approval="ok"),
        step("ok", "approval"),
        how=Start(mode=mode),
    )

    assert run.of("wipe").state is StepState.SIMULATED


def test_a_run_is_read_back_as_it_was_written() -> None:
    run = scene(step("look", timebox="10m"), step("calm", "wait"))
    run.do(lambda who: claim(who, "look"))
    run.do(lambda who: finish(who, "look", ("note",)))

    assert conduct_from_plain(plain_from_conduct(run.conduct)) == run.conduct


def test_the_entries_alone_make_the_run() -> None:
    run = scene(step("look"), step("end"))
    run.do(lambda who: finish(who, "look"))
    empty = type(run.conduct)(run="r1")

    assert after(empty, run.entries) == run.conduct
    assert isinstance(run.entries[0], Entry)
    assert run.entries[0].event is Event.STARTED
