"""What a report rests on, from what was asked for on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from continuity.app import portfolio_of, recorded
from continuity.cli.language import sentence
from continuity.domain.evidence import RecordKind
from continuity.domain.failure import ConfigurationError
from continuity.domain.period import Cadence, Period, period_before, period_from_text
from continuity.domain.reporting import Grounds
from continuity.domain.text import N_, say
from continuity.reporting.grounds import grounds_from
from continuity.reporting.known import Known
from continuity.store.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What somebody asks for: a period, or the day of a restore test."""

    cadence: Cadence = Cadence.MONTH
    period: str = ""
    run: str = ""


def grounds_of(root: Path, wish: Wish, now: datetime) -> tuple[Grounds, Period]:
    """Read plans, record and incidents. Raises as the opening of a workspace does."""
    standing = portfolio_of(root)
    with recorded(root) as (workspace, store):
        period = period_of(wish, store, standing.portfolio.zone, now)
        known = Known(
            workspace=workspace,
            store=store,
            portfolio=standing.portfolio,
            problems=standing.problems,
            doubt=standing.doubt,
        )
        return grounds_from(known, period, now, sentence), period


def period_of(wish: Wish, store: Store | None, zone: str, now: datetime) -> Period:
    """Give the period that is wished for. Raises ConfigurationError for none."""
    if wish.run:
        day = None if store is None else _day_of(store, wish.run, zone)
        if day is None:
            what = say(N_("No restore test {run} is recorded."), run=wish.run)
            remedy = say(N_("Take its id from the table of restore tests of a report."))
            raise ConfigurationError(what, remedy=remedy)
        return day
    if not wish.period:
        return period_before(now, wish.cadence, zone)
    try:
        return period_from_text(wish.period, zone)
    except ValueError as error:
        what = say(N_("{period} is no period."), period=wish.period)
        forms = N_("Write 2026, 2026-Q3, 2026-10, 2026-W42, 2026-10-05 or 2026-10-05..2026-10-18.")
        raise ConfigurationError(what, remedy=say(forms)) from error


def _day_of(store: Store, run: str, zone: str) -> Period | None:
    kinds = (RecordKind.DRILL_FINISHED,)
    for record in store.records(kinds=kinds, newest_first=True):
        if record.run_id == run:
            day = record.recorded_at.astimezone(ZoneInfo(zone)).date()
            return period_from_text(day.isoformat(), zone)
    return None
