"""Whatever people, programs, crashes and clocks do to a run, its promises hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from continuity.domain.conduct import ON, OVER, Event, Mode, RunState, StepState, Waits, Why
from continuity.domain.conduct_changes import after
from continuity.domain.conduct_commands import (
    answer_unknown,
    claim,
    fail,
    finish,
    go_on,
    retry,
    skip,
)
from continuity.domain.conduct_deciding import approve, choose, choose_in_drill, confirm
from continuity.domain.conduct_frontier import exceptions
from continuity.domain.conduct_leading import abort, deviate, pause, resume
from continuity.domain.conduct_passing import settled
from continuity.domain.conduct_plain import conduct_from_plain, plain_from_conduct
from continuity.domain.conduct_program import Start, due_steps, intent, recovered
from continuity.domain.conduct_refusals import Command
from continuity.domain.failure import ConfigurationError, ConflictError
from continuity.domain.incident_commands import Person
from continuity.domain.runbook_document import RunbookDocument
from tests.support.conducts import MINUTE, Scene, document, step

PEOPLE = ("ana", "berta", "luis", "eva")
WHERE = {
    "id": "where",
    "question": "Where?",
    "decides": ["head"],
    "decide_within": "20m",
    "if_unreachable": {"option": "beside"},
    "options": [
        {"id": "beside", "effect": "both live", "reversible": True, "goto": "both"},
        {"id": "over", "effect": "gone", "reversible": False, "needs": "approval"},
    ],
}


def runbook() -> RunbookDocument:
    return document(
        step("look", timebox="15m", timeout="2h"),
        step("where", "decision"),
        step("ok", "approval"),
        step("wipe", "command", risk="destructive", approval="ok", undo="unwipe"),
        step("both", "group", steps=["a", "b", "c"], parallel=True),
        step("a", "command", idempotent=True, undo="back-a"),
        step("b", "manual", risk="read", undo="Put it back."),
        step("c", "wait", needs=["a"], lasts="5m"),
        step("check", "verify", on_failure="undo", retries={"most": 1, "delay": "1m"}),
        step("tell", "notify", critical=False, on_failure="continue"),
        step("tidy", when="steps.check == 'done'", critical=False),
        step("back-a", "command"),
        step("unwipe", "command"),
        decisions=[WHERE],
        timers={"maximum": "8h"},
    )


class Runs(RuleBasedStateMachine):
    """Two sides, a program that may die, and time."""

    def __init__(self) -> None:
        super().__init__()
        self.run = Scene(document=runbook())

    @initialize(mode=st.sampled_from(Mode), urgent=st.booleans())
    def begin(self, mode: Mode, urgent: bool) -> None:
        self.run = Scene(document=runbook()).begin(Start(mode=mode, urgent=urgent))

    def tries(self, make: Callable[[Person], Command], by: str) -> None:
        try:
            self.run.do(make, by=by)
        except (ConfigurationError, ConflictError):
            return

    def on(self) -> list[str]:
        return [one.step for one in self.run.next() if one.step] or ["look"]

    @rule(data=st.data(), by=st.sampled_from(PEOPLE), nth=st.integers(0, 9))
    def act(self, data: st.DataObject, by: str, nth: int) -> None:
        names = self.on()
        name = names[nth % len(names)]
        acts: list[Callable[[Person], Command]] = [
            lambda who: claim(who, name),
            lambda who: finish(who, name),
            lambda who: finish(who, name),
            lambda who: fail(who, name),
            lambda who: skip(who, name),
            retry,
            lambda who: go_on(who, name, 10 * MINUTE),
            lambda who: choose(who, name, data.draw(st.sampled_from(["beside", "over"]))),
            lambda who: approve(who, name),
            lambda who: confirm(who, name, "billing"),
            lambda who: confirm(who, name, "billing", break_glass=True),
            lambda who: choose_in_drill(who, name, data.draw(st.sampled_from(["run", "simulate"]))),
            lambda who: answer_unknown(
                who, name, data.draw(st.sampled_from(["done", "not-done", "repeat"]))
            ),
            pause,
            resume,
        ]
        self.tries(data.draw(st.sampled_from(acts)), by)

    @rule(by=st.sampled_from(PEOPLE), undo=st.booleans(), really=st.integers(0, 5))
    def give_up_or_go_beside(self, by: str, undo: bool, really: int) -> None:
        self.tries((lambda who: abort(who, undo=undo)) if really == 0 else deviate, by)

    @precondition(lambda self: bool(due_steps(self.run.stand)))
    @rule(outcome=st.sampled_from([StepState.DONE, StepState.DONE, StepState.FAILED]))
    def program(self, outcome: StepState) -> None:
        self.run.perform(outcome)

    @precondition(lambda self: bool(due_steps(self.run.stand)))
    @rule()
    def program_dies(self) -> None:
        run = self.run
        name = due_steps(run.stand)[0]
        run.take(intent(name, "p1", run.now))
        run.later(MINUTE)
        if run.conduct.state not in OVER:
            before = run.of(name)
            run.take(recovered(run.stand, before, run.now))
            assert run.of(name).deadline == before.deadline

    @rule(minutes=st.integers(1, 60))
    def time_passes(self, minutes: int) -> None:
        self.run.later(timedelta(minutes=minutes))

    @invariant()
    def a_step_has_one_claimer_and_only_while_it_is_on(self) -> None:
        held = [one for one in self.run.conduct.steps if one.lease_until is not None]
        assert all(one.holder for one in held)
        assert not any(one.settled for one in held)

    @invariant()
    def no_deadline_that_has_passed_is_forgotten(self) -> None:
        run = self.run
        if run.conduct.state in OVER | {RunState.PAUSED}:
            return
        waiting = [one for one in run.conduct.steps if one.state in ON and not run.conduct.undoing]
        for one in waiting:
            if one.waits in {Waits.TIMER, Waits.DECISION} and one.due_at is not None:
                assert run.now < one.due_at
            if one.deadline is not None and one.state is not StepState.UNKNOWN:
                assert run.now < one.deadline

    @invariant()
    def a_completed_run_has_every_critical_step_done(self) -> None:
        if self.run.conduct.state is not RunState.COMPLETED:
            return
        ended = {StepState.DONE, StepState.SIMULATED}
        assert not exceptions(self.run.stand)
        for one in self.run.document.sequence:
            run = self.run.of(one.id)
            left_out = run.why in {Why.CONDITION, Why.JUMP, Why.DRILL}
            assert not one.critical or run.state in ended or left_out

    @invariant()
    def what_is_taken_back_is_taken_back_last_first(self) -> None:
        ended = {one.step: one.ended for one in self.run.conduct.steps}
        order = [ended[name] for name in self.run.conduct.undoing]
        assert order == sorted(order, reverse=True)

    @invariant()
    def a_run_is_over_or_somebody_has_the_ball(self) -> None:
        assert bool(self.run.next()) is (self.run.conduct.state not in OVER)

    @invariant()
    def nothing_destructive_is_done_unconfirmed(self) -> None:
        begun = [one for one in self.run.entries if one.event is Event.INTENT]
        confirmed = [one for one in self.run.entries if one.event is Event.CONFIRMED]
        wipes = [one for one in begun if one.step == "wipe"]
        assert not wipes or [one for one in confirmed if one.details.get("system") == "billing"]

    def teardown(self) -> None:
        """The entries alone make the run, it survives the database, and nothing is left to come."""
        conduct = self.run.conduct
        assert after(type(conduct)(run="r1"), self.run.entries) == conduct
        assert conduct_from_plain(plain_from_conduct(conduct)) == conduct
        assert settled(self.run.stand, self.run.now) == ()


TestRuns = Runs.TestCase
TestRuns.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)
