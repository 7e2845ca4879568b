"""One incident, one ticket: made once, found again when nobody knows whether it was, followed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from continuity.domain.delivery import Confirmed, Outcome, Rejected, Retryable, Uncertain
from continuity.domain.failure import AuthenticationError, ContinuityError
from continuity.domain.incident import State
from continuity.domain.outbox import OutboxRow, OutboxState, TicketLink
from continuity.domain.remote_news import OVER
from continuity.domain.text import N_, say
from continuity.domain.ticket import TicketRef, TicketState
from continuity.speech.speaker import Speaker
from continuity.tickets.ticket import TicketSystem
from continuity.workflows.circumstances import Circumstances
from continuity.workflows.delivering import Send, Sent
from continuity.workflows.enclosing import ENCLOSED, LineOf, enclose, enclosures
from continuity.workflows.letters import body_of, draft_from, letter_from

# How long a ticket just made may stay unfound in a system whose search lags behind.
_LAG = timedelta(minutes=5)

_STATES = {
    State.PENDING: TicketState.OPEN,
    State.OPEN: TicketState.OPEN,
    State.ACKNOWLEDGED: TicketState.OPEN,
    State.IN_PROGRESS: TicketState.IN_PROGRESS,
    State.ON_HOLD: TicketState.ON_HOLD,
    State.MITIGATED: TicketState.MITIGATED,
    State.RESOLVED: TicketState.RESOLVED,
    State.CLOSED: TicketState.CLOSED,
    State.CANCELLED: TicketState.CANCELLED,
}

_FINAL = frozenset(
    state.value for state in (TicketState.CLOSED, TicketState.CANCELLED, TicketState.DUPLICATE)
)

ASKED, FAILED_AGAIN = "asked", "failed-again"
"""Events of notices to whoever ended a ticket: asked for the reason, and told that it failed."""

_SAID = {
    ASKED: N_(
        "This ticket was ended here, but the check that found the failure has not passed since."
        " What was done? Please write it here. A test of the same kind is queued: when it passes,"
        " the incident is over. It can be run now: continuity incidents retest {number}"
    ),
    FAILED_AGAIN: N_(
        "The test that was to show that it is over has failed, so the ticket is opened again."
        " All that is known: continuity incidents show {number}"
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tracker:
    """A ticket system as incidents use it.

    ``tell`` gives what is known of a row's incident now, ``link_of`` the ticket it has already.
    ``asset`` gives the id of its system in the company's inventory, ``line_of`` what is recorded.
    """

    name: str
    system: TicketSystem
    speaker: Speaker
    tell: Callable[[OutboxRow], Circumstances]
    link_of: Callable[[int, str], TicketLink | None]
    asset: Callable[[str], str] = lambda _system: ""
    line_of: LineOf = lambda _sequence: None

    @property
    def lane(self) -> str:
        """The lane of its notices."""
        return f"ticket:{self.name}"


def sender_to(tracker: Tracker) -> Send:
    """Give what sends the notices of one ticket system."""

    def send(row: OutboxRow) -> Sent:
        link = tracker.link_of(row.notice.incident, tracker.lane)
        if row.notice.event == ENCLOSED:
            return Sent(outcome=_enclosed(tracker, row, link))
        circumstances = tracker.tell(row)
        if link is None or not link.remote_id:
            sent = _make(tracker, row, circumstances)
        else:
            sent = _follow(tracker, row, circumstances, link)
        if not isinstance(sent.outcome, Confirmed):
            return sent
        most = tracker.system.abilities.attachment_bytes
        return replace(sent, more=enclosures(row, circumstances.incident, tracker.lane, most))

    return send


def _enclosed(tracker: Tracker, row: OutboxRow, link: TicketLink | None) -> Outcome:
    if link is None or not link.remote_id:
        return Retryable(reason=say(N_("The ticket is not there yet.")))
    return enclose(row, tracker.system, ref_of(link), tracker.line_of)


def _make(tracker: Tracker, row: OutboxRow, circumstances: Circumstances) -> Sent:
    draft = draft_from(
        circumstances, tracker.speaker, asset=tracker.asset(circumstances.incident.system)
    )
    # It may be there already: from a try whose answer was lost, or from before the state was put
    # back from a copy.
    outcome = _found(tracker, draft.marker)
    if outcome is None and _may_hide(tracker, row, circumstances):
        outcome = Uncertain(reason=say(N_("It may have been made, and cannot be found yet.")))
    if outcome is None:
        outcome = tracker.system.create(draft)
    link = TicketLink(
        incident=row.notice.incident,
        lane=tracker.lane,
        marker=draft.marker,
        last_error=None if isinstance(outcome, Confirmed) else outcome.reason,
    )
    if not isinstance(outcome, Confirmed):
        return Sent(outcome=outcome, link=link)
    made = replace(
        link,
        remote_id=outcome.id,
        remote_key=outcome.key,
        remote_url=outcome.url,
        remote_state=TicketState.OPEN.value,
    )
    return _moved(tracker, circumstances, made, outcome)


def _may_hide(tracker: Tracker, row: OutboxRow, circumstances: Circumstances) -> bool:
    doubted = row.state is OutboxState.UNCERTAIN and tracker.system.abilities.lagging_find
    # A system without a search gives no answer either; there the marker is for people.
    return doubted and circumstances.at - row.notice.due_at < _LAG


def _found(tracker: Tracker, marker: str) -> Outcome | None:
    if tracker.system.abilities.idempotent:
        return None
    try:
        refs = tracker.system.find(marker)
    except AuthenticationError as error:
        return Rejected(reason=error.what)
    except ContinuityError as error:
        return Retryable(reason=error.what)
    return Confirmed(id=refs[0].id, key=refs[0].key, url=refs[0].url) if refs else None


def _follow(
    tracker: Tracker, row: OutboxRow, circumstances: Circumstances, link: TicketLink
) -> Sent:
    outcome = _told(tracker, row, circumstances, link)
    if not isinstance(outcome, Confirmed):
        return Sent(outcome=outcome, link=replace(link, last_error=outcome.reason))
    if row.notice.event == ASKED and not circumstances.recovered:
        # Whoever ended it may be right: it is opened again when a test says otherwise.
        return Sent(outcome=outcome, link=link)
    return _moved(tracker, circumstances, link, outcome)


def _told(
    tracker: Tracker, row: OutboxRow, circumstances: Circumstances, link: TicketLink
) -> Outcome:
    if not tracker.system.abilities.notes:
        return Confirmed(id=link.remote_id, key=link.remote_key, url=link.remote_url)
    text = _text(tracker, row, circumstances)
    return tracker.system.comment(ref_of(link), text, row.notice.key)


def _text(tracker: Tracker, row: OutboxRow, circumstances: Circumstances) -> str:
    said, number = _SAID.get(row.notice.event), circumstances.incident.number
    if said is not None and not circumstances.recovered:
        return tracker.speaker.sentence(say(said, number=number))
    letter = letter_from(circumstances, tracker.speaker, key=row.notice.key)
    return body_of(letter, tracker.speaker)


def _moved(
    tracker: Tracker, circumstances: Circumstances, link: TicketLink, said: Confirmed
) -> Sent:
    wanted = _STATES[circumstances.incident.state]
    if link.remote_state == wanted.value or _is_over_for_good(wanted, link.remote_state):
        outcome: Outcome = said
    else:
        letter = letter_from(circumstances, tracker.speaker, key="")
        # A system that knows its own notes again must not take the second cycle's for the first's.
        version = circumstances.incident.version
        note = f"{letter.doing} ({circumstances.number}, {version})"
        outcome = tracker.system.move(ref_of(link), wanted, note)
    if not isinstance(outcome, Confirmed):
        # The ticket is there, which must not be forgotten.
        return Sent(outcome=outcome, link=replace(link, last_error=outcome.reason))
    pushed = replace(
        link,
        remote_state=wanted.value,
        pushed_version=circumstances.incident.version,
        last_error=None,
    )
    return Sent(outcome=said, link=pushed)


def _is_over_for_good(wanted: TicketState, there: str) -> bool:
    """Tell an end that somebody gave a ticket there, which ours would only contradict."""
    return wanted in OVER and there in _FINAL


def ref_of(link: TicketLink) -> TicketRef:
    """Name a ticket as its system does."""
    return TicketRef(id=link.remote_id, key=link.remote_key, url=link.remote_url)
