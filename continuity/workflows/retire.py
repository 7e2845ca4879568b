"""Remove the restore points that policy no longer keeps; never the last proven one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from continuity.domain.drills import unanswered
from continuity.domain.evidence import Record, RecordKind
from continuity.domain.facts import JobFacts, without_copies
from continuity.domain.failure import ContinuityError, FailureClass
from continuity.domain.job import Retention
from continuity.domain.plain import flag_in, mapping_in, text_in
from continuity.domain.proof import void_moments
from continuity.domain.retention import RetentionPlan, RetentionQuestion, plan_retention
from continuity.domain.run import PASSED, RunKind
from continuity.domain.text import N_, Message, plain_from_message, say
from continuity.domain.verdict import Verdict
from continuity.engines.engine import Engine
from continuity.workflows.choosing import standing_in
from continuity.workflows.running import Ended, Running, finish, started
from continuity.workflows.world import Protected, Watch, Workbench

PRUNE_EVERY = timedelta(days=7)
"""Forgetting a point costs a second, giving its space back can cost hours: it is done weekly."""

FORGET_SECONDS = 24 * 3_600.0


def plan_retirement(bench: Workbench, protected: Protected, facts: JobFacts) -> RetentionPlan:
    """Plan which points would go now; nothing goes without a written retention.

    What was proven of a copy keeps no point in the repository itself.
    """
    facts = without_copies(facts, {copy.repository for copy in protected.copies})
    rule = protected.job.retention
    latest = next(bench.store.records(limit=1, newest_first=True), None)
    question = RetentionQuestion(
        points=standing_in(facts, protected.job.repository).points,
        rule=rule or Retention(),
        zone=protected.zone,
        now=bench.now(),
        newest_record=None if latest is None else latest.recorded_at,
        proven=_ever_proven(facts),
        hold=_hold(bench, protected, facts)
        if rule
        else say(N_("No retention is written for this job.")),
    )
    return plan_retention(question)


def retire(bench: Workbench, protected: Protected, facts: JobFacts, watch: Watch) -> Ended | None:
    """Carry the plan out and record it; None when there is nothing to remove.

    Raises ConflictError when a backup of the job is under way.
    """
    plan = plan_retirement(bench, protected, facts)
    if not plan.removed:
        return None
    with started(bench, protected.subject, RunKind.RETENTION, watch) as run:
        engine = protected.open_engine(True)
        prune = _prune_is_due(bench, facts.job)
        doomed = tuple(point.id for point in plan.removed)
        with run.phase("forget"), _noting_what_went(run, engine, doomed):
            engine.forget(doomed, prune=prune, timeout=FORGET_SECONDS)
        _describe(run, plan, pruned=prune)
        finish(bench, protected.subject, run, PASSED)
    ended = run.outcome()
    if ended.conclusion.verdict is Verdict.PASS:
        _drop_manifests(bench, facts.job, frozenset(doomed))
    return ended


@contextmanager
def _noting_what_went(run: Running, engine: Engine, doomed: tuple[str, ...]) -> Iterator[None]:
    """Note which points are gone, though giving back their space failed or was stopped."""
    try:
        yield
    except (ContinuityError, KeyboardInterrupt):
        with suppress(ContinuityError):  # where it cannot be seen now, they count as they did
            there = {snapshot.id for snapshot in engine.snapshots()}
            run.body["removed"] = [point for point in doomed if point not in there]
        raise


def _describe(run: Running, plan: RetentionPlan, *, pruned: bool) -> None:
    run.body.update(
        removed=[point.id for point in plan.removed], kept=len(plan.kept), pruned=pruned
    )
    if plan.held is not None:
        run.body["held"] = plain_from_message(plan.held)


def _ever_proven(facts: JobFacts) -> frozenset[str]:
    """Name the points that passed a restore test after which no damage was found."""
    voids = void_moments(facts)
    return frozenset(
        drill.point
        for drill in facts.drills
        if drill.verdict is Verdict.PASS and (not voids or drill.at > voids[-1])
    )


def _hold(bench: Workbench, protected: Protected, facts: JobFacts) -> Message | None:
    if any(point.quarantined and point.removed_at is None for point in facts.points):
        return say(N_("A backup is in quarantine until a person accepts it."))
    latest = {run.failure for run in facts.backups[-1:]}
    latest |= {drill.failure for drill in facts.drills[-1:]}
    if FailureClass.POSSIBLE_ENCRYPTION in latest:
        return say(N_("Files may be getting encrypted: nothing is removed."))
    if void_moments(facts) and not _ever_proven(facts):
        return say(N_("Damage was found and nothing is proven since: nothing is removed."))
    place = protected.job.repository
    if unanswered([drill for drill in facts.drills if drill.identity.repository == place]):
        # An older point that passed since says nothing of the newer one that came back wrong.
        return say(N_("The newest data that was tested came back wrong: nothing is removed."))
    if any(run.job == facts.job and run.kind == RunKind.DRILL for run in bench.store.running()):
        return say(N_("A restore test is under way: nothing is removed."))
    return None


def _prune_is_due(bench: Workbench, job: str) -> bool:
    for record in _retirements(bench, job):
        if flag_in(record.body, "pruned"):
            return bench.now() - record.recorded_at >= PRUNE_EVERY
    return True


def _retirements(bench: Workbench, job: str) -> list[Record]:
    kinds = (RecordKind.RETENTION_FINISHED,)
    return list(bench.store.records(job=job, kinds=kinds, limit=100, newest_first=True))


def _drop_manifests(bench: Workbench, job: str, removed: frozenset[str]) -> None:
    """Remove the manifests that no standing point of the job needs."""
    standing: set[str] = set()
    unneeded: set[str] = set()
    for record in bench.store.records(job=job, kinds=(RecordKind.BACKUP_FINISHED,)):
        point = mapping_in(record.body, "point")
        digest = text_in(mapping_in(record.body, "manifest"), "digest")
        (unneeded if text_in(point, "id") in removed else standing).add(digest)
    for digest in unneeded - standing - {""}:
        bench.shelf.remove(digest)
