"""Read a part of a drill's sample a second way, and see whether the two readers agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from continuity.domain.compare import Comparison, Finding, Outcome, compare
from continuity.domain.differences import Rules
from continuity.domain.failure import ContinuityError
from continuity.domain.manifest import Entry
from continuity.domain.second_reading import (
    LEAST_READ,
    SecondReading,
    Shares,
    disagreements,
    divide,
    joined,
    tell_alone,
    tell_ways,
)
from continuity.domain.text import N_, Message, plain_from_message, say, shown
from continuity.engines.engine import Progress
from continuity.witness.observing import Observed, observe_found
from continuity.workflows.planning import DrillPlan
from continuity.workflows.restoring import Restored
from continuity.workflows.running import Running
from continuity.workflows.second_reader import SecondReader
from continuity.workflows.world import Workbench

_KEPT_FINDINGS = 1_000
_KEPT_PROBLEMS = 1_000
_RECORDED = 100


def shares_of(plan: DrillPlan, reader: SecondReader | None) -> Shares | None:
    """Tell what of a plan is read a second way; None when everything is restored.

    Where the repository was opened for the choice already, reading a few files costs nothing, and
    what kept it from being opened is told.
    """
    if reader is None or plan.full or plan.sample is None:
        return None
    least = 0 if reader.was_asked else LEAST_READ
    return divide(plan.sample, reader.both_ways, least)


def would_be_read(plan: DrillPlan) -> bool:
    """Tell whether somebody who could read a second way would read a part of a plan."""
    return not plan.full and plan.sample is not None and divide(plan.sample, 0) is not None


def restored_part(plan: DrillPlan, shares: Shares | None) -> DrillPlan:
    """Reduce a plan to what is restored."""
    if shares is None or plan.sample is None:
        return plan
    return replace(
        plan,
        sample=replace(plan.sample, entries=shares.restored),
        paths=tuple(entry.path for entry in shares.restored),
        expected_entries=len(shares.restored),
        expected_bytes=sum(entry.size for entry in shares.restored),
    )


def with_second_reading(
    bench: Workbench,
    run: Running,
    plan: DrillPlan,
    restored: Restored,
    second: tuple[SecondReader, Shares],
) -> Restored:
    """Read the other part, and join what was found. What keeps it from reading is never raised."""
    reader, shares = second
    with run.phase("witness"):
        reading = _read(bench, run, plan, restored, reader, shares)
    return replace(
        restored,
        comparison=joined(restored.comparison, reading.apart),
        result=replace(
            restored.result,
            problems=(*restored.result.problems, *map(str, reading.problems))[:_KEPT_PROBLEMS],
        ),
        second=reading,
        milliseconds=run.elapsed(),
    )


def plain_ways(reading: SecondReading, plan: DrillPlan, engine: str) -> dict[str, object]:
    """Write for the record what was proven which way."""
    shares = reading.shares
    return {
        "restored": len(shares.restored),
        "read": len(shares.read),
        "both": len(shares.both),
        "disagree": [shown(path) for path in reading.disagree[:_RECORDED]],
        "packs": {"touched": reading.touched, "of": reading.packs},
        "sentence": plain_from_message(tell_ways(reading, engine, with_packs=plan.reach is None)),
    }


def plain_alone(plan: DrillPlan, engine: str) -> dict[str, object]:
    """Write for the record that everything was restored, since nobody else can read it."""
    return {
        "restored": plan.expected_entries,
        "read": 0,
        "both": 0,
        "disagree": [],
        "packs": {"touched": 0, "of": 0},
        "sentence": plain_from_message(tell_alone(plan.expected_entries, engine)),
    }


def _read(
    bench: Workbench,
    run: Running,
    plan: DrillPlan,
    restored: Restored,
    reader: SecondReader,
    shares: Shares,
) -> SecondReading:
    wanted = [entry.path for entry in (*shares.read, *shares.both)]

    def tell(files: int, size: int) -> None:
        run.watch.progress(
            Progress(files=files, bytes=size, total_files=len(wanted), total_bytes=None)
        )

    try:
        found = reader.find(plan.snapshot, frozenset(plan.paths or ()))
        chosen = [found[path] for path in wanted if path in found]
        observed = observe_found(reader.repository(), chosen, tell)
    except ContinuityError as error:
        return SecondReading(
            shares=shares,
            apart=_unread(shares.read, error),
            disagree=(),
            problems=(),
            error=error,
        )
    rules = Rules(owners=bench.owner_matters, hard_links=False)
    both = _compared(shares.both, observed, rules)
    return SecondReading(
        shares=shares,
        apart=_compared(shares.read, observed, rules),
        disagree=disagreements(shares.both, restored.comparison, both),
        problems=(*observed.problems, *_troubles(observed)),
        touched=observed.touched,
        packs=observed.packs,
    )


def _compared(expected: tuple[Entry, ...], observed: Observed, rules: Rules) -> Comparison:
    paths = {entry.path for entry in expected}
    found = (entry for entry in observed.entries if entry.path in paths)
    return compare(expected, found, rules, keep=_KEPT_FINDINGS)


def _troubles(observed: Observed) -> Iterable[Message]:
    for path, detail in observed.troubles:
        yield say(N_("{path}: {detail}"), path=shown(path), detail=str(detail))


def _unread(entries: tuple[Entry, ...], error: ContinuityError) -> Comparison:
    """Say of every file that it could not be read: nothing of it is proven."""
    findings = tuple(
        Finding(entry.path, Outcome.UNVERIFIABLE, error.what) for entry in entries[:_KEPT_FINDINGS]
    )
    counts = dict.fromkeys(Outcome, 0) | {Outcome.UNVERIFIABLE: len(entries)}
    return Comparison(
        counts=counts,
        findings=findings,
        findings_total=len(entries),
        compared_files=0,
        compared_bytes=0,
    )
