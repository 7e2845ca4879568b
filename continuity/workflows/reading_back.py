"""Check a repository's structure and read the next slice of its stored bytes back."""

from __future__ import annotations

from collections.abc import Callable

from continuity.domain.facts import JobFacts
from continuity.domain.failure import FailureClass
from continuity.domain.run import PASSED, Conclusion, RunKind
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict
from continuity.engines.engine import CheckResult, Slice
from continuity.witness.repository import Repository
from continuity.workflows.clockwork import clock_doubt, with_doubt
from continuity.workflows.reading_packs import ledger_of, read_due_packs
from continuity.workflows.readying import require_repository
from continuity.workflows.running import Ended, Running, finish, started
from continuity.workflows.world import Protected, Watch, Workbench

CHECK_SECONDS = 24 * 3_600.0


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
        part = next_slice(facts, protected.job.check_slices)
        run.body["slice"] = {"k": part.k, "n": part.n}
        open_witness = _witness_of(protected)
        with run.phase("check"):
            whole = part if open_witness is None else None
            result = engine.check(whole, CHECK_SECONDS, watch.progress)
        right: tuple[bytes, ...] = ()
        if result.sound and open_witness is not None:
            with run.phase("witness"):
                packs = read_due_packs(bench, run, facts, part, open_witness)
            result, right = packs.result, packs.right
        finish(bench, protected.subject, run, with_doubt(_conclude(result), doubt))
        # After the end is on record: what counts as read in a round is later than its beginning.
        _remember(bench, run, right)
    return run.outcome()


def _witness_of(protected: Protected) -> Callable[[], Repository] | None:
    """Tell who reads the stored bytes; None where the engine's own program does."""
    if not protected.job.sample.independent:
        return None
    return protected.find_witness(protected.job.repository)


def _remember(bench: Workbench, run: Running, right: tuple[bytes, ...]) -> None:
    if right:
        ledger = ledger_of(str(run.body["repository_id"]))
        with bench.store.transaction() as transaction:
            transaction.prove(ledger, ((id, None) for id in right), bench.now())


def next_slice(facts: JobFacts, n: int) -> Slice:
    """Choose the slice of n that was read back longest ago; never read ones first.

    Slices are remembered, not drawn: a random percentage may never reach a damaged pack.
    """
    passed: dict[int, int] = {}
    for position, check in enumerate(facts.checks):
        if check.n == n and check.verdict is Verdict.PASS:
            passed[check.k] = position
    return Slice(k=min(range(1, n + 1), key=lambda k: (passed.get(k, -1), k)), n=n)


def _conclude(result: CheckResult) -> Conclusion:
    if result.sound and result.read is not None:
        return PASSED
    if result.sound:
        return Conclusion(
            verdict=Verdict.INCONCLUSIVE,
            failure=FailureClass.NO_PROOF,
            reason=say(N_("The structure is sound, but no stored byte was read back.")),
        )
    first = result.problems[0] if result.problems else say(N_("It gave no details."))
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
