"""The table as it is printed, one row when it is measured."""

from __future__ import annotations

from benchmarks.rows import Goal, Row

_LAYOUT = "{0:<62} {1:<40} {2:>9} {3:>9} {4:>20} {5:>7}  {6}"


def heading() -> str:
    """Give the first line."""
    return _LAYOUT.format("Work", "Against", "ours", "theirs", "figure", "goal", "verdict")


def line(row: Row) -> str:
    """Give the line of one row."""
    figure = "-" if row.figure is None else f"{row.figure:,.{_digits(row)}f} {row.unit}"
    text = _LAYOUT.format(
        row.work,
        row.against or "-",
        _seconds(row.ours),
        _seconds(row.theirs),
        figure,
        "-" if row.goal is None else _bound(row.goal),
        row.verdict,
    )
    return f"{text}: {row.note}" if row.note else text


def _digits(row: Row) -> int:
    return 2 if row.unit.startswith("times") else 0


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f} s"


def _bound(goal: Goal) -> str:
    return f"{'≥' if goal.at_least else '≤'} {goal.bound:g}"
