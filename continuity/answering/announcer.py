"""Whom a step of a runbook means, and by which ways out they are reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from continuity.config.outlets import outlet_kinds
from continuity.config.responding import calendars_of, duty_of
from continuity.config.workspace import Workspace
from continuity.domain.duty import Duty, first_there, on_duty
from continuity.domain.incident_plain import local_number
from continuity.domain.ladder import Recipient, Whom
from continuity.domain.runbook import Runbook
from continuity.domain.ticket import Severity
from continuity.notify.channel import ChannelKind
from continuity.store.store import Store
from continuity.workflows.hands import Telling
from continuity.workflows.words import Told, Way, Word, notices_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcer:
    """Queues what runs of runbooks tell, on the lanes of a workspace."""

    workspace: Workspace
    store: Store
    now: Callable[[], datetime]

    def tell(self, telling: Telling) -> Told:
        """Queue it for everybody who is meant; a word that is queued already stays as it is."""
        people = tuple(dict.fromkeys(self._people(telling)))
        ways = tuple(self._ways(telling, people))
        public = any(not way.person for way in ways)
        reached = {way.person for way in ways}
        missed = () if public else tuple(one for one in people if one not in reached)
        with self.store.transaction() as transaction:
            transaction.outbox.queue(notices_of(self._word(telling), ways, self.now()), self.now())
        return Told(ways=ways, missed=missed)

    def _people(self, telling: Telling) -> Iterator[str]:
        duty = duty_of(self.workspace, calendars_of(self.workspace, self.now()))
        for recipient in telling.audience:
            yield from _meant(recipient, telling.front, duty, self.now())

    def _ways(self, telling: Telling, people: tuple[str, ...]) -> Iterator[Way]:
        for name, outlet in sorted(self.workspace.outlets.items()):
            kind = outlet_kinds()[outlet.kind]
            wanted = not telling.channels or name in telling.channels
            if not isinstance(kind, ChannelKind) or not wanted:
                continue
            if telling.conduct.drill and not outlet.drills:
                continue
            if kind.personal:
                yield from (Way(outlet=name, person=one) for one in people if self._address(one))
            else:
                yield Way(outlet=name)

    def _address(self, person: str) -> str:
        known = self.workspace.people.get(person)
        return "" if known is None else known.email or ""

    def _word(self, telling: Telling) -> Word:
        conduct = telling.conduct
        with self.store.reading() as reading:
            incident = reading.incidents.find(conduct.incident) if conduct.incident else None
        return Word(
            key=telling.key,
            run=conduct.run,
            title=telling.front.title,
            text=telling.text,
            drill=conduct.drill,
            incident=conduct.incident,
            number="" if incident is None else local_number(incident.number),
            severity=(Severity.S3 if incident is None else incident.severity).value,
        )


def _meant(recipient: Recipient, front: Runbook, duty: Duty, at: datetime) -> tuple[str, ...]:
    """Name who is meant: of a role of the runbook the first who is there, and if none, all."""
    match recipient.whom:
        case Whom.PERSON:
            return (recipient.name,)
        case Whom.OWNER:
            both = tuple(one for one in (front.owner, front.deputy) if one)
            return first_there(duty, both, at) or both
        case Whom.EVERYONE:
            return tuple(
                person for part in front.roles.values() for person in (part.primary, *part.deputies)
            )
        case Whom.ROLE:
            part = front.roles.get(recipient.name)
            if part is None:
                return on_duty(duty, recipient.name, at)
            people = (part.primary, *part.deputies)
            return first_there(duty, people, at) or people
