"""What is told outside, by every channel and ticket system of a workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from continuity.answering.climbing import climbing_of
from continuity.config.opening import Means
from continuity.config.outlets import channels_of, trackers_of
from continuity.config.workspace import Workspace
from continuity.domain.announcing import TICKET
from continuity.domain.assessment import Assessment, SystemAssessment
from continuity.domain.escalation import everybody_told
from continuity.domain.incident import Event, Incident
from continuity.domain.observing import job_in
from continuity.domain.offering import Concern, runbook_offered
from continuity.domain.outbox import SAID, OutboxRow, TicketLink
from continuity.domain.plain import mapping_in, text_in
from continuity.speech.speaker import Speaker, speaker_of
from continuity.store.store import Store
from continuity.workflows.circumstances import Circumstances
from continuity.workflows.delivering import Delivered, Send, deliver
from continuity.workflows.enclosing import line_in
from continuity.workflows.notifying import Outward, Reader, sender_by
from continuity.workflows.polling import Polled, poll
from continuity.workflows.responding import Desk
from continuity.workflows.ticketing import Tracker, sender_to
from continuity.workflows.words import TO


@dataclass(frozen=True)
class Outside:
    """The ways out of a workspace; letters are written from ``assess``, when they are sent."""

    means: Means
    store: Store
    now: Callable[[], datetime]
    assess: Callable[[], Assessment]

    @property
    def workspace(self) -> Workspace:
        """What people wrote."""
        return self.means.workspace

    def deliver(self) -> Delivered:
        """Send what is due. Raises what ``read_secret`` raises."""
        if not self.workspace.outlets:
            return Delivered()
        return deliver(self.store, dict(self._senders()), self.now)

    def listen(self, desk: Desk) -> Polled:
        """Hear what was done in tickets. Raises what ``read_secret`` raises."""
        with self.store.reading() as reading:
            if not reading.outbox.links():
                return Polled()
        opened = trackers_of(self.workspace, self.means.environ, self.now)
        return poll(desk, {f"{TICKET}:{name}": system for name, system in opened})

    def _senders(self) -> Iterator[tuple[str, Send]]:
        for name, system in trackers_of(self.workspace, self.means.environ, self.now):
            tracker = Tracker(
                name=name,
                system=system,
                speaker=self._speaker(self.workspace.outlets[name].language),
                tell=self._tell,
                link_of=self._link,
                asset=self._asset,
                line_of=line_in(self.store),
            )
            yield tracker.lane, sender_to(tracker)
        for name, kind, channel in channels_of(self.workspace, self.means.environ, self.now):
            outward = Outward(
                name=name,
                channel=channel,
                speaker=self._speaker(self.workspace.outlets[name].language),
                tell=self._tell,
                readers=self._readers if kind.personal else None,
                person=self._person,
                footer=self._footer,
            )
            yield outward.lane, sender_by(outward)

    def _tell(self, row: OutboxRow) -> Circumstances:
        incident = self._incident(row)
        with self.store.reading() as reading:
            spoken_for = sum(one.parent == incident.number for one in reading.incidents.open())
        settings, head = self.workspace.settings, self.store.head()
        return Circumstances(
            incident=incident,
            organisation=settings.organisation,
            at=self.now(),
            zone=settings.zone,
            system=self._judged(incident.system),
            holder=_name(self.workspace, incident.holder),
            runbook=runbook_for(self.workspace, incident),
            checkpoint=f"{head.sequence} {head.hash[:16]}",
            spoken_for=spoken_for,
        )

    @cached_property
    def _systems(self) -> Mapping[str, SystemAssessment]:
        return {one.plan.name: one for one in self.assess().systems}

    def _judged(self, system: str) -> SystemAssessment | None:
        return self._systems.get(system)

    def _link(self, incident: int, lane: str) -> TicketLink | None:
        with self.store.reading() as reading:
            links = reading.outbox.links(incident)
        return next((one for one in links if one.lane == lane), None)

    def _asset(self, system: str) -> str:
        known = self.workspace.systems.get(system)
        return "" if known is None else known.asset or ""

    def _readers(self, row: OutboxRow) -> Iterable[Reader]:
        """Give who is called by this row, or who was ever called for its incident."""
        for name, acts in (self._called(row) or self._called_before(row)).items():
            address = _address(self.workspace, name)
            if address:
                speaker = self._speaker(self.workspace.people[name].language)
                yield Reader(name=name, address=address, speaker=speaker, acts=acts)

    def _person(self, name: str) -> tuple[str, Speaker] | None:
        address = _address(self.workspace, name)
        if not address:
            return None
        return address, self._speaker(self.workspace.people[name].language)

    def _footer(self) -> str:
        head = self.store.head()
        return f"{self.workspace.settings.organisation} · {head.sequence} {head.hash[:16]}"

    def _called(self, row: OutboxRow) -> Mapping[str, bool]:
        if row.notice.event != Event.ESCALATED:
            return {}
        return self._by_rung(row, text_in(mapping_in(row.notice.payload, "details"), "rung"))

    def _called_before(self, row: OutboxRow) -> Mapping[str, bool]:
        with self.store.reading() as reading:
            rows = reading.outbox.of(row.notice.incident)
        told = [one.notice.payload.get(TO) for one in rows if one.notice.event != SAID]
        incident = self._incident(row)
        names = {one for one in told if isinstance(one, str)}
        if row.notice.event == Event.REOPENED and incident.holder:
            names.add(incident.holder)
        before = {one: _acts_again(row, incident, one) for one in sorted(names)}
        if before or not incident.speaks or not incident.rungs:
            return before
        # It became grave enough for this way only now.
        return self._by_rung(row, incident.rungs[-1])

    def _by_rung(self, row: OutboxRow, rung: str) -> Mapping[str, bool]:
        climbing = climbing_of(self.workspace, self.store)
        call = climbing.called(self._incident(row), rung, self.now())
        return {} if call is None else {one.person: one.acts for one in everybody_told([call])}

    def _incident(self, row: OutboxRow) -> Incident:
        with self.store.reading() as reading:
            incident = reading.incidents.find(row.notice.incident)
        if incident is None:
            raise LookupError(f"no incident {row.notice.incident}")
        return incident

    def _speaker(self, language: str | None) -> Speaker:
        return speaker_of(language or self.workspace.settings.language)


def _acts_again(row: OutboxRow, incident: Incident, person: str) -> bool:
    """Tell whether somebody is to act on what came back: whoever had it, or all if nobody had."""
    return row.notice.event == Event.REOPENED and incident.holder in ("", person)


def _address(workspace: Workspace, person: str) -> str:
    known = workspace.people.get(person)
    return "" if known is None or known.email is None else known.email


def _name(workspace: Workspace, holder: str) -> str:
    known = workspace.people.get(holder)
    return holder if known is None else known.name


def runbook_for(workspace: Workspace, incident: Incident) -> str:
    """Name the runbook that is offered for an incident; empty where none is about it."""
    job = workspace.jobs.get(job_in(incident.target))
    system = workspace.systems.get(incident.system)
    concern = Concern(
        incident=incident,
        job="" if job is None else job.name,
        host="" if job is None else job.source.host,
        of_job=None if job is None else job.runbook,
        of_system=None if system is None else system.runbook,
    )
    return runbook_offered(workspace.runbooks, concern)
