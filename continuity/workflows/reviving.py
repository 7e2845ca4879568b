"""Bring what was restored of a database to life, and ask whether it is what was captured."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from continuity.domain.canary import ROW_NAME
from continuity.domain.compare import Comparison
from continuity.domain.failure import ContinuityError, FailureClass
from continuity.domain.portrait import Portrait, TablePortrait
from continuity.domain.portrait_compare import Difference, differences
from continuity.domain.run import Conclusion, conclusion_from_error
from continuity.domain.text import N_, Message, plain_from_message, say, shown
from continuity.domain.verdict import Verdict
from continuity.sandbox.cell import Cell
from continuity.sandbox.checks.check import Asking
from continuity.sandbox.sandbox import Sandbox
from continuity.sources.source import Living, Revived, Reviving
from continuity.workflows.asking import (
    Answered,
    ask_all,
    conclude_answers,
    plain_from_answers,
)
from continuity.workflows.copies import recover_portrait
from continuity.workflows.isolating import entered
from continuity.workflows.planning import DrillPlan
from continuity.workflows.questioning import Question, came_back_right
from continuity.workflows.restoring import Examined
from continuity.workflows.running import Running
from continuity.workflows.world import Protected, Workbench

_RECORDED = 100
_LONGEST = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A drill under way of a source that can be brought to life."""

    bench: Workbench
    protected: Protected
    living: Living
    plan: DrillPlan
    run: Running
    sandbox: Sandbox


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a revived database showed; ``total`` counts differences that were not kept, too.

    ``lacks_canaries`` says that there is no table of planted rows in it.
    """

    complaints: tuple[str, ...]
    differences: tuple[Difference, ...]
    total: int
    tables: int
    lacks_canaries: bool
    answered: tuple[Answered, ...]


def question_living(bench: Workbench, protected: Protected, living: Living) -> Question:
    """Make what revives a captured source, once every restored byte proved to be right."""

    def look(
        plan: DrillPlan, run: Running, sandbox: Sandbox, comparison: Comparison
    ) -> Examined | None:
        if not came_back_right(comparison):
            return None
        subject = Subject(
            bench=bench, protected=protected, living=living, plan=plan, run=run, sandbox=sandbox
        )
        try:
            return _examine(subject)
        except ContinuityError as error:
            return Examined(conclusion=conclusion_from_error(error), milliseconds=run.elapsed())

    return look


def _examine(subject: Subject) -> Examined:
    plan, run = subject.plan, subject.run
    if not plan.portrait:
        nothing_known = _no_proof(say(N_("It was not recorded what the database was.")))
        return Examined(conclusion=nothing_known, milliseconds=run.elapsed())
    portrait = recover_portrait(subject.bench, subject.protected, plan.portrait)
    with entered(subject.bench, run, subject.sandbox) as cell, ExitStack() as alive:
        revived = alive.enter_context(subject.living.revive(_reviving(subject, cell, portrait)))
        found = _question(subject, cell, portrait, revived)
        milliseconds = run.elapsed()
        _describe(run, portrait, revived, found)
    return Examined(conclusion=_conclude(found), milliseconds=milliseconds)


def _reviving(subject: Subject, cell: Cell, portrait: Portrait) -> Reviving:
    (entry,) = subject.plan.expected(subject.bench.shelf)
    return Reviving(
        source=subject.protected.job.source,
        restored=Path(os.fsdecode(bytes(subject.sandbox.tree) + entry.path)),
        home=cell.home,
        cell=cell,
        portrait=portrait,
        now=subject.bench.now,
        phase=subject.run.phase,
    )


def _question(subject: Subject, cell: Cell, portrait: Portrait, revived: Revived) -> Found:
    told = differences(portrait, revived.portrait)
    kept = tuple(islice(told, _RECORDED))
    total = len(kept) + sum(1 for _ in told)
    with subject.run.phase("checks"):
        answered = ask_all(
            subject.plan.checks,
            lambda check: Asking(
                check=check,
                cell=cell,
                data_time=subject.plan.point.data_time,
                now=subject.bench.now,
                query=revived.ask,
                environment=revived.environment,
                empty=revived.ask_empty,
                captured=portrait.answers,
            ),
        )
    return Found(
        complaints=_lines(revived.complaints),
        differences=kept,
        total=total,
        tables=len(portrait.tables),
        lacks_canaries=not any(map(_holds_canaries, revived.portrait.tables)),
        answered=answered,
    )


def _holds_canaries(table: TablePortrait) -> bool:
    return table.name.rpartition(".")[2] == ROW_NAME


def _describe(run: Running, portrait: Portrait, revived: Revived, found: Found) -> None:
    run.body["revived"] = {
        "kind": portrait.kind,
        "version": shown(revived.version.encode("utf-8", "surrogatepass")),
        "tables": len(revived.portrait.tables),
        "rows": sum(table.least for table in revived.portrait.tables),
        "differences": [_plain(difference) for difference in found.differences],
        "differences_total": found.total,
        "complaints": list(found.complaints),
        "warnings": list(_lines(revived.warnings)),
    }
    if found.answered:
        run.body["answers"] = plain_from_answers(found.answered)


def _plain(difference: Difference) -> dict[str, object]:
    return {
        "aspect": difference.aspect.value,
        "where": difference.where,
        "detail": plain_from_message(difference.detail),
    }


def _lines(lines: Iterable[str]) -> tuple[str, ...]:
    safe = (shown(line.encode("utf-8", "surrogatepass"))[:_LONGEST] for line in lines)
    return tuple(islice(safe, _RECORDED))


def _conclude(found: Found) -> Conclusion | None:
    if found.complaints:
        return _wrong(
            FailureClass.REVIVAL,
            say(
                N_("What was restored could not be loaded whole: {line}"), line=found.complaints[0]
            ),
        )
    if found.differences:
        first = found.differences[0]
        return _wrong(
            FailureClass.DATA_MISMATCH,
            say(
                N_(
                    "The revived database is not what was captured; differences: {count}, the"
                    " first: {where}: {detail}"
                ),
                count=found.total,
                where=first.where or "-",
                detail=str(first.detail),
            ),
        )
    if not found.tables:
        return _no_proof(say(N_("The captured database has no table, so nothing is proven.")))
    return conclude_answers(found.answered, lacks_canaries=found.lacks_canaries)


def _wrong(failure: FailureClass, reason: Message) -> Conclusion:
    return Conclusion(
        verdict=Verdict.FAIL,
        failure=failure,
        reason=reason,
        remedy=say(
            N_(
                "Every byte is as it was captured, so look at how it was made: make a new backup,"
                " drill it, and keep the older restore points until it passes."
            )
        ),
    )


def _no_proof(reason: Message) -> Conclusion:
    return Conclusion(
        verdict=Verdict.INCONCLUSIVE,
        failure=FailureClass.NO_PROOF,
        reason=reason,
        remedy=say(N_("Make a new backup, and drill again.")),
    )
