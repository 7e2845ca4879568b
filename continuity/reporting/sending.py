"""Send reports: what is due by cadence, what a new restore test calls for, and what is asked for.

All of it goes through the outbox, whose keys make sure that each reader gets each report once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from continuity.config.outlets import post_of
from continuity.domain.evidence import RecordKind
from continuity.domain.outbox import Notice
from continuity.domain.period import Period, period_from_text
from continuity.domain.report_calendar import due_reports
from continuity.domain.report_order import (
    REPORT,
    Order,
    key_of,
    marks_in,
    notice_of,
    orders_for,
)
from continuity.domain.report_wishes import CADENCES, Rhythm
from continuity.reporting.desk import ReportDesk
from continuity.reporting.expecting import (
    expected_of,
    note,
    noted,
    remember_deadlines,
    rows_of,
)
from continuity.reporting.posting import Press, sender_of
from continuity.reporting.signing import signed_digest
from continuity.workflows.delivering import Delivered, deliver

TESTS = "reports.tests"


def send_due_reports(desk: ReportDesk) -> Delivered:
    """Send what is due now, and try again what could not be sent before; safe to call often.

    Raises ConfigurationError where there is no channel, and what ``read_secret`` raises.
    """
    if not desk.sending.subscriptions:
        remember_deadlines(desk)
        return Delivered()
    queue(desk, orders_due(desk))
    _queue_tests(desk)
    try:
        return deliver_reports(desk)
    finally:
        remember_deadlines(desk)


def send_reports(desk: ReportDesk, orders: Iterable[Order]) -> Delivered:
    """Send reports that somebody asks for; what a reader has already is not sent again.

    What was refused before is tried again: whoever asks has mended what was wrong.
    """
    wanted = tuple(orders)
    queue(desk, wanted)
    with desk.store.transaction() as transaction:
        transaction.outbox.revive(map(key_of, wanted), desk.now())
    try:
        return deliver_reports(desk)
    finally:
        remember_deadlines(desk)


def deliver_reports(desk: ReportDesk) -> Delivered:
    """Try all reports that wait and are due for a try."""
    via = desk.via()
    post = post_of(desk.workspace, via, desk.means.environ, desk.now)
    press = Press(desk=desk, sign=partial(signed_digest, desk))
    return deliver(desk.store, {f"{REPORT}:{via}": sender_of(press, post)}, desk.now)


def queue(desk: ReportDesk, orders: Iterable[Order]) -> int:
    """Put orders into the outbox; one that is there already is not added. Gives how many were."""
    notices = _notices(desk, orders)
    if not notices:
        return 0
    with desk.store.transaction() as transaction:
        return transaction.outbox.queue(notices, desk.now())


def _notices(desk: ReportDesk, orders: Iterable[Order]) -> list[Notice]:
    make = partial(notice_of, via=desk.via(), now=desk.now())
    return [make(order) for order in orders]


def orders_due(desk: ReportDesk) -> tuple[Order, ...]:
    """Give what is due by cadence and was not handed over yet."""
    expected = expected_of(desk)
    sent = marks_in(rows_of(desk))
    due = due_reports(expected, sent, desk.clockwork, desk.now())
    return tuple(order for one in due for order in orders_of(desk, one.name, one.period))


def orders_of(desk: ReportDesk, name: str, period: Period, run: str = "") -> tuple[Order, ...]:
    """Give the orders of one subscription for a period or a restore test."""
    subscription = desk.sending.subscriptions[name]
    order = Order(
        name=name,
        to="",
        readers=(),
        copies=(),
        cadence=period.cadence,
        period=period.name,
        at=desk.sending.at,
        detail=subscription.detail,
        language=desk.language_of(subscription),
        files=subscription.files,
        run=run,
    )
    return orders_for(order, subscription.people)


def subscribed(desk: ReportDesk, period: Period, run: str) -> tuple[str, ...]:
    """Name who wants reports of such a period, or of restore tests."""
    return tuple(
        name
        for name, one in desk.sending.subscriptions.items()
        if (one.cadence is Rhythm.EACH_TEST if run else CADENCES.get(one.cadence) is period.cadence)
    )


def _queue_tests(desk: ReportDesk) -> None:
    """Queue a report of each restore test since the last time, and remember how far that was."""
    wanted = [
        name for name, one in desk.sending.subscriptions.items() if one.cadence is Rhythm.EACH_TEST
    ]
    if not wanted:
        return
    seen, end = noted(desk.store, TESTS), str(desk.store.head().sequence)
    # From before anybody wanted them, none is sent.
    after = {name: int(seen.get(name, end)) for name in wanted}
    orders = [order for name in wanted for order in _tests_after(desk, name, after[name])]
    ends = dict.fromkeys(wanted, end)
    if ends != seen:
        notices = _notices(desk, orders)
        with desk.store.transaction() as transaction:
            transaction.outbox.queue(notices, desk.now())
            note(transaction, TESTS, ends)


def _tests_after(desk: ReportDesk, name: str, after: int) -> Iterator[Order]:
    systems = desk.sending.subscriptions[name].systems
    jobs = desk.workspace.jobs
    for record in desk.store.records(after=after, kinds=(RecordKind.DRILL_FINISHED,)):
        job = jobs.get(record.job or "")
        mine = not systems or (job is not None and job.system in systems)
        if record.run_id and mine:
            day = day_of(record.recorded_at, desk.workspace.settings.zone)
            yield from orders_of(desk, name, day, record.run_id)


def day_of(moment: datetime, zone: str) -> Period:
    """Give the day of a moment."""
    return period_from_text(moment.astimezone(ZoneInfo(zone)).date().isoformat(), zone)
