"""How fast a month is reported on, in each form, for many systems."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from benchmarks.portfolios import Size, bare, compared, recorded
from benchmarks.rows import Goal, Row
from benchmarks.running import in_turn
from benchmarks.tools import Bench, Workspace

_SYSTEMS, _NIGHTS = 200, 60
_MANY, _FEW_NIGHTS = 10_000, 10
_QUICK = Goal(bound=3_000)
_PAPER = Goal(bound=15_000)
_LARGE = Goal(bound=10_000)
_MONTH = timedelta(days=31)
# A report that is not green is a report as well.
_ANSWERED = (0, 1, 3, 4)


def measure_reports(bench: Bench) -> Iterator[Row]:
    """Report on a month of 200 systems, each with a backup or a restore test twice a day."""
    size = Size(systems=max(round(_SYSTEMS * bench.share), 1), runs_each=_NIGHTS)
    workspace = recorded(bench, size)
    for form in ("json", "txt", "html", "pdf"):
        goal = _PAPER if form == "pdf" else _QUICK
        yield _made(bench, workspace, size, (form, goal))


def measure_large_reports(bench: Bench) -> Iterator[Row]:
    """Report on ten thousand jobs, as data and as text."""
    size = Size(systems=max(round(_MANY * bench.share), 1), runs_each=_FEW_NIGHTS)
    workspace = recorded(bench, size)
    for form in ("json", "txt"):
        yield _made(bench, workspace, size, (form, _LARGE))


def _made(bench: Bench, workspace: Workspace, size: Size, asked: tuple[str, Goal]) -> Row:
    form, goal = asked
    took = in_turn(bench.repetitions, partial(_report, bench, workspace, form), bare)
    key = f"report-{form}-{size.systems}"
    return compared(key, f"continuity report as {form}, {size.label}", took).surplus(goal)


def _report(bench: Bench, workspace: Workspace, form: str) -> float:
    today = datetime.now(UTC).date()
    period = f"{today - _MONTH}..{today}"
    target = str(bench.scratch / f"report.{form}")
    return workspace.run("report", "--period", period, "--to", target, good=_ANSWERED).seconds
