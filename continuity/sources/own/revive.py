"""Open a copy of this installation as a new one would, in the cell, and ask what it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from continuity.domain.portrait import Portrait, TablePortrait
from continuity.domain.portrait_compare import differences
from continuity.sandbox.checks.inside import told_inside
from continuity.sandbox.inside.own import RECORD
from continuity.sources.own.opening import opened
from continuity.sources.own.record import HEAD
from continuity.sources.source import Revived, Reviving
from continuity.sources.sqlite_look import Looking, take_look
from continuity.sources.sqlite_scratch import Scratch

_PATIENCE = timedelta(hours=2)
_TOLD_BYTES = 64 << 20


@contextmanager
def revive(reviving: Reviving) -> Iterator[Revived]:
    """Unpack it into an empty directory, question the record, and let the program open it."""
    place = reviving.home / "recovered"
    record = place / RECORD
    scratch = Scratch(replace(reviving, restored=record))
    with reviving.phase("load"):
        told = told_inside(
            reviving.cell,
            "own",
            (str(reviving.restored), str(place)),
            _PATIENCE,
            keep=_TOLD_BYTES,
        )
        parts = _parts(told.get("parts"))
        found = told.get("complaints")
        complaints = [str(one) for one in found] if isinstance(found, list) else ["-"]
        complaints += _damage(scratch, record)
    portrait = replace(reviving.portrait, tables=(), parts=parts)
    if not complaints:
        with reviving.phase("question"):
            portrait = _look(scratch, reviving.portrait, parts)
            complaints += _other_end(scratch, reviving.portrait)
    # What is not the copy that was sealed is red already, and opening it tells no more.
    if not complaints and not any(differences(reviving.portrait, portrait)):
        with reviving.phase("open"):
            complaints += opened(reviving.cell, place)
    yield Revived(
        version=portrait.version,
        portrait=portrait,
        complaints=tuple(complaints),
        ask=scratch.question,
        ask_empty=scratch.question_nothing,
    )


def _parts(told: object) -> tuple[tuple[str, str], ...]:
    found = told.items() if isinstance(told, dict) else ()
    return tuple(sorted((str(name), str(digest)) for name, digest in found))


def _damage(scratch: Scratch, record: Path) -> Iterable[str]:
    if not record.exists():
        return [f"{RECORD} is not there"]
    return [f"{RECORD}: {line}" for line in scratch.examine()[0]]


def _look(scratch: Scratch, captured: Portrait, parts: tuple[tuple[str, str], ...]) -> Portrait:
    seen = take_look(scratch.ask, Looking(turn=0, newest=()), captured)
    tables = seen.tables
    if not any(table.schema for table in captured.tables):
        # A server counted its rows; how its tables are made here is none of its affair.
        known = {table.name for table in captured.tables}
        tables = tuple(_counted(table) for table in tables if table.name in known)
    others = seen.others if captured.others else ()
    return replace(seen, kind=captured.kind, tables=tables, others=others, parts=parts)


def _counted(table: TablePortrait) -> TablePortrait:
    return TablePortrait(name=table.name, least=table.least, most=table.most, schema="")


def _other_end(scratch: Scratch, captured: Portrait) -> Iterable[str]:
    was, found = dict(captured.answers).get(HEAD), scratch.question(HEAD)
    return [] if was == found else [f"the record ends at {found}; it ended at {was}"]
