"""A desk on a real store, a clock that is told the time, and records of runs that never ran."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.announcing import Lane, Voice
from continuity.domain.evidence import Draft, Record, RecordKind
from continuity.domain.failure import FailureClass
from continuity.domain.incident import Incident
from continuity.domain.incident_commands import Command
from continuity.domain.observing import Roster
from continuity.domain.outbox import OutboxRow
from continuity.domain.text import N_, plain_from_message, say
from continuity.store.store import Store, open_store
from continuity.workflows.responding import Derive, Desk, act, nothing, respond
from tests.support.incidents import NOW

TICKET, MAIL = "ticket:jira", "channel:mail"
ROSTER = Roster(
    organisation="acme",
    system_of={"erp": "billing", "mail": "office", "web": "shop"},
    repository_of={"erp": "nas", "mail": "nas", "web": "cloud"},
    criticality_of={"billing": "vital", "office": "normal", "shop": "high"},
)
_FINISHED = {
    "backup": RecordKind.BACKUP_FINISHED,
    "drill": RecordKind.DRILL_FINISHED,
    "check": RecordKind.CHECK_FINISHED,
    "retention": RecordKind.RETENTION_FINISHED,
}
_PASSING: dict[str, dict[str, object]] = {
    "backup": {"point": {"id": "abcdef"}},
    "drill": {"point": {"id": "abcdef"}, "classes": {"match": 3}, "level": "L3"},
    "check": {"slice": {"k": 1, "n": 4}},
    "retention": {},
}


def announce_on(names: Sequence[str]) -> Voice:
    """Tell of every incident on the same lanes, none of them personal."""
    lanes = tuple(Lane(name=name) for name in names)
    return Voice(lanes=lambda _incident: lanes)


def finished(
    kind: str,
    failure: FailureClass | None = None,
    *,
    job: str = "erp",
    run_id: str = "",
    **body: object,
) -> Draft:
    """The record of a finished run; without a failure it passed."""
    repository = ROSTER.repository_of.get(job, "nas")
    outcome: dict[str, object] = {"verdict": "PASS"}
    if failure is not None:
        reason = plain_from_message(say(N_("The latest backup did not pass.")))
        outcome = {"verdict": "FAIL", "failure": failure.value, "reason": reason}
    return Draft(
        kind=_FINISHED[kind],
        job=job,
        run_id=run_id or None,
        body={"repository": repository, **_PASSING[kind], **outcome, **body},
        personal={"actor": "ana"},
    )


@dataclass(kw_only=True)
class Office:
    """A store, and the clock that it and its desk go by."""

    store: Store
    moment: datetime = NOW

    @property
    def desk(self) -> Desk:
        return Desk(
            store=self.store,
            now=lambda: self.moment,
            roster=ROSTER,
            voice=announce_on((TICKET, MAIL)),
        )

    def ran(self, *drafts: Draft, after: timedelta = timedelta(minutes=10)) -> list[Incident]:
        """Let time pass, record runs, and respond; gives the incidents that moved."""
        self.moment += after
        self.store.append(*drafts)
        return self.respond()

    def respond(self, derive: Derive = nothing) -> list[Incident]:
        return [move.after for move in respond(self.desk, derive)]

    def act(self, number: int, command: Command, expected: int | None = None) -> Incident:
        return act(self.desk, number, command, expected)

    def incident(self, number: int = 1) -> Incident:
        with self.store.reading() as reading:
            found = reading.incidents.find(number)
        assert found is not None
        return found

    def told(self, lane: str = TICKET) -> list[tuple[int, str]]:
        notices = [row.notice for row in self.rows() if row.notice.lane == lane]
        return [(one.incident, one.event) for one in notices]

    def rows(self) -> list[OutboxRow]:
        with self.store.reading() as reading:
            return list(reading.outbox.all())

    def recorded(self) -> list[Record]:
        return list(self.store.records(kinds=[RecordKind.INCIDENT_CHANGED]))

    def history(self, number: int = 1) -> list[object]:
        return [one.body["event"] for one in self.recorded() if one.body["incident"] == number]


def an_office(address: str) -> Office:
    """A store of its own at an address, by a clock that stands until it is told to go on."""
    office = Office.__new__(Office)
    office.moment = NOW
    office.store = open_store(address, lambda: office.moment)
    return office
