"""What is expected of each subscription, and what of it arrived."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from continuity.domain.clock import text_from_time, time_from_text
from continuity.domain.outbox import OutboxRow
from continuity.domain.report_calendar import (
    LOOKED_BACK,
    Due,
    Expected,
    missed_reports,
    next_deadline,
)
from continuity.domain.report_order import REPORT, arrived_in
from continuity.domain.report_signals import Arrivals
from continuity.domain.report_wishes import CADENCES
from continuity.reporting.desk import ReportDesk
from continuity.store.store import Store, Transaction
from continuity.workflows.facts import DEADLINES

SINCE = "reports.since"


def expected_of(desk: ReportDesk) -> tuple[Expected, ...]:
    """Tell what is expected; of what was never expected before, its time begins now."""
    now = desk.now()
    known = noted(desk.store, SINCE)
    fresh = dict(_since(desk, known, now))
    if fresh != known:
        with desk.store.transaction() as transaction:
            note(transaction, SINCE, fresh)
    return tuple(
        Expected(
            name=name,
            cadence=CADENCES[one.cadence],
            since=time_from_text(fresh[name].partition(" ")[2]),
        )
        for name, one in desk.sending.subscriptions.items()
        if one.cadence in CADENCES
    )


def _since(desk: ReportDesk, known: Mapping[str, str], now: datetime) -> Iterator[tuple[str, str]]:
    for name, one in desk.sending.subscriptions.items():
        was = known.get(name, "")
        # What comes at another rhythm is another promise.
        same = was.partition(" ")[0] == one.cadence.value
        yield name, was if same else f"{one.cadence.value} {text_from_time(now)}"


def rows_of(desk: ReportDesk) -> Sequence[OutboxRow]:
    """Give all that was to be sent lately."""
    with desk.store.reading() as reading:
        return reading.outbox.told_of(REPORT, desk.now() - LOOKED_BACK)


def arrivals_of(desk: ReportDesk) -> Arrivals:
    """Tell what is expected and what of it arrived."""
    return Arrivals(
        expected=expected_of(desk),
        arrived=arrived_in(rows_of(desk)),
        clockwork=desk.clockwork,
    )


def missed(desk: ReportDesk) -> tuple[Due, ...]:
    """Give every report that should have arrived and did not."""
    known = arrivals_of(desk)
    return missed_reports(known.expected, known.arrived, known.clockwork, desk.now())


def missed_by(desk: ReportDesk, name: str) -> tuple[Due, ...]:
    """Give those of one subscription."""
    return tuple(due for due in missed(desk) if due.name == name)


def remember_deadlines(desk: ReportDesk) -> None:
    """Note by when the next reports must have arrived, so that a look at a file can tell."""
    known, now = arrivals_of(desk), desk.now()
    deadlines = {one.name: text_from_time(_deadline(known, one, now)) for one in known.expected}
    if deadlines != noted(desk.store, DEADLINES):
        with desk.store.transaction() as transaction:
            note(transaction, DEADLINES, deadlines)


def _deadline(known: Arrivals, one: Expected, now: datetime) -> datetime:
    clockwork = known.clockwork
    # As seen from the end of its grace, what is due now is what must have arrived.
    for moment in (now, now + clockwork.grace):
        latest = known.overdue(one, moment)
        if latest is not None and latest.at <= now:
            return latest.at + clockwork.grace
    return next_deadline(one, clockwork, now)


def noted(store: Store, name: str) -> dict[str, str]:
    """Recall a table that was noted; empty where there is none."""
    found = json.loads(store.noted(name) or "{}")
    return {str(key): str(value) for key, value in found.items()} if found else {}


def note(transaction: Transaction, name: str, table: Mapping[str, str]) -> None:
    """Note a table."""
    transaction.note(name, json.dumps(table, sort_keys=True))
