"""Runs: who does what now, so that nobody else does it too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update
from sqlalchemy.exc import IntegrityError

from continuity.domain.clock import text_from_time
from continuity.domain.failure import ConflictError
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict
from continuity.hosts.process import Process
from continuity.store.tables import run

# Runs of one lane exclude each other within a job: these two change the repository.
_LANES = {"backup": "write", "retention": "write"}
_READING = "read"


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """An open run and the process that holds it; ``kind`` is backup, drill or the like."""

    run_id: str
    job: str
    kind: str
    started_at: datetime
    holder: Process


def claim(connection: Connection, wanted: Run) -> None:
    """Open a run; raises ConflictError, which names the holder, when it must not start."""
    lane = _LANES.get(wanted.kind, _READING)
    other = _open_run(connection, wanted.job, lane)
    if other is not None:
        raise _conflict(wanted, other)
    values = {
        "run_id": wanted.run_id,
        "job": wanted.job,
        "kind": str(wanted.kind),
        "lane": lane,
        "started_at": wanted.started_at,
        **{name: getattr(wanted.holder, name) for name in Process.__slots__},
    }
    try:
        connection.execute(insert(run), values)
    except IntegrityError as error:
        raise ConflictError(
            say(N_("The run {run_id} was already started once."), run_id=wanted.run_id)
        ) from error


def _open_run(connection: Connection, job: str, lane: str) -> Run | None:
    query = select(run).where(run.c.job == job, run.c.lane == lane, run.c.closed_at.is_(None))
    row = connection.execute(query).mappings().first()
    return None if row is None else _run_from_row(row)


def _conflict(wanted: Run, other: Run) -> ConflictError:
    what = N_(
        "The {kind} of {job} cannot start: its {held} has been running since {since} on {host} as"
        " process {pid} (run {run_id})."
    )
    return ConflictError(
        say(
            what,
            kind=wanted.kind,
            job=wanted.job,
            held=other.kind,
            since=text_from_time(other.started_at),
            host=other.holder.host,
            pid=other.holder.pid,
            run_id=other.run_id,
        ),
        remedy=say(N_("Wait for it to end, or stop that process; the next start then closes it.")),
    )


def running(connection: Connection) -> Sequence[Run]:
    """List the open runs, the oldest first."""
    query = select(run).where(run.c.closed_at.is_(None)).order_by(run.c.started_at, run.c.run_id)
    return [_run_from_row(row) for row in connection.execute(query).mappings()]


def _run_from_row(row: RowMapping) -> Run:
    return Run(
        run_id=row["run_id"],
        job=row["job"],
        kind=row["kind"],
        started_at=row["started_at"],
        holder=Process(**{name: row[name] for name in Process.__slots__}),
    )


def finish(connection: Connection, run_id: str, verdict: Verdict, now: datetime) -> bool:
    """Close an open run; False when it was not open, because somebody closed it before."""
    closing = (
        update(run)
        .where(run.c.run_id == run_id, run.c.closed_at.is_(None))
        .values(closed_at=now, verdict=verdict.value)
    )
    return connection.execute(closing).rowcount == 1
