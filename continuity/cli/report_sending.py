"""`continuity report`: send it to those who want it, or show what they would get."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from continuity.app import App, opened
from continuity.cli.columns import plain
from continuity.cli.language import _, plural, sentence
from continuity.cli.output import show, show_below, verdict_text
from continuity.cli.report_grounds import Wish, period_of
from continuity.cli.wording import size
from continuity.config.loading import REPORTS_FILE
from continuity.config.problem import Problem
from continuity.domain.document import Document
from continuity.domain.failure import ConfigurationError
from continuity.domain.outbox import OutboxRow, OutboxState
from continuity.domain.period import Cadence, Period
from continuity.domain.report_calendar import latest_slot
from continuity.domain.report_order import Order, key_of, order_from
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict, exit_code, worst
from continuity.reporting.desk import ReportDesk
from continuity.reporting.expecting import missed, rows_of
from continuity.reporting.posting import Press, envelope_of
from continuity.reporting.sending import (
    orders_due,
    orders_of,
    send_due_reports,
    send_reports,
    subscribed,
)
from continuity.service.report_desk import report_desk_of

_STATES = {
    OutboxState.CONFIRMED: (Verdict.PASS, N_("sent")),
    OutboxState.REJECTED: (Verdict.FAIL, N_("refused")),
    OutboxState.UNCERTAIN: (Verdict.INCONCLUSIVE, N_("may have arrived, and is tried again")),
    OutboxState.SENDING: (Verdict.INCONCLUSIVE, N_("is being sent")),
    OutboxState.QUEUED: (Verdict.INCONCLUSIVE, N_("could not be sent yet, and is tried again")),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Errand:
    """What is to be sent; ``due`` is what cadence says, ``preview`` shows it instead."""

    wish: Wish
    due: bool = False
    preview: bool = False


def send(root: Path, errand: Errand) -> int:
    """Send, or show, and tell what became of each; the exit code is that of the worst."""
    with opened(root) as app:
        desk = report_desk_of(app)
        left_out = _left_out(desk)
        orders = orders_due(desk) if errand.due else _orders(desk, app, errand.wish)
        if not orders and not errand.due and not left_out:
            what = say(N_("Nobody is to get such a report."))
            remedy = N_("Write who gets it under subscriptions in config/reports.yaml.")
            raise ConfigurationError(what, remedy=say(remedy))
        if errand.preview:
            _preview(desk, orders)
            return _exit_code(_tell_left_out(left_out))
        overdue = {due.mark for due in missed(desk)} if errand.due else set()
        before = {row.notice.key: row for row in rows_of(desk)}
        waiting = {key for key, row in before.items() if _concerns(row, overdue)}
        send_due_reports(desk) if errand.due else send_reports(desk, orders)
        wanted = {key_of(order) for order in orders} | waiting
        # A restore test that ended since the last time adds reports of its own.
        told = [
            row for row in rows_of(desk) if row.notice.key in wanted or row.notice.key not in before
        ]
        if not told and not left_out:
            show(_("Nothing is due."))
        return _exit_code([*_tell(app, told), *_tell_left_out(left_out)])


def _exit_code(verdicts: Iterable[Verdict]) -> int:
    """Give the code of the worst; where there was nothing to do, nothing is wrong."""
    return exit_code(worst((Verdict.PASS, *verdicts)))


def _left_out(desk: ReportDesk) -> tuple[Problem, ...]:
    """Give what is wrong with what is written about reports; such a report is never due."""
    return tuple(one for one in desk.known().problems if one.file == REPORTS_FILE)


def _tell_left_out(problems: Iterable[Problem]) -> Iterator[Verdict]:
    """Say which report reaches nobody, and why."""
    for problem in problems:
        what = _("Left out, so that nobody gets it: {problem}")
        written = plain(problem.rendered(sentence))
        show(f"{verdict_text(Verdict.INCONCLUSIVE, 12)}  {what.format(problem=written)}")
        show_below(_("What to do: correct it, and make sure: continuity check"), 14)
        yield Verdict.INCONCLUSIVE


def _concerns(row: OutboxRow, overdue: Collection[tuple[str, str]]) -> bool:
    """Tell what is told of beside what is sent now: what waits, and what was refused and missed."""
    refused = row.state is OutboxState.REJECTED
    return row.state in _WAITING or (refused and order_from(row.notice.payload).mark in overdue)


_WAITING = (OutboxState.QUEUED, OutboxState.UNCERTAIN, OutboxState.SENDING)


def _orders(desk: ReportDesk, app: App, wish: Wish) -> tuple[Order, ...]:
    period = _period(desk, app, wish)
    names = subscribed(desk, period, wish.run)
    return tuple(order for name in names for order in orders_of(desk, name, period, wish.run))


def _period(desk: ReportDesk, app: App, wish: Wish) -> Period:
    """Give the period; the last digest is the one that ends today, or did yesterday."""
    now = desk.now()
    if wish.cadence is Cadence.DAY and not wish.period and not wish.run:
        latest = latest_slot(Cadence.DAY, desk.clockwork, now)
        return latest.period
    return period_of(wish, app.bench.store, desk.workspace.settings.zone, now)


def _tell(app: App, rows: Iterable[OutboxRow]) -> Iterator[Verdict]:
    for row in rows:
        verdict, words = _STATES[row.state]
        order = order_from(row.notice.payload)
        line = _("{period} to {person} ({subscription}): {state}").format(
            period=plain(order.run or order.period),
            person=plain(order.to),
            subscription=plain(order.name),
            state=_(words),
        )
        show(f"{verdict_text(verdict, 12)}  {line}")
        if verdict is not Verdict.PASS:
            _show_reason(app, row)
        yield verdict


def _show_reason(app: App, row: OutboxRow) -> None:
    with app.bench.store.reading() as reading:
        tries = reading.outbox.attempts(row.notice.key)
    if tries and tries[-1].reason is not None:
        show_below(sentence(tries[-1].reason), 14)
        show_below(_remedy(row), 14)


def _remedy(row: OutboxRow) -> str:
    if row.state is not OutboxState.REJECTED:
        return _("What to do: continuity channels probe {name}").format(name=_via(row))
    order = order_from(row.notice.payload)
    about = f"--run {order.run}" if order.run else f"--period {order.period}"
    return _("What to do: correct it, and send it again: continuity report --send {about}").format(
        about=plain(about)
    )


def _via(row: OutboxRow) -> str:
    return plain(row.notice.lane.split(":")[1])


def _preview(desk: ReportDesk, orders: tuple[Order, ...]) -> None:
    """Show what each reader would get; those who get the same are named together."""
    press = Press(desk=desk)
    shown = {order.content: order for order in orders}
    for order in shown.values():
        readers = [one.to for one in orders if one.content == order.content]
        document = press.document(order, desk.sending.largest)
        for line in _previewed(desk, order, readers, document):
            show(line)
    show(
        plural("{count} mail would be sent.", "{count} mails would be sent.", len(orders)).format(
            count=len(orders)
        )
    )


def _previewed(
    desk: ReportDesk, order: Order, readers: list[str], document: Document
) -> Iterator[str]:
    envelope = envelope_of(desk, replace(order, to=readers[0]))
    addresses = () if envelope is None else (*envelope.readers, *envelope.copies)
    yield "=" * 78
    yield _("To: {addresses}").format(addresses=plain(", ".join(addresses)))
    yield _("Subject: {subject}").format(subject=plain(document.subject))
    for one in document.attachments:
        kind = _("shown inside") if one.shown_as else _("enclosed")
        yield _("File: {name}, {size}, {kind}").format(
            name=one.name, size=size(len(one.content)), kind=kind
        )
    yield ""
    yield document.text
