"""A report as JSON, for programs and for who looks into it."""

from __future__ import annotations

from collections.abc import Callable

from continuity.domain.report import Report
from continuity.domain.report_plain import plain_from_report
from continuity.domain.text import Message


def json_from_report(report: Report, speak: Callable[[Message], str]) -> bytes:
    """Write it in lines; the same report gives the same bytes."""
    import msgspec  # here, because only who writes JSON of thousands of runs needs its speed

    return (
        msgspec.json.format(msgspec.json.encode(plain_from_report(report, speak)), indent=2) + b"\n"
    )
