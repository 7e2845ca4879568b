"""Every run writes its start before anything else, and its end whatever happens."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from continuity.domain.evidence import Draft, Record, RecordKind
from continuity.domain.failure import ContinuityError, StoreError
from continuity.domain.run import (
    Conclusion,
    RunKind,
    conclusion_from_error,
    interrupted,
    unexplained,
)
from continuity.domain.text import N_, Message, say, shown
from continuity.sandbox.isolation import Isolation
from continuity.store.runs import Run
from continuity.workflows.world import Subject, Watch, Workbench

Proven = Sequence[tuple[bytes, bytes | None]]
"""Paths that came back right, each with the SHA-256 of its content."""

_MILLISECONDS = 1_000
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a run ended, and the record that says so."""

    run_id: str
    conclusion: Conclusion
    record: Record


@dataclass(kw_only=True, slots=True)
class Running:
    """A run under way: its id, its one clock from the trigger on, and what it found so far.

    ``isolation`` is that of the cell in which restored content was looked at, None as long as no
    program was let near it; ``weakness`` is why it is no better.
    """

    run_id: str
    kind: RunKind
    began: float
    monotonic: Callable[[], float]
    watch: Watch
    phases: list[dict[str, object]] = field(default_factory=list)
    body: dict[str, object] = field(default_factory=dict)
    ended: Ended | None = None
    isolation: Isolation | None = None
    weakness: Message | None = None

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time one phase; it counts also when it ends by an error."""
        self.watch.phase(name)
        began = self.monotonic()
        try:
            yield
        finally:
            self.phases.append({"name": name, "milliseconds": self._since(began)})

    def elapsed(self) -> int:
        """Give the whole milliseconds since the trigger."""
        return self._since(self.began)

    def outcome(self) -> Ended:
        """Give the end, once it is written."""
        if self.ended is None:
            raise RuntimeError(f"the run {self.run_id} has no end")
        return self.ended

    def _since(self, began: float) -> int:
        return round((self.monotonic() - began) * _MILLISECONDS)


@contextmanager
def started(bench: Workbench, subject: Subject, kind: RunKind, watch: Watch) -> Iterator[Running]:
    """Claim the job, write the start, and make sure that an end is written.

    A ContinuityError becomes the end: its verdict, class and words go into the record, and it goes
    no further; ask ``outcome`` afterwards. Anything else is recorded as well and raised again.
    Raises ConflictError when another process runs the same job, or the slot was given up.
    """
    run = Running(
        run_id=new_run_id(bench),
        kind=kind,
        began=bench.monotonic(),
        monotonic=bench.monotonic,
        watch=watch,
    )
    with bench.store.transaction() as transaction:
        if bench.fence is not None:
            transaction.slots.require(bench.fence, bench.now())
        transaction.claim(_claim(bench, subject, run))
        transaction.append(_draft(bench, subject, run, "started", _opening(subject)))
    try:
        yield run
    except ContinuityError as error:
        finish(bench, subject, run, conclusion_from_error(error))
    except KeyboardInterrupt:
        finish(bench, subject, run, interrupted())
        raise
    except OSError as error:
        if error.errno not in _FULL:
            _finish_unexplained(bench, subject, run, error)
            raise
        finish(bench, subject, run, conclusion_from_error(_no_room(bench)))
    except BaseException as error:  # also an interrupt; it goes on below
        _finish_unexplained(bench, subject, run, error)
        raise
    finally:
        shutil.rmtree(spool_of(bench, run.run_id), ignore_errors=True)


def _no_room(bench: Workbench) -> StoreError:
    what = say(
        N_("There is no room left for what a run keeps in {place}."),
        place=shown(bytes(bench.scratch.parent)),
    )
    return StoreError(what, remedy=say(N_("Make room on that file system, and run it again.")))


def spool_of(bench: Workbench, run_id: str) -> Path:
    """Name the directory in which a run keeps what it needs only until its end."""
    return bench.scratch / run_id


def new_run_id(bench: Workbench) -> str:
    """Make an id that sorts by time and cannot be guessed."""
    stamp = bench.now().strftime("%Y%m%dT%H%M%SZ")
    return f"{stamp}-{bench.entropy(5).hex()}"


def finish(
    bench: Workbench,
    subject: Subject,
    run: Running,
    conclusion: Conclusion,
    proven: Proven = (),
) -> Ended:
    """Write the end of a run once, and what it proved with it; a second call changes nothing."""
    if run.ended is not None:
        return run.ended
    body = {
        **conclusion.plain(),
        **_opening(subject),
        **run.body,
        "phases": run.phases,
        "milliseconds": run.elapsed(),
    }
    with bench.store.transaction() as transaction:
        record = transaction.append(_draft(bench, subject, run, "finished", body))
        transaction.finish_run(run.run_id, conclusion.verdict)
        if proven:
            transaction.prove(subject.job, proven, bench.now())
    run.ended = Ended(run_id=run.run_id, conclusion=conclusion, record=record)
    return run.ended


def _finish_unexplained(
    bench: Workbench, subject: Subject, run: Running, error: BaseException
) -> None:
    conclusion = unexplained(type(error).__name__)
    try:
        finish(bench, subject, run, conclusion)
    except (TypeError, ValueError):
        # What the record refuses may be what went wrong; an end without it is still an end.
        run.body.clear()
        finish(bench, subject, run, conclusion)


def _claim(bench: Workbench, subject: Subject, run: Running) -> Run:
    return Run(
        run_id=run.run_id,
        job=subject.job,
        kind=run.kind.value,
        started_at=bench.now(),
        holder=bench.process,
    )


def _opening(subject: Subject) -> dict[str, object]:
    return {
        "repository": subject.repository,
        "engine": subject.engine,
        "path_set": subject.path_set,
    }


def _draft(
    bench: Workbench, subject: Subject, run: Running, step: str, body: Mapping[str, object]
) -> Draft:
    return Draft(
        kind=RecordKind(f"{run.kind.value}.{step}"),
        job=subject.job,
        run_id=run.run_id,
        body=body,
        personal={"actor": bench.actor, "process": str(bench.process.pid)},
    )
