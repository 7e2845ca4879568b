"""Runs of runbooks as a report shows them: what people needed, and what was really lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.conducted import Conducted
from continuity.domain.period import Period


@dataclass(frozen=True, kw_only=True, slots=True)
class ConductedLine:
    """One run of a runbook that ended in the period.

    ``took`` is from the impact to the service verified, by its parts; ``measured`` says that a
    recovery was timed, so that it counts for what recovery takes. ``lost`` is how much older the
    restored data was than the impact, None where nothing was restored.
    """

    run: str
    runbook: str
    mode: str
    drill: bool
    outcome: str
    ended_at: datetime
    systems: tuple[str, ...]
    incident: int
    measured: bool
    took: timedelta
    before: timedelta
    people: timedelta
    timers: timedelta
    restore: timedelta
    verify: timedelta
    programs: timedelta
    lost: timedelta | None


def conducted_lines(conducted: Iterable[Conducted], period: Period) -> tuple[ConductedLine, ...]:
    """Give those that ended in a period, the oldest first."""
    return tuple(_line(one) for one in conducted if period.holds(one.at))


def _line(one: Conducted) -> ConductedLine:
    return ConductedLine(
        run=one.run,
        runbook=one.runbook,
        mode=one.mode,
        drill=one.drill,
        outcome=one.outcome,
        ended_at=one.at,
        systems=one.systems,
        incident=one.incident,
        measured=one.measured,
        took=one.time,
        before=_span(one.before),
        people=_span(one.people),
        timers=_span(one.timers),
        restore=_span(one.restore),
        verify=_span(one.verify),
        programs=_span(one.programs),
        lost=None if one.lost is None else _span(one.lost),
    )


def _span(milliseconds: int) -> timedelta:
    return timedelta(milliseconds=milliseconds)
