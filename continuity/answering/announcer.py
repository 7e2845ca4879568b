"""Whom a step of a runbook means, and by which ways out they are reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from continuity.config.outlets import outlet_kinds
from continuity.config.responding import calendars_of, duty_of
from continuity.config.workspace import Workspace
from continuity.domain.conduct import Conduct, Entry
from continuity.domain.conduct_calling import Call, Onlookers, call_of
from continuity.domain.conduct_frontier import Stand
from continuity.domain.duty import Duty, first_there, on_duty
from continuity.domain.incident_plain import local_number
from continuity.domain.ladder import Recipient, Whom
from continuity.domain.outbox import Notice
from continuity.domain.runbook import Runbook
from continuity.domain.text import Message
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
        ways = tuple(self._ways(people, telling.channels, drill=telling.conduct.drill))
        public = any(not way.person for way in ways)
        reached = {way.person for way in ways}
        missed = () if public else tuple(one for one in people if one not in reached)
        word = self._word(telling.key, telling.text, telling.front, telling.conduct)
        with self.store.transaction() as transaction:
            transaction.outbox.queue(notices_of(word, ways, self.now()), self.now())
        return Told(ways=ways, missed=missed)

    def call(
        self, stand: Stand, entry: Entry, present: frozenset[str], *, alone: bool = False
    ) -> Iterator[Notice]:
        """Give what calls people because of an entry."""
        zone = self.workspace.settings.zone
        called = call_of(stand, entry, Onlookers(alone=alone, present=present, zone=zone))
        if called is not None:
            yield from self.notices(called, stand)

    def notices(self, called: Call, stand: Stand) -> Iterator[Notice]:
        """Give what brings a call to people; to who answers for the book, where nobody else is."""
        front, conduct = stand.document.front, stand.conduct
        people = tuple(one for one in called.people if self._address(one))
        owners = tuple(one for one in (front.owner, front.deputy) if one)
        ways = tuple(self._ways(people or owners, (), drill=conduct.drill))
        word = self._word(called.key, called.said, front, conduct)
        yield from notices_of(word, ways, self.now())

    def _people(self, telling: Telling) -> Iterator[str]:
        duty = duty_of(self.workspace, calendars_of(self.workspace, self.now()))
        for recipient in telling.audience:
            yield from _meant(recipient, telling.front, duty, self.now())

    def _ways(
        self, people: tuple[str, ...], channels: tuple[str, ...], *, drill: bool
    ) -> Iterator[Way]:
        # What hears that the service lives would take any other word for its end.
        alive = self.workspace.settings.service.heartbeat
        for name, outlet in sorted(self.workspace.outlets.items()):
            kind = outlet_kinds()[outlet.kind]
            wanted = name in channels if channels else name != alive
            if not isinstance(kind, ChannelKind) or not wanted:
                continue
            if drill and not outlet.drills:
                continue
            if kind.personal:
                yield from (Way(outlet=name, person=one) for one in people if self._address(one))
            else:
                yield Way(outlet=name)

    def _address(self, person: str) -> str:
        known = self.workspace.people.get(person)
        return "" if known is None else known.email or ""

    def _word(self, key: str, text: str | Message, front: Runbook, conduct: Conduct) -> Word:
        with self.store.reading() as reading:
            incident = reading.incidents.find(conduct.incident) if conduct.incident else None
        return Word(
            key=key,
            run=conduct.run,
            title=front.title,
            text=text,
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
