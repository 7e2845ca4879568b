"""What a run of a runbook came to: the real recovery time by its parts, and the real loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from continuity.domain.clock import text_from_time
from continuity.domain.conduct import Conduct, Entry, Mode, RunState, StepState
from continuity.domain.conduct_details import mapping_in
from continuity.domain.conduct_frontier import Stand, exceptions, systems_in
from continuity.domain.conduct_times import Phases, Work, lost, phases
from continuity.domain.evidence import Draft, Record, RecordKind
from continuity.domain.plain import list_in, moment_in, text_in
from continuity.domain.step_kinds import RestoreStep, VerifyStep

MILLISECOND = timedelta(milliseconds=1)
_TIMED = frozenset({Mode.REAL, Mode.FULL})


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One run that ended.

    ``impact_at`` is since when the service was down, the start of a drill; ``verified_at`` when it
    was shown to work again, None when nobody showed it. ``jobs`` are those of which everything was
    restored. ``measured`` says that it timed a recovery, ``basis`` what the runbook rested on.
    """

    conduct: Conduct
    systems: tuple[str, ...]
    impact_at: datetime
    verified_at: datetime | None
    spent: Phases
    lost: timedelta | None
    jobs: tuple[str, ...]
    exceptions: tuple[str, ...]
    measured: bool
    basis: Mapping[str, str]


class Child(NamedTuple):
    """What a run that was a step of this one came to."""

    jobs: tuple[str, ...]
    verified_at: datetime | None
    lost: timedelta | None


def child_from_record(record: Record) -> Child:
    """Read the result of such a run; one that was not completed brought nothing back."""
    body = record.body
    if text_in(body, "outcome") != RunState.COMPLETED.value:
        return Child((), None, None)
    milliseconds = body.get("lost_milliseconds")
    lost = milliseconds * MILLISECOND if isinstance(milliseconds, int) else None
    jobs = tuple(map(str, list_in(body, "jobs")))
    return Child(jobs, moment_in(body, "verified_at"), lost)


def result_of(
    stand: Stand,
    entries: Sequence[Entry],
    impact: datetime | None,
    children: Sequence[Child] = (),
) -> Result:
    """Measure a run that ended; ``impact`` is since when the service was down, None if unknown.

    What the runs that were its steps brought back and verified counts as its own.
    """
    conduct = stand.conduct
    began = entries[0].at
    since = began if impact is None or conduct.drill else min(impact, began)
    verified = verified_at(stand, children)
    until = verified or conduct.ended_at or entries[-1].at
    jobs = tuple(dict.fromkeys((*_restored(stand), *(job for one in children for job in one.jobs))))
    losses = [lost(conduct, entries, since), *(one.lost for one in children)]
    timed = conduct.mode in _TIMED and conduct.state is RunState.COMPLETED
    return Result(
        conduct=conduct,
        systems=systems_in(stand.document.front),
        impact_at=since,
        verified_at=verified,
        spent=phases(entries, until, since, work_of(stand)),
        lost=max((one for one in losses if one is not None), default=None),
        jobs=jobs,
        exceptions=exceptions(stand),
        measured=timed and verified is not None and bool(jobs),
        basis=mapping_in(entries[0], "basis"),
    )


def work_of(stand: Stand) -> Mapping[str, Work]:
    """Tell what the time of each step goes into while a program does it."""
    kinds = {RestoreStep: Work.RESTORE, VerifyStep: Work.VERIFY}
    return {step.id: kinds.get(type(step), Work.PROGRAMS) for step in stand.document.steps}


def verified_at(stand: Stand, children: Sequence[Child] = ()) -> datetime | None:
    """Tell when the service was last shown to work; what failed later took that back."""
    steps = [stand.conduct.of(one.id) for one in stand.document.steps if type(one) is VerifyStep]
    if any(
        one.state not in {StepState.DONE, StepState.SKIPPED, StepState.PENDING} for one in steps
    ):
        return None
    moments = [one.ended_at for one in steps if one.state is StepState.DONE and one.ended_at]
    moments += [one.verified_at for one in children if one.verified_at is not None]
    return max(moments, default=None)


def _restored(stand: Stand) -> tuple[str, ...]:
    whole = (
        step.job
        for step in stand.document.steps
        if isinstance(step, RestoreStep)
        and not step.include
        and step.target != "previous"
        and stand.conduct.of(step.id).state is StepState.DONE
    )
    return tuple(dict.fromkeys(whole))


def draft_result(result: Result) -> Draft:
    """Draft the record of a result; durations are whole milliseconds."""
    conduct, spent = result.conduct, result.spent
    body: dict[str, object] = {
        "run": conduct.run,
        "runbook": conduct.runbook,
        "hash": conduct.hash,
        "mode": conduct.mode.value,
        "urgent": conduct.urgent,
        "incident": conduct.incident,
        "parent": conduct.parent,
        "outcome": conduct.state.value,
        "systems": list(result.systems),
        "jobs": list(result.jobs),
        "exceptions": list(result.exceptions),
        "impact_at": text_from_time(result.impact_at),
        "measured": result.measured,
        "basis": dict(result.basis),
        "milliseconds": spent.total // MILLISECOND,
        "phases": {name: span // MILLISECOND for name, span in spent.parts.items()},
    }
    moments = {"ended_at": conduct.ended_at, "verified_at": result.verified_at}
    body |= {name: text_from_time(at) for name, at in moments.items() if at is not None}
    if result.lost is not None:
        body["lost_milliseconds"] = result.lost // MILLISECOND
    return Draft(kind=RecordKind.RUNBOOK_MEASURED, run_id=conduct.run, body=body)
