"""Talk a runbook through as people do at a table, with one choice that is made first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from continuity.domain.conduct import OVER, Conduct, Mode, Waits
from continuity.domain.conduct_commands import finish
from continuity.domain.conduct_deciding import approve, choose
from continuity.domain.conduct_frontier import deciders
from continuity.domain.conduct_next import Action, Doing
from continuity.domain.conduct_program import Start
from continuity.domain.decision import Decision
from continuity.domain.runbook_document import RunbookDocument
from continuity.domain.step_kinds import DecisionStep, Step, decision_of
from tests.support.conducts import Scene

_MOST = 200
_ANSWERS = {"boolean": "yes", "number": "3", "text": "so"}


@dataclass
class Rehearsal:
    """One run at a table; ``first`` is the option that is taken first in the decision ``in_step``.

    Whatever is asked a second time is answered by another option, as people do who came back.
    """

    document: RunbookDocument
    in_step: str = ""
    first: str = ""
    said: str = "yes"
    urgent: bool = False
    asked: Counter[str] = field(default_factory=Counter)

    def talk_through(self) -> Conduct:
        """Follow it until it is over. Raises AssertionError when nobody can go on."""
        run = Scene(document=self.document, conduct=Conduct(run="r1"), now=_MORNING)
        run.begin(Start(mode=Mode.TABLE_TOP, urgent=self.urgent), by=self.document.front.owner)
        for _ in range(_MOST):
            if run.conduct.state in OVER:
                return run.conduct
            actions = run.next()
            assert actions, run.states()
            self._act(run, actions[0])
            run.later(timedelta(minutes=1))
        raise AssertionError(f"no end: {run.states()}")

    def _act(self, run: Scene, action: Action) -> None:
        step = self.document.step(action.step)
        assert step is not None, action
        match action.doing:
            case Doing.DECIDE:
                self._decide(run, step)
            case Doing.APPROVE:
                self._approve(run, action)
            case Doing.PERFORM:
                # The other runbook that a step is has its own rehearsal.
                run.perform()
            case _:
                self._work(run, step)

    def _decide(self, run: Scene, step: Step) -> None:
        assert isinstance(step, DecisionStep)
        decision = self.document.decision(decision_of(step))
        assert decision is not None
        option = self._option(step.id, decision)
        who = deciders(run.stand, step.id)[0]
        run.do(lambda person: choose(person, step.id, option, break_glass=True), by=who)

    def _option(self, name: str, decision: Decision) -> str:
        turn = self.asked[name]
        self.asked[name] += 1
        options = [one.id for one in decision.options]
        if name == self.in_step:
            options.remove(self.first)
            options.insert(0, self.first)
        return options[turn % len(options)]

    def _approve(self, run: Scene, action: Action) -> None:
        who = next(iter(action.people), self.document.front.owner)
        run.do(lambda person: approve(person, action.step, break_glass=True), by=who)

    def _work(self, run: Scene, step: Step) -> None:
        assert run.of(step.id).waits in {Waits.WORK, Waits.NOTHING}, run.of(step.id)
        part = self.document.front.roles[step.owner]
        given = tuple(kind.value for kind in step.evidence.required)
        answers = {**_ANSWERS, "boolean": self.said}
        values = {one.name: answers[one.type] for one in step.outputs}
        run.do(lambda person: finish(person, step.id, given, values), by=part.primary)


_MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
