"""Check a repository's structure and read the next slice of its stored bytes back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from continuity.domain.checks import checks_of
from continuity.domain.facts import CheckRun, JobFacts
from continuity.domain.failure import FailureClass
from continuity.domain.packs_judgement import REMEDY, judge_packs
from continuity.domain.reading import packs_in
from continuity.domain.run import PASSED, Conclusion, RunKind
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict
from continuity.engines.engine import Slice
from continuity.witness.repository import Repository
from continuity.workflows.clockwork import clock_doubt, with_doubt
from continuity.workflows.reading_packs import pace_of, read_due_packs
from continuity.workflows.readying import require_repository
from continuity.workflows.running import Ended, Running, finish, started
from continuity.workflows.world import Protected, Watch, Workbench

CHECK_SECONDS = 24 * 3_600.0
_MOST_SLICES = 256


def read_back(bench: Workbench, protected: Protected, facts: JobFacts, watch: Watch) -> Ended:
    """Run one check and write it into the record; what was found is in its conclusion.

    Raises ConflictError when another test of the job is under way.
    """
    with started(bench, protected.subject, RunKind.CHECK, watch) as run:
        doubt = clock_doubt(bench)
        engine = protected.open_engine(False)
        tool = engine.probe()
        run.body["tool"] = {"name": tool.name, "version": tool.version}
        with run.phase("resolve"):
            run.body["repository_id"] = require_repository(engine, protected, facts)
        open_witness = witness_of(protected)
        own = checks_of(facts.checks, protected.job.repository)
        part = None if open_witness is not None else next_slice(own, slices_of(protected))
        if part is not None:
            run.body["slice"] = {"k": part.k, "n": part.n}
        with run.phase("check"):
            result = engine.check(part, CHECK_SECONDS, watch.progress)
        conclusion = _conclude(result.problems, result.sound, read=result.read is not None)
        if result.sound and open_witness is not None:
            with run.phase("witness"):
                packs = read_due_packs(bench, run, protected, open_witness)
            conclusion = _conclude(packs.problems, not packs.problems, read=packs.read > 0)
            conclusion = _with_deadline(conclusion, run, protected, bench.now())
        finish(bench, protected.subject, run, with_doubt(conclusion, doubt))
    return run.outcome()


def witness_of(protected: Protected) -> Callable[[], Repository] | None:
    """Tell who reads the stored bytes; None where the engine's own program does."""
    if not protected.job.sample.independent:
        return None
    return protected.find_witness(protected.job.repository)


def slices_of(protected: Protected) -> int:
    """Count the slices that read everything where the engine's own program reads them.

    A deadline makes as many as fit into it, up to what restic can tell apart.
    """
    pace = pace_of(protected)
    return pace.rounds if pace.gap is None else min(pace.rounds, _MOST_SLICES)


def next_slice(checks: Iterable[CheckRun], n: int) -> Slice:
    """Choose the slice of n that was read back longest ago; never read ones first.

    Slices are remembered, not drawn: a random percentage may never reach a damaged pack.
    """
    passed: dict[int, int] = {}
    for position, check in enumerate(checks):
        if check.n == n and check.verdict is Verdict.PASS:
            passed[check.k] = position
    return Slice(k=min(range(1, n + 1), key=lambda k: (passed.get(k, -1), k)), n=n)


def _with_deadline(
    conclusion: Conclusion, run: Running, protected: Protected, now: datetime
) -> Conclusion:
    """Let what is late, or will be, stand in for a PASS, never for damage."""
    within, known = protected.job.read_back.within, packs_in(run.body)
    if conclusion.verdict is Verdict.FAIL or known is None:
        return conclusion
    late = next(judge_packs(known, within, now, protected.zone), None)
    if late is None:
        return conclusion
    return Conclusion(
        verdict=late.verdict, failure=late.failure, reason=late.message, remedy=say(REMEDY)
    )


def _conclude(problems: Sequence[Message], sound: bool, *, read: bool) -> Conclusion:
    if sound and read:
        return PASSED
    if sound:
        return Conclusion(
            verdict=Verdict.INCONCLUSIVE,
            failure=FailureClass.NO_PROOF,
            reason=say(N_("The structure is sound, but no stored byte was read back.")),
        )
    first = problems[0] if problems else say(N_("It gave no details."))
    return Conclusion(
        verdict=Verdict.FAIL,
        failure=FailureClass.INTEGRITY,
        reason=say(N_("The repository is damaged: {detail}"), detail=str(first)),
        remedy=say(
            N_(
                "Do not prune it. Drill its restore points to learn what is affected, and back up"
                " into a new repository while the source is still there."
            )
        ),
    )
