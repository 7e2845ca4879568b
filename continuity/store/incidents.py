"""Incidents: one row each, changed only by whoever has seen its latest version."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import cast  # a max() of what SQL counts has no type

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from continuity.domain.failure import RecordError
from continuity.domain.incident import Incident, State
from continuity.domain.incident_commands import stale
from continuity.domain.incident_plain import incident_from_plain, plain_from_incident
from continuity.domain.text import N_, say
from continuity.store.tables import incident as table


class Incidents:
    """The incidents as one transaction sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def write(self, incident: Incident, expected: int | None) -> None:
        """Write an incident whose version is still the expected one; None makes a new one.

        Raises StaleIncidentError when somebody else was faster, also in opening one for the same
        fault.
        """
        values = _row(incident)
        if expected is None:
            try:
                self._connection.execute(insert(table), values)
            except IntegrityError as error:
                raise stale(incident.number) from error
            return
        known = (table.c.number == incident.number) & (table.c.version == expected)
        changed = self._connection.execute(update(table).where(known).values(values))
        if changed.rowcount != 1:
            raise stale(incident.number)

    def open(self) -> Sequence[Incident]:
        """List those whose fingerprints are taken, the oldest first."""
        return self._read(table.c.closed_at.is_(None))

    def all(self, states: Collection[State] = tuple(State)) -> Sequence[Incident]:
        """List those in some states, the oldest first."""
        return self._read(table.c.state.in_([state.value for state in states]))

    def find(self, number: int) -> Incident | None:
        """Find one by its number."""
        return next(iter(self._read(table.c.number == number)), None)

    def last_of(self, fingerprint: str) -> int | None:
        """Give the number of the latest incident of a fault that has ended."""
        ended = (table.c.fingerprint == fingerprint) & table.c.closed_at.is_not(None)
        query = select(func.max(table.c.number)).where(ended)
        return cast("int | None", self._connection.execute(query).scalar_one())

    def next_number(self) -> int:
        """Give the first number that no incident has."""
        query = select(func.coalesce(func.max(table.c.number), 0) + 1)
        return int(self._connection.execute(query).scalar_one())

    def forget_holder(self, name: str) -> int:
        """Take a person's name from the incidents that they hold; gives how many."""
        mine = [one for one in self.all() if one.holder == name]
        for one in mine:
            # Who holds it is no transition: the version that others have seen stays right.
            self.write(replace(one, holder=""), one.version)
        return len(mine)

    def _read(self, wanted: ColumnElement[bool]) -> Sequence[Incident]:
        query = select(table).where(wanted).order_by(table.c.number)
        return [_incident(row) for row in self._connection.execute(query).mappings()]


def _row(incident: Incident) -> Mapping[str, object]:
    return {
        "number": incident.number,
        "version": incident.version,
        "fingerprint": incident.fingerprint,
        "state": incident.state.value,
        "severity": incident.severity.value,
        "target": incident.target,
        "first_seen": incident.first_seen,
        "closed_at": incident.closed_at,
        "body": json.dumps(plain_from_incident(incident), ensure_ascii=False, sort_keys=True),
    }


def _incident(row: RowMapping) -> Incident:
    try:
        return incident_from_plain(json.loads(row["body"]))
    except (ValueError, TypeError, KeyError) as error:
        raise RecordError(
            say(N_("Incident {number} cannot be read."), number=row["number"]),
            remedy=say(N_("Keep a copy of the state for the inquiry, then restore it.")),
        ) from error
