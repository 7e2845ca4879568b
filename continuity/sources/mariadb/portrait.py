"""The portrait of a server's databases, told by itself in one connection."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from continuity.domain.failure import ToolError
from continuity.domain.portrait import Newest, Portrait, RowSample, TablePortrait
from continuity.domain.text import N_, say, shown
from continuity.sources.mariadb.layout import Layout, Table
from continuity.sources.mariadb.sample import Range, ranges, samples
from continuity.sources.mariadb.session import Session
from continuity.sources.mariadb.words import optional_from_hex, place, quoted, table_name

UNCOUNTED = 2**53 - 1
"""The most rows of a table that is too large to be counted, as the job says."""

_COUNTER = re.compile(rb"(\\n\) ENGINE=[^\n]*?) AUTO_INCREMENT=[0-9]+")

Looks = dict[tuple[str, str], TablePortrait]


@dataclass(frozen=True, kw_only=True, slots=True)
class Looking:
    """How to look: which times are asked for, and up to how many rows are counted.

    ``times`` are database, table and column. ``zone`` is that of columns that name none.
    """

    times: tuple[tuple[str, str, str], ...]
    zone: str
    count: int


def look(
    session: Session, tables: tuple[Table, ...], between: Mapping[Table, Range], looking: Looking
) -> Looks:
    """Look at tables: their rows, their definition, their newest times and these samples."""
    rows, schemas = counted(session, tables, looking), _schemas(session, tables)
    digests = samples(session, {table: between[table] for table in tables if table in between})
    newest = _newest(session, tables, looking)
    return {
        (table.database, table.name): TablePortrait(
            name=table_name(table.database, table.name),
            least=rows.get(table, 0),
            most=rows.get(table, UNCOUNTED),
            schema=schemas[table],
            sample=digests.get(table),
            newest=newest.get(table, ()),
        )
        for table in tables
    }


def drawn(
    session: Session, tables: tuple[Table, ...], turn: int, looking: Looking
) -> dict[Table, Range]:
    """Draw the rows that this turn looks at."""
    rows = counted(session, tables, looking)
    # Uncounted rows are drawn among the first ones: to skip a billion of them takes as long.
    about = {table: rows.get(table, min(table.about, looking.count)) for table in tables}
    return ranges(session, tables, about, turn)


def counted(session: Session, tables: tuple[Table, ...], looking: Looking) -> dict[Table, int]:
    """Count the rows of the tables that are not too large for it."""
    wanted = [table for table in tables if table.about <= looking.count]
    script = "\n".join(
        f"SELECT {number}, COUNT(*) FROM {place(table.database, table.name)};"
        for number, table in enumerate(wanted)
    )
    answers = session.ask(script) if wanted else []
    return {wanted[int(number)]: int(rows) for number, rows in answers}


def merged(first: Looks, second: Looks) -> Looks:
    """Join two looks with the copy between them: what was alike in both is certain."""
    return {name: _both(one, second[name]) for name, one in first.items()}


def portrait_from(layout: Layout, looks: Looks) -> Portrait:
    """Put together what was seen."""
    flavour = "mariadb" if "mariadb" in layout.version.lower() else "mysql"
    return Portrait(
        kind=flavour,
        version=layout.version,
        tables=tuple(looks[name] for name in sorted(looks)),
        extensions=tuple(sorted({table.engine for table in layout.tables})),
        roles=layout.definers,
        others=layout.others,
        encoding=", ".join(layout.charsets),
        collation=", ".join(layout.collations),
    )


def ranges_from(portrait: Portrait, tables: Iterable[Table]) -> dict[Table, Range]:
    """Take the samples of an earlier portrait, for tables that still have their key."""
    kept = {table.name: table.sample for table in portrait.tables}
    found: dict[Table, Range] = {}
    for table in tables:
        sample = kept.get(table_name(table.database, table.name))
        if sample is not None and _still_has(table, sample):
            found[table] = Range(key=sample.key, first=sample.first, last=sample.last)
    return found


def _still_has(table: Table, sample: RowSample) -> bool:
    return not sample.key or sample.key == tuple(column.name for column in table.key)


def _both(one: TablePortrait, other: TablePortrait) -> TablePortrait:
    if one.schema != other.schema:
        raise changed_meanwhile(one.name)
    older = tuple(
        mine if (mine.value or "") <= (theirs.value or "") else theirs
        for mine, theirs in zip(one.newest, other.newest, strict=True)
    )
    return replace(
        one,
        least=min(one.least, other.least),
        most=max(one.most, other.most),
        sample=one.sample if one.sample == other.sample else None,
        newest=older,
    )


def changed_meanwhile(name: str) -> ToolError:
    """Say that a table was not the same from the beginning to the end."""
    return ToolError(
        say(
            N_("The table {table} was created, altered or dropped while it was being copied."),
            table=shown(name.encode("utf-8", "surrogateescape")),
        ),
        remedy=say(N_("Run again when nobody changes the structure of the database.")),
    )


def _schemas(session: Session, tables: tuple[Table, ...]) -> dict[Table, str]:
    """Digest the definition of each table, without the number its next row will get."""
    script = "\n".join(
        f"SHOW CREATE TABLE {place(table.database, table.name)};" for table in tables
    )
    answers = session.ask(script) if tables else []
    return {
        table: hashlib.sha256(_COUNTER.sub(rb"\1", b"\t".join(row))).hexdigest()
        for table, row in zip(tables, answers, strict=True)
    }


def _newest(
    session: Session, tables: tuple[Table, ...], looking: Looking
) -> dict[Table, tuple[Newest, ...]]:
    script, asked = [], []
    for table in tables:
        for column in table.columns:
            if (table.database, table.name, column.name) in looking.times:
                script.append(
                    f"SELECT HEX(CAST(MAX({quoted(column.name)}) AS CHAR))"
                    f" FROM {place(table.database, table.name)};"
                )
                asked.append((table, column))
    found: dict[Table, tuple[Newest, ...]] = {}
    answers = session.ask("\n".join(script)) if script else []
    for (table, column), row in zip(asked, answers, strict=True):
        zone = "UTC" if column.type == "timestamp" else looking.zone
        value = time_from_text(optional_from_hex(row[0]), zone)
        found[table] = (*found.get(table, ()), Newest(column=column.name, value=value))
    return found


def time_from_text(text: str | None, zone: str) -> str | None:
    """Write a time of the server's as RFC 3339 in UTC; a zero date, which is no day, is no time."""
    try:
        moment = datetime.fromisoformat(text or "").replace(tzinfo=ZoneInfo(zone))
        told = moment.astimezone(UTC).isoformat(timespec="microseconds")
    except (ValueError, OverflowError):
        return None
    return told.replace("+00:00", "Z")
