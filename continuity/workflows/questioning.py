"""Put the checks of a job of files to what a drill brought back."""

from __future__ import annotations

from collections.abc import Callable

from continuity.domain.compare import Comparison, Outcome
from continuity.sandbox.checks.check import Asking
from continuity.sandbox.sandbox import Sandbox
from continuity.workflows.asking import ask_all, conclude_answers, plain_from_answers
from continuity.workflows.isolating import entered
from continuity.workflows.planning import DrillPlan
from continuity.workflows.restoring import Examined
from continuity.workflows.running import Running
from continuity.workflows.world import Workbench

# What differs from what was backed up may be anybody's: it is not run, not even shut off.
_WRONG = (Outcome.CORRUPT, Outcome.MISSING, Outcome.EXTRA, Outcome.METADATA)

Question = Callable[[DrillPlan, Running, Sandbox, Comparison], Examined | None]


def came_back_right(comparison: Comparison) -> bool:
    """Tell whether nothing that came back is other than it was."""
    return not any(comparison.counts[outcome] for outcome in _WRONG)


def question_files(bench: Workbench) -> Question:
    """Make what asks the checks of a drill's plan, once what was restored proved to be right."""

    def ask(
        plan: DrillPlan, run: Running, sandbox: Sandbox, comparison: Comparison
    ) -> Examined | None:
        if plan.unasked:
            run.body["unasked"] = [check.name for check in plan.unasked]
        if not plan.checks or not came_back_right(comparison):
            return None
        with run.phase("checks"), entered(bench, run, sandbox) as cell:
            answered = ask_all(
                plan.checks,
                lambda check: Asking(
                    check=check, cell=cell, data_time=plan.point.data_time, now=bench.now
                ),
            )
        run.body["answers"] = plain_from_answers(answered)
        return Examined(conclusion=conclude_answers(answered), milliseconds=run.elapsed())

    return ask
