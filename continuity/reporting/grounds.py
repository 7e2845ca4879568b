"""What a report rests on, gathered from a workspace and its record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from continuity.config.responding import agreement_of, calendars_of
from continuity.config.workspace import Workspace
from continuity.domain.checkpoint import checkpoint_from_text, short_text_from_checkpoint
from continuity.domain.evidence import Record, RecordKind
from continuity.domain.failure import RecordError
from continuity.domain.incident import Incident
from continuity.domain.incident_clock import Term
from continuity.domain.outbox import TicketLink
from continuity.domain.period import Period, preceding
from continuity.domain.readiness import Checked, checked_from_records, why_unready
from continuity.domain.report_incidents import TermsOf
from continuity.domain.report_reading import Gathered, gather
from continuity.domain.report_ready import Book, ready_lines
from continuity.domain.reporting import Grounds
from continuity.domain.runbook import RunbookStatus
from continuity.domain.service_level import terms_of
from continuity.domain.text import N_, Message, say
from continuity.reporting.known import Known
from continuity.store.store import Store


def grounds_from(
    known: Known, period: Period, now: datetime, speak: Callable[[Message], str]
) -> Grounds:
    """Read record and incidents; ``speak`` words the problems of files."""
    workspace, store = known.workspace, known.store
    gathered, doubt = _gathered(store, period, preceding(period, known.portfolio.zone))
    incidents: tuple[Incident, ...] = ()
    tickets: tuple[TicketLink, ...] = ()
    checked: Mapping[str, Checked] = {}
    checkpoint = ""
    if store is not None:
        with store.reading() as reading:
            incidents = tuple(reading.incidents.all())
            tickets = tuple(reading.outbox.links())
        checkpoint = _latest_checkpoint(store)
        checked = checked_from_records(_Sound(records=store.records(kinds=[_CHECKED])))
    return Grounds(
        organisation=workspace.settings.organisation,
        portfolio=known.portfolio,
        gathered=gathered,
        incidents=incidents,
        tickets=tickets,
        terms_of=_terms(workspace, now) if incidents else lambda _incident: (),
        owners=_owners(workspace),
        unready=dict(_unready(workspace, checked)),
        readiness=ready_lines(_books(workspace), checked),
        problems=tuple(
            say("{problem}", problem=problem.rendered(speak)) for problem in known.problems
        ),
        doubt=known.doubt or doubt,
        checkpoint=checkpoint,
    )


_CHECKED = RecordKind.READINESS_CHECKED


@dataclass(kw_only=True, slots=True)
class _Sound:
    """Records up to the first that was altered; the rest is no evidence of anything."""

    records: Iterable[Record]
    doubt: Message | None = field(default=None)

    def __iter__(self) -> Iterator[Record]:
        try:
            yield from self.records
        except RecordError as error:
            self.doubt = error.what


def _gathered(
    store: Store | None, period: Period, before: Period
) -> tuple[Gathered, Message | None]:
    if store is None:
        return Gathered(), None
    sound = _Sound(records=store.records())
    gathered = gather(sound, period, before)
    return gathered, sound.doubt


def _latest_checkpoint(store: Store) -> str:
    """Give the latest checkpoint in its short form; one that cannot be read is none."""
    for signed in reversed(store.checkpoints()):
        try:
            return short_text_from_checkpoint(checkpoint_from_text(signed.text))
        except ValueError:
            continue
    return ""


def _terms(workspace: Workspace, now: datetime) -> TermsOf:
    agreement = agreement_of(workspace, calendars_of(workspace, now))

    def terms(incident: Incident) -> tuple[Term, ...]:
        system = workspace.systems.get(incident.system)
        return terms_of(agreement, incident.severity, None if system is None else system.rto)

    return terms


def _owners(workspace: Workspace) -> Mapping[str, str]:
    people = workspace.people
    return {
        name: people[system.owner].name if system.owner in people else system.owner
        for name, system in workspace.systems.items()
    }


def _books(workspace: Workspace) -> Iterator[Book]:
    for name, book in sorted(workspace.books.items()):
        if book.steps and book.front.status is RunbookStatus.ACTIVE:
            yield Book(name=name, title=book.front.title, hash=book.hash)


def _unready(workspace: Workspace, checked: Mapping[str, Checked]) -> Iterator[tuple[str, Message]]:
    for name, system in workspace.systems.items():
        book = None if system.runbook is None else workspace.books.get(system.runbook)
        if system.runbook is None:
            yield name, say(N_("No runbook is named for it."))
        elif book is None:
            yield name, say(N_("Its runbook {name} is not there."), name=system.runbook)
        elif book.front.status is not RunbookStatus.ACTIVE:
            yield name, say(N_("Its runbook {name} is not in use."), name=system.runbook)
        elif (why := why_unready(checked.get(system.runbook), book.hash)) is not None:
            yield name, why
