"""Restore into a sandbox, compare what came back, and leave nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from continuity.domain.compare import Comparison, Finding, compare, drifts
from continuity.domain.differences import Rules
from continuity.domain.failure import ContinuityError
from continuity.domain.manifest import Entry
from continuity.domain.run import Conclusion
from continuity.domain.second_reading import SecondReading
from continuity.domain.text import plain_from_message
from continuity.engines.engine import Progress, Reader, RestoreRequest, RestoreResult
from continuity.hosts.files import Files
from continuity.hosts.observe import observe
from continuity.sandbox.contents import Oddities, inspect_tree
from continuity.sandbox.sandbox import Room, Sandbox, open_sandbox
from continuity.sandbox.teardown import Teardown, tear_down
from continuity.workflows.isolating import require_isolation
from continuity.workflows.planning import DrillPlan
from continuity.workflows.running import Running
from continuity.workflows.world import Workbench

RESTORE_SECONDS = 24 * 3_600.0
_KEPT_FINDINGS = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """What a closer look at restored content gave; no conclusion when nothing is wrong with it.

    ``milliseconds`` runs from the trigger until the last question was answered.
    """

    conclusion: Conclusion | None
    milliseconds: int


Examine = Callable[[Sandbox, Comparison], Examined | None]
"""Looks closer before the sandbox is cleared away; None when there is nothing to look at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What a restore gave, how it compares, and how the sandbox was cleared away.

    ``milliseconds`` runs from the trigger until the comparison was done, and what was restored was
    questioned: waiting counts, clearing away does not, since in an outage nobody would.
    """

    result: RestoreResult
    comparison: Comparison
    drifted: tuple[Finding, ...]
    isolation: str
    shares_source_file_system: bool
    teardown: Teardown
    milliseconds: int
    examined: Conclusion | None = None
    second: SecondReading | None = None


def restore_and_compare(
    bench: Workbench,
    engine: Reader,
    plan: DrillPlan,
    files: Files,
    run: Running,
    examine: Examine,
) -> Restored:
    """Carry out the plan. The sandbox is cleared away whatever happens."""
    with run.phase("sandbox"):
        sandbox = open_sandbox(
            bench.sandbox_place,
            run_id=run.run_id,
            interlocks=bench.interlocks,
            room=Room(
                expected_bytes=plan.expected_bytes,
                expected_entries=plan.expected_entries,
                reserve_bytes=bench.reserve_bytes,
            ),
            now=bench.now(),
        )
    run.body["sandbox"] = {"isolation": sandbox.isolation.value, "torn_down": False}
    oddities: Oddities | None = None
    try:
        require_isolation(bench, run, sandbox)
        with run.phase("restore"):
            result = engine.restore(_request(sandbox, plan), run.watch.progress)
        with run.phase("compare"):
            comparison = _compare(bench, sandbox, plan, result, run)
            oddities = inspect_tree(sandbox.tree)
            drifted = _drifts(bench, plan, files, run)
        milliseconds = run.elapsed()
        examined = examine(sandbox, comparison)
    finally:
        teardown = _clear_away(sandbox, run)
        run.body["sandbox"] = _described(sandbox, teardown, oddities) | _isolated(run)
    return Restored(
        result=result,
        comparison=comparison,
        drifted=drifted,
        isolation=(run.isolation or sandbox.isolation).value,
        shares_source_file_system=sandbox.shares_source_file_system,
        teardown=teardown,
        milliseconds=milliseconds if examined is None else examined.milliseconds,
        examined=None if examined is None else examined.conclusion,
    )


def _clear_away(sandbox: Sandbox, run: Running) -> Teardown:
    try:
        with run.phase("teardown"):
            return tear_down(sandbox)
    except BaseException:  # also an interrupt; it goes on below
        # Whoever stops a run a second time means it, but no copy of protected data may stay.
        with suppress(ContinuityError, OSError):
            tear_down(sandbox)
        raise


def _request(sandbox: Sandbox, plan: DrillPlan) -> RestoreRequest:
    return RestoreRequest(
        snapshot=plan.snapshot,
        paths=plan.paths,
        target=sandbox.tree,
        population_files=plan.population_files,
        population_bytes=plan.population_bytes,
        room_bytes=sandbox.room_bytes,
        timeout=RESTORE_SECONDS,
    )


def _compare(
    bench: Workbench, sandbox: Sandbox, plan: DrillPlan, result: RestoreResult, run: Running
) -> Comparison:
    wanted = None if plan.paths is None else frozenset(plan.paths)
    observed = observe(
        sandbox.tree,
        wanted=wanted,
        on_progress=lambda files, size: run.watch.progress(
            Progress(
                files=files,
                bytes=size,
                total_files=plan.expected_entries,
                total_bytes=plan.expected_bytes,
            )
        ),
    )
    rules = Rules(
        owners=bench.owner_matters and not plan.portrait,
        full=plan.full,
        whole=result.whole and not plan.full,
        hard_links=result.calls == 1,
    )
    expected = plan.expected(bench.shelf)
    if not plan.vouched:
        kept = tuple(observed)
        expected, observed = _with_found_content(expected, kept), iter(kept)
    return compare(expected, observed, rules, keep=_KEPT_FINDINGS)


def _with_found_content(expected: Iterator[Entry], observed: Sequence[Entry]) -> Iterator[Entry]:
    """Take the content that came back as the expected one, where nobody else vouches for it.

    The engine has compared it with its own hashes; kind, size, time and mode are still compared.
    """
    found = {entry.path: entry.sha256 for entry in observed}
    return (entry._replace(sha256=found.get(entry.path, entry.sha256)) for entry in expected)


def _drifts(bench: Workbench, plan: DrillPlan, files: Files, run: Running) -> tuple[Finding, ...]:
    """Look which sampled files changed at the source since; all files would be too many.

    The source's machine may be the very thing that is lost: that it does not answer is said, and
    takes nothing from the proof, which repository and password give alone.
    """
    if plan.full:
        return ()
    expected = tuple(plan.expected(bench.shelf))
    try:
        return tuple(drifts(expected, files.look(entry.path for entry in expected)))
    except ContinuityError as error:
        run.body["source_unseen"] = plain_from_message(error.what)
        return ()


def _described(
    sandbox: Sandbox, teardown: Teardown, oddities: Oddities | None
) -> dict[str, object]:
    described: dict[str, object] = {
        "isolation": sandbox.isolation.value,
        "shares_source_file_system": sandbox.shares_source_file_system,
        "torn_down": teardown.left == 0,
        "removed": teardown.removed,
    }
    if teardown.left:
        described["residue"] = teardown.left
    if oddities is not None:
        described["devices"] = oddities.device_count
        described["set_id"] = oddities.set_id_count
    return described


def _isolated(run: Running) -> dict[str, object]:
    """Tell how far what ran on restored content was shut off; where nothing did, nothing more."""
    if run.isolation is None:
        return {}
    told: dict[str, object] = {"isolation": run.isolation.value}
    if run.weakness is not None:
        told["weakness"] = plain_from_message(run.weakness)
    return told
