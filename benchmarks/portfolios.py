"""How fast `status` answers for many systems and much history."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from benchmarks.rows import Compared, Goal, Row
from benchmarks.running import in_turn, run
from benchmarks.tools import Bench, Workspace, write_workspace
from continuity.domain.clock import text_from_time
from continuity.domain.evidence import Draft, RecordKind
from continuity.store.store import open_store

_VERSION = 1
_SYSTEMS, _RUNS_EACH = 200, 20
_MANY_JOBS, _MANY_RUNS_EACH = 10_000, 100
_STATUS = Goal(bound=150)
_MANY = Goal(bound=1_000)
_BATCH = 5_000
_SPACING = timedelta(hours=6)
# A judgement that is not PASS is an answer as well; what is timed is the answer.
_ANSWERED = (0, 1, 3)


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How many systems, and how many runs of each."""

    systems: int
    runs_each: int

    @property
    def label(self) -> str:
        """Say it in a row."""
        return f"{self.systems:,} systems, {self.systems * self.runs_each:,} runs"


def measure_status(bench: Bench) -> Iterator[Row]:
    """Ask for the standing of 200 systems, as it is asked all day and as the first time."""
    size = Size(systems=_SYSTEMS, runs_each=_RUNS_EACH)
    workspace = recorded(bench, size)
    yield _asked(bench, workspace, size, ("status-200", _STATUS))
    yield _asked_anew(bench, workspace, size, "status-200-anew")


def measure_many(bench: Bench) -> Iterator[Row]:
    """Ask for the standing of ten thousand jobs with a million runs."""
    systems = max(round(_MANY_JOBS * bench.share), 1)
    size = Size(systems=systems, runs_each=_MANY_RUNS_EACH)
    workspace = recorded(bench, size)
    once = replace(bench, repetitions=1)
    yield _asked_anew(once, workspace, size, "status-many-anew")
    yield _asked(bench, workspace, size, ("status-many", _MANY))


def _asked(bench: Bench, workspace: Workspace, size: Size, asked: tuple[str, Goal]) -> Row:
    key, goal = asked
    took = in_turn(bench.repetitions, partial(_status, workspace), bare)
    return compared(key, f"continuity status, {size.label}", took).surplus(goal)


def _asked_anew(bench: Bench, workspace: Workspace, size: Size, key: str) -> Row:
    """Without what is remembered, everything written and recorded is read and verified."""

    def forgetful() -> float:
        shutil.rmtree(workspace.cache, ignore_errors=True)
        return _status(workspace)

    took = in_turn(bench.repetitions, forgetful, bare)
    return compared(key, f"continuity status, {size.label}, nothing remembered", took).surplus()


def compared(key: str, work: str, took: Sequence[tuple[float, ...]]) -> Compared:
    """Put what we took beside a bare interpreter."""
    return Compared(key=key, work=work, against="bare interpreter", ours=took[0], theirs=took[1])


def _status(workspace: Workspace) -> float:
    return workspace.run("status", good=_ANSWERED).seconds


def bare() -> float:
    """Start the interpreter and end it."""
    return run((sys.executable, "-c", "pass")).seconds


def recorded(bench: Bench, size: Size) -> Workspace:
    """Give a workspace of this size, made now unless it is in the cache."""
    place = bench.cache / "portfolios" / f"{size.systems}x{size.runs_each}-v{_VERSION}"
    if not place.is_dir():
        unfinished = place.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        names = [f"system-{number:05}" for number in range(size.systems)]
        sources = {name: Path("/srv") / name for name in names}
        write_workspace(unfinished, sources, engine="rsync")
        _record(unfinished, names, size.runs_each)
        unfinished.rename(place)
    return Workspace(root=place)


def _record(root: Path, names: list[str], runs_each: int) -> None:
    """Record the runs, in batches, the oldest first; each batch at the time of its last run."""
    (root / "state").mkdir(mode=0o700)
    moment = datetime.now(UTC) - _SPACING * runs_each

    with open_store(f"sqlite:///{root / 'state' / 'record.db'}", lambda: moment) as store:
        store.open_record("Bench")
        for turn in range(runs_each):
            moment += _SPACING
            drafts = (_draft(name, turn, moment) for name in names)
            while batch := tuple(islice(drafts, _BATCH)):
                store.append(*batch)


def _draft(name: str, turn: int, moment: datetime) -> Draft:
    """Draft the end of a backup, or of the restore test of one that follows it."""
    when = text_from_time(moment - _SPACING / 2)
    body: dict[str, object] = {
        "verdict": "PASS",
        "repository": name,
        "repository_id": f"id-{name}",
        "engine": "rsync",
        "tool": {"name": "rsync", "version": "3.5.0"},
        "point": {
            "id": f"{name}-{turn - turn % 2}",
            "data_time": when,
            "usable_time": when,
            "files": 100,
            "bytes": 10**9,
        },
        "phases": [{"name": "copy", "milliseconds": 1_000}],
        "milliseconds": 2_000,
    }
    kind = RecordKind.BACKUP_FINISHED
    if turn % 2:
        kind = RecordKind.DRILL_FINISHED
        body |= {
            "level": "L3",
            "full": False,
            "classes": {"match": 100},
            "restored": {"files": 100, "bytes": 10**8},
            "rto": {"kind": "SAMPLE", "milliseconds": 60_000},
        }
    return Draft(kind=kind, job=name, run_id=f"{name}-{turn}", body=body)
