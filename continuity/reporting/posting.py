"""Send one report to one reader: made when it is sent, from what the record holds then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from continuity.domain.advice_plain import plain_from_advice
from continuity.domain.delivery import Confirmed, Outcome, Rejected, Retryable, Uncertain
from continuity.domain.document import Document, Envelope
from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.failure import ConfigurationError, ContinuityError
from continuity.domain.outbox import OutboxRow
from continuity.domain.period import Period, period_from_text
from continuity.domain.report import Report
from continuity.domain.report_calendar import names_of, period_named
from continuity.domain.report_order import Order, order_from
from continuity.domain.reporting import report_on
from continuity.domain.text import N_, plain_from_message, say
from continuity.hosts.smtp import SIZE
from continuity.notify.channel import Post
from continuity.reporting.desk import ReportDesk
from continuity.reporting.expecting import missed_by
from continuity.reporting.grounds import grounds_from
from continuity.reporting.mailing import Material, document_from
from continuity.speech.speaker import speaker_of
from continuity.workflows.delivering import Sent

_UNKNOWN = say(N_("Who was to get this report is no longer among the people."))


@dataclass(kw_only=True)
class Press:
    """Makes reports, each once for all of its readers."""

    desk: ReportDesk
    sign: Callable[[Report], bytes] | None = None
    _documents: dict[tuple[Order, int], Document] = field(default_factory=dict)
    _reports: dict[tuple[Period, str], Report] = field(default_factory=dict)

    def document(self, order: Order, largest: int) -> Document:
        """Make what is sent. Raises ContinuityError when it cannot be made."""
        key = order.content, largest
        if key not in self._documents:
            missed = () if order.run else missed_by(self.desk, order.name)
            material = Material(
                report=self.report(order), order=order, missed=names_of(missed), sign=self.sign
            )
            self._documents[key] = document_from(material, largest)
        return self._documents[key]

    def report(self, order: Order) -> Report:
        """Make the report of an order."""
        period = self._period(order)
        found = self._reports.get((period, order.language))
        if found is None:
            now, speaker = self.desk.now(), speaker_of(order.language)
            grounds = grounds_from(self.desk.known(), period, now, speaker.sentence)
            found = report_on(grounds, period, now)
            self._reports[period, order.language] = found
        return found

    def _period(self, order: Order) -> Period:
        clockwork = self.desk.clockwork
        try:
            if order.run:
                return period_from_text(order.period, clockwork.zone)
            return period_named(order.period, order.cadence, clockwork)
        except ValueError as error:
            what = say(N_("{period} is no period."), period=order.period)
            raise ConfigurationError(what) from error


def sender_of(press: Press, post: Post) -> Callable[[OutboxRow], Sent]:
    """Give what sends the reports that wait."""

    def send(row: OutboxRow) -> Sent:
        try:
            order = order_from(row.notice.payload)
        except ValueError:
            return Sent(outcome=Rejected(reason=say(N_("What was to be sent is not understood."))))
        try:
            outcome, document = _sent(press, post, order)
        except ContinuityError as error:
            # What cannot be made today, because a file or the record is broken, may be tomorrow.
            return Sent(outcome=Retryable(reason=error.what))
        except Exception as error:  # noqa: BLE001 - one report that cannot be drawn stops no other
            what = N_("The report cannot be made, a defect of this program: {error}")
            return Sent(
                outcome=Retryable(reason=say(what, error=f"{type(error).__name__}: {error}"))
            )
        if isinstance(outcome, Retryable | Uncertain):
            return Sent(outcome=outcome)
        return Sent(outcome=outcome, record=_record(press, order, outcome, document))

    return send


def _sent(press: Press, post: Post, order: Order) -> tuple[Outcome, Document | None]:
    envelope = envelope_of(press.desk, order)
    if envelope is None:
        return Rejected(reason=_UNKNOWN), None
    document = press.document(order, press.desk.sending.largest)
    outcome = post(document, envelope)
    if isinstance(outcome, Rejected) and SIZE in outcome.fields:
        # The server takes less than people thought: better a mail without its files than none.
        document = press.document(order, 0)
        outcome = post(document, envelope)
    return outcome, document


def envelope_of(desk: ReportDesk, order: Order) -> Envelope | None:
    """Write the addresses as they are now; None when the reader has none any more."""
    addresses = {name: person.email or "" for name, person in desk.workspace.people.items()}
    to = addresses.get(order.to, "")
    if not to:
        return None
    return Envelope(
        to=to,
        readers=tuple(addresses[one] for one in order.readers if addresses.get(one)),
        copies=tuple(addresses[one] for one in order.copies if addresses.get(one)),
    )


def _record(press: Press, order: Order, outcome: Outcome, document: Document | None) -> Draft:
    body: dict[str, object] = {
        "subscription": order.name,
        "cadence": order.cadence.value,
        "period": order.period,
        "detail": order.detail.value,
        "language": order.language,
        "outcome": type(outcome).__name__.lower(),
        "rests_on": press.desk.store.head().sequence,
    }
    if order.run:
        body["run"] = order.run
    if document is not None:
        body["files"] = [one.name for one in document.attachments if not one.shown_as]
    if isinstance(outcome, Confirmed):
        body["message"] = outcome.id
        if not order.run:
            # The next report tells what became of it, whatever was planned otherwise meanwhile.
            body["advice"] = plain_from_advice(press.report(order).advice)
    else:
        body["reason"] = plain_from_message(outcome.reason)
    return Draft(kind=RecordKind.REPORT_SENT, body=body, personal={"to": order.to})
