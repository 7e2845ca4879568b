"""What a report rests on, gathered from a workspace and its record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from continuity.app import portfolio_of, recorded
from continuity.cli.language import sentence
from continuity.config.responding import agreement_of, calendars_of
from continuity.config.workspace import Workspace
from continuity.domain.checkpoint import checkpoint_from_text, short_text_from_checkpoint
from continuity.domain.evidence import Record, RecordKind
from continuity.domain.failure import ConfigurationError, RecordError
from continuity.domain.incident import Incident
from continuity.domain.incident_clock import Term
from continuity.domain.period import Cadence, Period, period_before, period_from_text, preceding
from continuity.domain.report_incidents import TermsOf
from continuity.domain.report_reading import Gathered, gather
from continuity.domain.reporting import Grounds
from continuity.domain.runbook import RunbookStatus
from continuity.domain.service_level import terms_of
from continuity.domain.text import N_, Message, say
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
    zone = standing.portfolio.zone
    with recorded(root) as (workspace, store):
        period = _period(wish, store, zone, now)
        gathered, doubt = _gathered(store, period, preceding(period, zone))
        incidents: tuple[Incident, ...] = ()
        checkpoint = ""
        if store is not None:
            with store.reading() as reading:
                incidents = tuple(reading.incidents.all())
            checkpoint = _latest_checkpoint(store)
    return Grounds(
        organisation=workspace.settings.organisation,
        portfolio=standing.portfolio,
        gathered=gathered,
        incidents=incidents,
        terms_of=_terms(workspace, now) if incidents else lambda _incident: (),
        owners=_owners(workspace),
        unready=dict(_unready(workspace)),
        problems=tuple(
            say("{problem}", problem=problem.rendered(sentence)) for problem in standing.problems
        ),
        doubt=standing.doubt or doubt,
        checkpoint=checkpoint,
    ), period


def _period(wish: Wish, store: Store | None, zone: str, now: datetime) -> Period:
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
        forms = N_("Write 2026, 2026-Q3, 2026-10, 2026-10-05 or 2026-10-05..2026-10-18.")
        raise ConfigurationError(what, remedy=say(forms)) from error


def _day_of(store: Store, run: str, zone: str) -> Period | None:
    kinds = (RecordKind.DRILL_FINISHED,)
    for record in store.records(kinds=kinds, newest_first=True):
        if record.run_id == run:
            day = record.recorded_at.astimezone(ZoneInfo(zone)).date()
            return period_from_text(day.isoformat(), zone)
    return None


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


def _unready(workspace: Workspace) -> Iterator[tuple[str, Message]]:
    for name, system in workspace.systems.items():
        book = None if system.runbook is None else workspace.runbooks.get(system.runbook)
        if system.runbook is None:
            yield name, say(N_("No runbook is named for it."))
        elif book is None:
            yield name, say(N_("Its runbook {name} is not there."), name=system.runbook)
        elif book.status is not RunbookStatus.ACTIVE:
            yield name, say(N_("Its runbook {name} is not in use."), name=system.runbook)
