"""Prove that a job can be recovered: restore into a sandbox, compare with the manifest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from continuity.domain.clock import text_from_time
from continuity.domain.compare import Comparison, Finding, Outcome
from continuity.domain.confidence import Ways, state_confidence
from continuity.domain.facts import JobFacts
from continuity.domain.manifest import Kind
from continuity.domain.run import RunKind
from continuity.domain.sampling import Sample
from continuity.domain.text import plain_from_message, shown
from continuity.domain.verdict import Verdict
from continuity.engines.engine import Reader
from continuity.hosts.files import Files
from continuity.sandbox.sandbox import Sandbox
from continuity.workflows.choosing import require_known
from continuity.workflows.choosing_packs import choose_by_packs, stores_packs
from continuity.workflows.clockwork import clock_doubt, with_doubt
from continuity.workflows.judging import conclude_drill
from continuity.workflows.places import choose_place, plan_there
from continuity.workflows.planning import DrillPlan, DrillRequest
from continuity.workflows.questioning import Question, question_files
from continuity.workflows.reading_twice import (
    plain_alone,
    plain_ways,
    restored_part,
    shares_of,
    with_second_reading,
    would_be_read,
)
from continuity.workflows.restoring import Examined, Restored, restore_and_compare
from continuity.workflows.reviving import question_living
from continuity.workflows.running import Ended, Running, finish, started
from continuity.workflows.second_reader import SecondReader, second_reader
from continuity.workflows.touching import note_touched, remember_touched
from continuity.workflows.world import Protected, Subject, Watch, Workbench

_RECORDED_FINDINGS = 100


def drill(
    bench: Workbench, protected: Protected, facts: JobFacts, request: DrillRequest, watch: Watch
) -> Ended:
    """Run one restore test and write it into the record; what was found is in its conclusion.

    Raises ConflictError when a drill of the job is under way, and ConfigurationError, with nothing
    recorded, for the id of no point.
    """
    require_known(facts, request.point)
    place = choose_place(protected, facts, request)

    def chosen(plan: DrillPlan, engine: Reader) -> DrillPlan:
        return choose_by_packs(bench, protected, plan, second) if stores_packs(engine) else plan

    with second_reader(protected, place.subject.repository) as second:
        return carry_out(
            bench,
            place.subject,
            watch,
            Trial(
                open=place.open,
                files=protected.files,
                plan=lambda engine: plan_there(bench, protected, facts, request, place, engine),
                choose=chosen,
                covers=place.copy is None,
                examine=_question(bench, protected),
                second=second,
                asks_twice=protected.job.sample.independent,
            ),
        )


def _question(bench: Workbench, protected: Protected) -> Question:
    living = protected.living
    return question_files(bench) if living is None else question_living(bench, protected, living)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """How to open what is restored from, and how to plan what is restored.

    ``files`` are where the source lives, to see what changed there since. ``examine`` looks closer
    at what came back right. ``covers`` when what comes back right is a proof of the job's own
    repository, whose coverage is kept. ``second`` reads a part of the sample a second way, if
    anybody can; ``asks_twice`` when somebody should. ``choose`` is asked which of the files that
    are due are taken.
    """

    open: Callable[[], Reader]
    files: Files
    plan: Callable[[Reader], DrillPlan]
    covers: bool = True
    examine: Callable[[DrillPlan, Running, Sandbox, Comparison], Examined | None] = (
        lambda _plan, _run, _sandbox, _comparison: None
    )
    second: SecondReader | None = None
    asks_twice: bool = False
    choose: Callable[[DrillPlan, Reader], DrillPlan] = lambda plan, _engine: plan


def carry_out(bench: Workbench, subject: Subject, watch: Watch, trial: Trial) -> Ended:
    """Record, plan, restore, compare, conclude; the planning is part of the recovery time."""
    with started(bench, subject, RunKind.DRILL, watch) as run:
        doubt = clock_doubt(bench)
        with run.phase("resolve"):
            engine = trial.open()
            tool = engine.probe()
            run.body["tool"] = {"name": tool.name, "version": tool.version}
            plan = trial.plan(engine)
        plan = _chosen(run, engine, plan, trial)
        _describe_plan(run, plan)
        restored = _proved(bench, engine, plan, run, trial)
        if restored.second is not None:
            run.body["ways"] = plain_ways(restored.second, plan, subject.engine)
        elif trial.asks_twice and stores_packs(engine) and would_be_read(plan):
            run.body["ways"] = plain_alone(plan, subject.engine)
        _describe_result(run, plan, restored, subject)
        conclusion = with_doubt(conclude_drill(plan, restored, subject.rto), doubt)
        if conclusion.verdict is Verdict.PASS:
            run.body["level"] = plan.level
        proven = _proven(bench, plan, restored) if trial.covers else ()
        _describe_coverage(run, plan, proven)
        touch = note_touched(run, plan, restored, trial.second)
        finish(bench, subject, run, conclusion, proven)
        remember_touched(bench, touch)
    return run.outcome()


def _chosen(run: Running, engine: Reader, plan: DrillPlan, trial: Trial) -> DrillPlan:
    """Let packs decide; what that takes is no part of finding the restore point."""
    if plan.sample is None:
        return plan
    if trial.second is None:
        return trial.choose(plan, engine)
    with run.phase("witness"):
        return trial.choose(plan, engine)


def _proved(
    bench: Workbench, engine: Reader, plan: DrillPlan, run: Running, trial: Trial
) -> Restored:
    """Restore, or restore a part and read the rest."""
    shares = shares_of(plan, trial.second)
    examine = partial(trial.examine, plan, run)
    part = restored_part(plan, shares)
    restored = restore_and_compare(bench, engine, part, trial.files, run, examine)
    if shares is None or trial.second is None:
        return restored
    return with_second_reading(bench, run, plan, restored, (trial.second, shares))


def _proven(
    bench: Workbench, plan: DrillPlan, restored: Restored
) -> tuple[tuple[bytes, bytes | None], ...]:
    """Give what came back right, with the digest of its content; nothing when findings overflow."""
    comparison = restored.comparison
    if comparison.findings_total > len(comparison.findings):
        return ()
    found = {finding.path for finding in comparison.findings}
    if restored.second is not None:
        found.update(restored.second.disagree)
    return tuple(
        (entry.path, entry.sha256)
        for entry in plan.expected(bench.shelf)
        if entry.kind is Kind.FILE and entry.path not in found
    )


def _describe_coverage(
    run: Running, plan: DrillPlan, proven: tuple[tuple[bytes, bytes | None], ...]
) -> None:
    """Note how many files are proven from now on, of how many: what reports draw over time."""
    sample = plan.sample
    if sample is not None:
        fresh = sum(path in sample.unproven for path, _ in proven)
        run.body["coverage"] = {"files": sample.eligible, "proven": sample.covered + fresh}
    elif proven:
        run.body["coverage"] = {"files": plan.population_files, "proven": len(proven)}


def _describe_plan(run: Running, plan: DrillPlan) -> None:
    point = plan.point
    run.body.update(
        full=plan.full,
        level="L0",
        why=plan.why,
        repository_id=point.identity.repository_id,
        path_set=point.identity.path_set,
        manifest=plan.manifest,
        point={
            "id": point.id,
            "data_time": text_from_time(point.data_time),
            "usable_time": text_from_time(point.usable_time),
        },
        adopted=plan.adopted,
    )
    if plan.there is not None:
        run.body.update(repository_id=plan.there.repository_id, copy_of=plan.there.copy_of)
        run.body["snapshot"] = plan.there.snapshot
    if plan.drifted:
        run.body["drifted_population"] = plan.drifted
    sample = plan.sample
    if sample is not None:
        run.body["sample"] = {
            "seed": plan.seed,
            "size": len(sample.entries),
            "random": len(sample.random),
            "due": len(sample.due),
            "always": len(sample.always),
            "bytes": plan.expected_bytes,
            "cut": sample.cut,
            "population": {"files": plan.population_files, "bytes": plan.population_bytes},
            **_choice_of(plan),
        }


def _choice_of(plan: DrillPlan) -> dict[str, object]:
    """Say whether packs decided which files are due, and why not where they could have."""
    if plan.reach is not None:
        return {"by": "packs", "for_packs": plan.reach.chosen}
    if plan.by_age is not None:
        return {"by": "age", "why": plain_from_message(plan.by_age)}
    return {}


def _describe_result(run: Running, plan: DrillPlan, restored: Restored, subject: Subject) -> None:
    comparison = restored.comparison
    counts = {outcome.value: comparison.counts[outcome] for outcome in Outcome}
    counts[Outcome.DRIFTED.value] = len(restored.drifted)
    recovery: dict[str, object] = {
        "kind": "MEASURED" if plan.full else "SAMPLE",
        "milliseconds": restored.milliseconds,
    }
    if subject.rto is not None:
        recovery["target_milliseconds"] = round(subject.rto.total_seconds() * 1_000)
    run.body.update(
        classes=counts,
        findings=[_plain(finding) for finding in comparison.findings[:_RECORDED_FINDINGS]],
        findings_total=comparison.findings_total,
        rto=recovery,
        restored={
            "files": comparison.verifiable,
            "bytes": comparison.compared_bytes,
            "way": restored.result.way,
            "calls": restored.result.calls,
        },
        complaints=list(restored.result.problems[:_RECORDED_FINDINGS]),
    )
    if plan.sample is not None:
        stated = _confidence(plan.sample, restored, subject.engine)
        if stated is not None:
            run.body["confidence"] = stated


def _confidence(sample: Sample, restored: Restored, engine: str) -> dict[str, object] | None:
    """State what the randomly drawn part implies; anything but a match counts as bad."""
    comparison = restored.comparison
    if comparison.findings_total > len(comparison.findings):
        return None
    found = {finding.path for finding in comparison.findings}
    bad = sum(path in found for path in sample.random)
    ways = _ways_of(sample, restored, engine)
    stated = state_confidence(len(sample.random), bad, sample.eligible, ways)
    if stated is None:
        return None
    return {
        "level": stated.level,
        "drawn": stated.drawn,
        "clean": stated.drawn - stated.bad,
        "restored": ways.restored,
        "read": ways.read,
        "population": stated.population,
        "upper_bound_ppm": stated.upper_bound_ppm,
        "sentence": plain_from_message(stated.sentence),
    }


def _ways_of(sample: Sample, restored: Restored, engine: str) -> Ways:
    """Count which of the files drawn were restored, and which were only read."""
    apart = () if restored.second is None else restored.second.shares.read
    read = len(set(sample.random).intersection(entry.path for entry in apart))
    return Ways(engine=engine, restored=len(sample.random) - read, read=read)


def _plain(finding: Finding) -> dict[str, object]:
    return {
        "path": shown(finding.path),
        "class": finding.outcome.value,
        "detail": plain_from_message(finding.detail),
    }
