"""Explain what killed processes left: their runs, their sandboxes and their locks."""

from __future__ import annotations

import shutil

from continuity.domain.clock import text_from_time
from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.run import interrupted
from continuity.domain.text import N_, Message, plain_from_message, say
from continuity.domain.verdict import Verdict
from continuity.engines.engine import LockState
from continuity.hosts.process import Life, life_of
from continuity.sandbox.teardown import Reaped, reap
from continuity.store.runs import Run
from continuity.workflows.running import spool_of
from continuity.workflows.world import Protected, Workbench


def close_killed_runs(bench: Workbench) -> tuple[Run, ...]:
    """Close every open run whose process is provably gone; gives those closed.

    Each gets a record that ends it as INCONCLUSIVE, and what it had spooled is removed.
    """
    killed = [run for run in bench.store.running() if life_of(run.holder) is Life.DEAD]
    for run in killed:
        with bench.store.transaction() as transaction:
            if transaction.finish_run(run.run_id, Verdict.INCONCLUSIVE):
                transaction.append(_closing(bench, run))
        shutil.rmtree(spool_of(bench, run.run_id), ignore_errors=True)
    return tuple(killed)


def reap_sandboxes(bench: Workbench) -> tuple[Reaped, ...]:
    """Delete abandoned sandboxes and record how that went."""
    reaped = reap(bench.sandbox_place, now=bench.now(), ttl=bench.sandbox_ttl)
    for sandbox in reaped:
        bench.store.append(
            Draft(
                kind=RecordKind.SANDBOX_REAPED,
                run_id=sandbox.run_id,
                body={
                    "created": text_from_time(sandbox.created),
                    "removed": sandbox.teardown.removed,
                    "left": sandbox.teardown.left,
                },
                personal={"actor": bench.actor},
            )
        )
    return reaped


def free_dead_locks(bench: Workbench, protected: Protected) -> int:
    """Remove the locks in a job's repository when every one of them is provably dead.

    Locks of a machine that copies are looked at from there: only that machine can tell. Gives how
    many were removed. Raises what the engine raises.
    """
    engine, away = protected.open_engine(True), protected.away
    if not engine.exists():
        return 0
    locks = engine.locks()
    unknown = any(lock.state is LockState.UNKNOWN for lock in locks)
    if unknown and away is not None and away.open_engine is not None:
        engine = away.open_engine()
        locks = engine.locks()
    if not locks or any(lock.state is not LockState.DEAD for lock in locks):
        return 0
    freed = engine.unlock_dead()
    draft = Draft(
        kind=RecordKind.LOCK_REMOVED,
        job=protected.job.name,
        body={
            "repository": protected.job.repository,
            "locks": freed,
            "holders": [lock.holder for lock in locks],
        },
        personal={"actor": bench.actor},
    )
    bench.store.append(draft)
    return freed


def _closing(bench: Workbench, run: Run) -> Draft:
    reason = say(
        N_("The {kind} of {job} was killed: its process {pid} is gone and left no end."),
        kind=run.kind,
        job=run.job,
        pid=run.holder.pid,
    )
    return closing(bench, run, reason)


def closing(bench: Workbench, run: Run, reason: Message) -> Draft:
    """Write the end of a run that nobody can end any more."""
    return Draft(
        kind=RecordKind.RUN_CLOSED,
        job=run.job,
        run_id=run.run_id,
        body={
            **interrupted().plain(),
            "reason": plain_from_message(reason),
            "closes": run.run_id,
            "kind": run.kind,
        },
        personal={"actor": bench.actor},
    )
