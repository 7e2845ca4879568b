"""Runs of runbooks: one row each, changed only by whoever has seen its latest version."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, RowMapping, insert, select, true, update
from sqlalchemy.exc import IntegrityError

from continuity.domain.conduct import Conduct
from continuity.domain.conduct_plain import conduct_from_plain, plain_from_conduct
from continuity.domain.failure import RecordError
from continuity.domain.stale import stale_run
from continuity.domain.text import N_, say
from continuity.store.tables import conduct as table
from continuity.store.tables import runbook_text

_ERASED = "?"


class Conducts:
    """The runs as one transaction sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep_text(self, digest: str, name: str, text: str) -> None:
        """Keep the text of a runbook by its SHA-256; what is kept already stays as it is."""
        known = select(runbook_text.c.hash).where(runbook_text.c.hash == digest)
        if self._connection.execute(known).first() is None:
            row = {"hash": digest, "name": name, "text": text}
            self._connection.execute(insert(runbook_text), row)

    def text_of(self, digest: str) -> str | None:
        """Give the text that a run follows."""
        query = select(runbook_text.c.text).where(runbook_text.c.hash == digest)
        found = self._connection.execute(query).scalar_one_or_none()
        return None if found is None else str(found)

    def write(self, conduct: Conduct, expected: int | None) -> None:
        """Write a run whose version is still the expected one; None makes a new one.

        Raises StaleRunError when somebody else was faster.
        """
        values = _row(conduct)
        if expected is None:
            try:
                self._connection.execute(insert(table), values)
            except IntegrityError as error:
                raise stale_run(conduct.run) from error
            return
        known = (table.c.run == conduct.run) & (table.c.version == expected)
        if self._connection.execute(update(table).where(known).values(values)).rowcount != 1:
            raise stale_run(conduct.run)

    def find(self, run: str) -> Conduct | None:
        """Find one by its name."""
        return next(iter(self._read(table.c.run == run)), None)

    def all(self) -> Sequence[Conduct]:
        """List all there ever were, the oldest first."""
        return self._read(true())

    def open(self) -> Sequence[Conduct]:
        """List those that are not over, the oldest first."""
        return self._read(table.c.ended_at.is_(None))

    def forget_person(self, name: str) -> int:
        """Take a person's name from the runs; gives from how many."""
        mine = [one for one in self.all() if _names(one, name)]
        for one in mine:
            # Who it was is no entry: the version that others have seen stays right.
            self.write(_without(one, name), one.version)
        return len(mine)

    def _read(self, wanted: ColumnElement[bool]) -> Sequence[Conduct]:
        query = select(table).where(wanted).order_by(table.c.started_at, table.c.run)
        return [_conduct(row) for row in self._connection.execute(query).mappings()]


def _row(conduct: Conduct) -> Mapping[str, object]:
    return {
        "run": conduct.run,
        "version": conduct.version,
        "runbook": conduct.runbook,
        "hash": conduct.hash,
        "incident": conduct.incident,
        "state": conduct.state.value,
        "started_at": conduct.started_at,
        "ended_at": conduct.ended_at,
        "body": json.dumps(plain_from_conduct(conduct), ensure_ascii=False, sort_keys=True),
    }


def _conduct(row: RowMapping) -> Conduct:
    try:
        return conduct_from_plain(json.loads(row["body"]))
    except (ValueError, TypeError, KeyError) as error:
        raise RecordError(
            say(N_("The run {run} of a runbook cannot be read."), run=row["run"]),
            remedy=say(N_("Keep a copy of the state for the inquiry, then restore it.")),
        ) from error


def _names(conduct: Conduct, name: str) -> bool:
    return _without(conduct, name) != conduct


def _without(conduct: Conduct, name: str) -> Conduct:
    """Put a mark in the place of a name: who acted is gone, that somebody did is not."""

    def erased(person: str) -> str:
        return _ERASED if person == name else person

    return replace(
        conduct,
        commander=erased(conduct.commander),
        offered_to=erased(conduct.offered_to),
        steps=tuple(
            replace(one, holder=erased(one.holder), approvers=tuple(map(erased, one.approvers)))
            for one in conduct.steps
        ),
        inserted=tuple(replace(one, author=erased(one.author)) for one in conduct.inserted),
        taken=tuple(replace(one, by=erased(one.by)) for one in conduct.taken),
    )
