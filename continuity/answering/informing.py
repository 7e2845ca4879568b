"""Gathers what must be on the screen before somebody decides: of a run, an incident or a system."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from continuity.answering.climbing import Climbing
from continuity.config.doors import doors_of
from continuity.config.opening import Means
from continuity.config.responding import calendars_of, duty_of, ladders_of
from continuity.config.storage import storage_from
from continuity.config.workspace import Workspace
from continuity.domain.affected import affected_systems
from continuity.domain.assessment import Assessment
from continuity.domain.calendar import ALWAYS, is_open
from continuity.domain.conduct_frontier import systems_in
from continuity.domain.duty import Duty, is_there, on_duty
from continuity.domain.fault_texts import FAULTS
from continuity.domain.incident import Incident
from continuity.domain.incident_clock import Reading
from continuity.domain.information_gathering import system_parts
from continuity.domain.information_pack import (
    ClockPart,
    ContractPart,
    IncidentPart,
    InformationPack,
    PersonPart,
    RepositoryPart,
)
from continuity.domain.portfolio import Portfolio
from continuity.domain.runbook import Role, Runbook
from continuity.domain.text import say, shown
from continuity.hosts.doors import open_doors
from continuity.store.store import Store

Judged = tuple[Portfolio, Assessment]


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """What somebody wants to know about: systems that are down, a runbook, an incident."""

    systems: tuple[str, ...] = ()
    book: Runbook | None = None
    incident: int = 0


@dataclass(kw_only=True)
class Inquiry:
    """Where the answers come from; ``judge`` gives plans and verdicts of now, ``ask`` tries doors.

    What public holidays and repositories say is asked for once.
    """

    means: Means
    store: Store
    now: Callable[[], datetime]
    judge: Callable[[], Judged]
    _duty: Duty | None = field(default=None)

    @property
    def workspace(self) -> Workspace:
        """What people wrote."""
        return self.means.workspace

    def pack(self, topic: Topic, *, doors: bool = True) -> InformationPack:
        """Gather it; without ``doors`` nobody asks for repositories.

        Raises ConfigurationError for systems that need each other in a circle.
        """
        portfolio, assessment = self.judge()
        with self.store.reading() as reading:
            found = reading.incidents.open()
        incident = next((one for one in found if one.number == topic.incident), None)
        hit = {*topic.systems, *self._hit(incident, found)}
        order = () if topic.book is None else topic.book.order
        affected = affected_systems(hit, portfolio.systems, [place.system for place in order])
        parts = system_parts(
            affected,
            assessment,
            portfolio.facts,
            {place.system: place.reason for place in order},
            {name: one.manual_alternative or "" for name, one in self.workspace.systems.items()},
        )
        repositories = tuple(dict.fromkeys(name for one in parts for name in one.repositories))
        return InformationPack(
            at=assessment.at,
            systems=parts,
            repositories=tuple(self._repositories(repositories, ask=doors)),
            incidents=tuple(_incidents(found, affected, repositories)),
            people=tuple(self._people(topic.book)),
            contracts=tuple(_contracts(topic.book)),
            clocks=() if incident is None else tuple(self._clocks(incident)),
        )

    def _hit(self, incident: Incident | None, others: Iterable[Incident]) -> set[str]:
        if incident is None:
            return set()
        spoken_for = [one for one in others if one.parent == incident.number]
        mine = {one.system for one in (incident, *spoken_for)} - {""}
        kept_there = {
            job.system
            for job in self.workspace.jobs.values()
            if not incident.system and job.repository == incident.repository
        }
        return mine | kept_there

    def _repositories(self, names: Iterable[str], *, ask: bool) -> Iterator[RepositoryPart]:
        doors = doors_of(self.workspace, self.means.hosts, names)
        found = open_doors(doors) if ask else dict.fromkeys(doors)
        for name in doors:
            site = storage_from(self.workspace, name).site
            yield RepositoryPart(name=name, site=site or "", reachable=found[name])

    def _people(self, book: Runbook | None) -> Iterator[PersonPart]:
        at = self.now()
        if self._duty is None:
            self._duty = duty_of(self.workspace, calendars_of(self.workspace, at))
        duty = self._duty
        for name, role in ({} if book is None else book.roles).items():
            for person in (role.primary, *role.deputies):
                yield self._person(person, name, present=_present(duty, role, person, at))
        for name in dict.fromkeys(one.role for one in duty.assignments):
            if book is None or name not in book.roles:
                for person in on_duty(duty, name, at):
                    yield self._person(person, name, present=True)

    def _person(self, person: str, role: str, *, present: bool) -> PersonPart:
        known = self.workspace.people.get(person)
        return PersonPart(
            person=person,
            name=person if known is None else known.name,
            role=role,
            side="" if known is None else known.side,
            phone="" if known is None else known.phone or "",
            present=present,
        )

    def _clocks(self, incident: Incident) -> Iterator[ClockPart]:
        climbing = Climbing(
            workspace=self.workspace, store=self.store, present=ladders_of(self.workspace)
        )
        for reading in climbing.prospect(incident, self.now()).readings:
            yield _clock(reading)


def topic_of_run(book: Runbook, incident: int) -> Topic:
    """Tell what a run is about."""
    return Topic(systems=systems_in(book), book=book, incident=incident)


def topic_of_incident(workspace: Workspace, incident: Incident) -> Topic:
    """Tell what an incident is about, by the runbook of its system."""
    book = _book_of(workspace, incident.system)
    return Topic(systems=(incident.system,), book=book, incident=incident.number)


def topic_of_system(workspace: Workspace, system: str) -> Topic:
    """Tell what is lost with a system, by its runbook."""
    return Topic(systems=(system,), book=_book_of(workspace, system))


def _book_of(workspace: Workspace, system: str) -> Runbook | None:
    known = workspace.systems.get(system)
    return None if known is None or known.runbook is None else workspace.runbooks.get(known.runbook)


def _present(duty: Duty, role: Role, person: str, at: datetime) -> bool:
    open_now = is_open(duty.calendars.get(role.hours, ALWAYS), at)
    return open_now and is_there(duty, person, at)


def _incidents(
    found: Iterable[Incident], systems: Iterable[str], repositories: Iterable[str]
) -> Iterator[IncidentPart]:
    wanted = set(systems), set(repositories)
    for one in found:
        if one.speaks and (one.system in wanted[0] or one.repository in wanted[1]):
            name = one.target.partition(":")[2] or one.target
            target = shown(name.encode("utf-8", "surrogateescape"))
            yield IncidentPart(
                number=one.number,
                severity=one.severity.value,
                state=one.state.value,
                title=say(FAULTS[one.kind].title, target=target),
                system=one.system,
                since=one.first_seen,
                drill=one.drill,
            )


def _contracts(book: Runbook | None) -> Iterator[ContractPart]:
    for one in () if book is None else book.prerequisites:
        if one.kind == "contract":
            yield ContractPart(what=one.what, where=one.where, phone=one.phone or "")


def _clock(reading: Reading) -> ClockPart:
    return ClockPart(
        clock=reading.term.clock.value,
        duty=reading.term.duty,
        elapsed=reading.elapsed,
        target=reading.term.target,
        due=reading.due,
        state="breached" if reading.breached else reading.hand.value,
    )
