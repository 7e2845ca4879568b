"""What is left after the soak, read from the database and the mail server as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.evidence import Record
from continuity.domain.outbox import Attempt, OutboxRow
from continuity.domain.schedule import timetable_from_text
from continuity.domain.slot import Key, Slot
from continuity.store.store import open_store
from tests.soak.scene import TIMES, ZONE, Place
from tests.support.slots import now


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A row of the outbox with all tries to deliver it."""

    row: OutboxRow
    tries: Sequence[Attempt]


@dataclass(frozen=True, kw_only=True)
class Books:
    """Everything that has to fit together.

    ``wanted`` are the planned times that the timetables themselves give, ``arrived`` the names of
    the mails in the order in which the server took them, and ``reported_until`` is when the last
    round began that writes a letter about each restore test.
    """

    wanted: Mapping[Key, Sequence[datetime]]
    since: datetime
    until: datetime
    reported_until: datetime
    slots: Sequence[Slot]
    records: Sequence[Record]
    open_runs: Sequence[str]
    letters: Sequence[Letter]
    arrived: Sequence[str]


def read_books(place: Place, since: datetime, until: datetime, reported_until: datetime) -> Books:
    """Read them all."""
    with open_store(place.store, now) as store, store.reading() as reading:
        return Books(
            wanted=_wanted(place, since, until),
            since=since,
            until=until,
            reported_until=reported_until,
            slots=reading.slots.history(since - timedelta(days=1)),
            records=list(store.records()),
            open_runs=[one.run_id for one in store.running()],
            letters=[
                Letter(row=row, tries=reading.outbox.attempts(row.notice.key))
                for row in reading.outbox.all()
            ],
            arrived=[str(one.mail["Message-ID"]) for one in place.office.room.arrived],
        )


def _wanted(place: Place, since: datetime, until: datetime) -> Mapping[Key, Sequence[datetime]]:
    found: dict[Key, Sequence[datetime]] = {}
    for job in place.firm.jobs:
        for kind, text in TIMES.items():
            timetable, times = timetable_from_text(text, ZONE), []
            moment = timetable.next_after(since)
            while moment <= until:
                times.append(moment)
                moment = timetable.next_after(moment)
            found[job, kind] = times
    return found
