"""The portrait of a PostgreSQL database, asked of the server and never of a dump."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from continuity.domain.failure import ConfigurationError, RevivalError
from continuity.domain.portrait import Newest, Portrait, RowSample, TablePortrait
from continuity.domain.text import N_, say
from continuity.sources.postgresql.catalog import DATABASE, EXTENSIONS, OTHERS, ROLES
from continuity.sources.postgresql.names import Table, column_from_text, quoted
from continuity.sources.postgresql.sample import Rows, draw, draw_again
from continuity.sources.postgresql.session import Row, Session, shown_text
from continuity.sources.postgresql.structure import Structure, read_structures

LARGE_OBJECTS = "pg_catalog.pg_largeobject"
_FIRST_MEGABYTE = 1 << 20
# More rows than this do not fit into a page of 8 KiB: (8192 - 24) / (23 + 1 + 4).
_ROWS_PER_BLOCK = 291
_TIMES = {
    "timestamptz": "max({column}) AT TIME ZONE 'UTC'",
    "timestamp": "max({column})",
    "date": "max({column})::pg_catalog.timestamp",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """How a database is portrayed: what is counted, compared and left out.

    Of ``excluded`` tables the rows do not belong to the copy. ``turn`` says which rows the samples
    take. ``base``: the copy is one of the files, in which unlogged tables are empty.
    """

    exact_rows: int
    excluded: tuple[Table, ...] = ()
    newest: tuple[str, ...] = ()
    turn: int = 0
    questions: tuple[str, ...] = ()
    base: bool = False


def take_portrait(session: Session, scope: Scope, like: Portrait | None = None) -> Portrait:
    """Portray the database that the session sees; ``like`` gives the samples to take again.

    Raises ConfigurationError when a declared column is none that holds times.
    """
    samples = {table.name: table.sample for table in like.tables} if like else {}
    painter = _Painter(session, scope, samples if like else None)
    database = session.row(DATABASE)
    tables = tuple(painter.tables())
    return Portrait(
        kind="postgresql",
        version=session.server.version,
        tables=tables,
        extensions=tuple(
            _shown(f"{row['name']} {row['version']}") for row in session.rows(EXTENSIONS)
        ),
        roles=tuple(_shown(row["name"]) for row in session.rows(ROLES)),
        others=tuple((str(row["kind"]), _number(row["count"])) for row in session.rows(OTHERS)),
        encoding=str(database["encoding"]),
        collation=collation_of(database),
        answers=tuple(_answers(session, scope.questions)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """A portrait, and what the server had counted of writing by then: rows put in and taken out."""

    portrait: Portrait
    written: Mapping[str, tuple[int, int]]


def look(session: Session, scope: Scope, like: Portrait | None = None) -> Look:
    """Portray a database on which writing goes on."""
    counted = {
        Table(schema=str(row["schema"]), name=str(row["name"])).shown: (
            _number(row["added"]),
            _number(row["removed"]),
        )
        for row in session.rows(
            "SELECT schemaname AS schema, relname AS name, n_tup_ins AS added,"
            " n_tup_del AS removed FROM pg_stat_user_tables"
        )
    }
    return Look(portrait=take_portrait(session, scope, like), written=counted)


def between(before: Look, after: Look) -> Portrait:
    """Join two looks at a database into what a copy made between them may hold.

    What differs between the looks is not claimed. Rows get their bounds: those counted, less what
    was taken out meanwhile, plus what was put in. Samples only stay where they are the same, and
    newest values are those of the first look, which the copy has at least.
    """
    earlier = {table.name: table for table in before.portrait.tables}
    tables = tuple(_between(earlier.get(table.name), table) for table in after.portrait.tables)
    bounded = tuple(_loosened(table, before.written, after.written) for table in tables)
    answers = tuple(one for one in after.portrait.answers if one in before.portrait.answers)
    return replace(after.portrait, tables=bounded, answers=answers)


def collation_of(database: Row) -> str:
    """Name the order of texts, such as ``es_ES.UTF-8`` or ``icu:es-ES``."""
    provider, locale = str(database["provider"]), database["locale"]
    if provider in {"i", "b"}:
        return f"{'icu' if provider == 'i' else 'builtin'}:{locale}"
    collate, ctype = str(database["collate"]), str(database["ctype"])
    return collate if collate == ctype else f"{collate}/{ctype}"


class _Painter:
    """Goes from table to table; ``earlier`` holds the samples to repeat, None to draw new ones."""

    def __init__(
        self, session: Session, scope: Scope, earlier: Mapping[str, RowSample | None] | None
    ) -> None:
        self._session = session
        self._scope = scope
        self._earlier = earlier
        self._columns = [(text, *column_from_text(text)) for text in scope.newest]

    def tables(self) -> Iterator[TablePortrait]:
        """Portray every table, and the large objects as one more."""
        structures = read_structures(self._session)
        if self._earlier is None:
            self._require_columns(structures)
        for structure in structures:
            yield self._table(structure)
        count = self._count("pg_largeobject_metadata")
        if count:
            rows = Rows(
                source="pg_largeobject_metadata",
                written=f"ROW(t.oid, sha256(lo_get(t.oid, 0, {_FIRST_MEGABYTE})))::text",
                key=(("oid", "oid"),),
            )
            sample = self._sample(LARGE_OBJECTS, rows, count, exact=True)
            yield TablePortrait(
                name=LARGE_OBJECTS, least=count, most=count, schema="", sample=sample
            )

    def _table(self, structure: Structure) -> TablePortrait:
        name = structure.table.shown
        if structure.table in self._scope.excluded:
            return TablePortrait(name=name, least=0, most=0, schema=structure.digest)
        if self._scope.base and structure.unlogged:
            most = self._count(structure.source)
            return TablePortrait(name=name, least=0, most=most, schema=structure.digest)
        least, most = self._rows(structure)
        rows = Rows(source=structure.source, written=structure.written, key=structure.key)
        estimate = least if least == most else structure.estimate
        return TablePortrait(
            name=name,
            least=least,
            most=most,
            schema=structure.digest,
            sample=self._sample(name, rows, estimate, exact=least == most),
            newest=tuple(self._newest(structure)),
        )

    def _sample(self, name: str, rows: Rows, count: int, *, exact: bool) -> RowSample | None:
        if self._earlier is None:
            return draw(self._session, rows, count=count, exact=exact, turn=self._scope.turn)
        sample = self._earlier.get(name)
        return draw_again(self._session, rows, sample) if sample else None

    def _rows(self, structure: Structure) -> tuple[int, int]:
        """Count the rows; beyond the limit they are at least that many, and fit into the pages."""
        limit = self._scope.exact_rows
        if max(structure.estimate, 0) <= limit:
            count = self._count(structure.source)
            return count, count
        counted = self._count(f"(SELECT FROM {structure.source} LIMIT {limit + 1})")
        if counted <= limit:
            return counted, counted
        return counted, max(structure.blocks * _ROWS_PER_BLOCK, counted)

    def _count(self, source: str) -> int:
        return _number(self._session.row(f"SELECT count(*)::int8 AS n FROM {source} AS t")["n"])

    def _newest(self, structure: Structure) -> Iterator[Newest]:
        for text, table, column in self._columns:
            if table == structure.table and structure.types.get(column) in _TIMES:
                name = f"t.{quoted(column)}"
                newest = _TIMES[structure.types[column]].format(column=name)
                # Through the parent of a partitioned table all of it is seen.
                found = self._session.row(
                    f'SELECT to_char({newest}, \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\') AS newest'
                    f" FROM {table.sql} AS t WHERE pg_catalog.isfinite({name})"
                )["newest"]
                yield Newest(column=text, value=None if found is None else str(found))

    def _require_columns(self, structures: tuple[Structure, ...]) -> None:
        types = {structure.table: structure.types for structure in structures}
        for text, table, column in self._columns:
            if types.get(table, {}).get(column) not in _TIMES:
                raise ConfigurationError(
                    say(N_("{column} is no column of dates or times."), column=shown_text(text)),
                    remedy=say(N_("Correct newest in the job's source.")),
                )


def _between(before: TablePortrait | None, after: TablePortrait) -> TablePortrait:
    if before is None:
        return replace(after, least=0, sample=None, newest=())
    return replace(
        after,
        least=min(before.least, after.least),
        most=max(before.most, after.most),
        sample=after.sample if after.sample == before.sample else None,
        newest=before.newest,
    )


def _loosened(
    table: TablePortrait,
    before: Mapping[str, tuple[int, int]],
    after: Mapping[str, tuple[int, int]],
) -> TablePortrait:
    """Allow for rows that came and went between the looks. Counters begin anew after a crash."""
    nothing = (0, 0)
    earlier, later = before.get(table.name, nothing), after.get(table.name, nothing)
    added, removed = max(later[0] - earlier[0], 0), max(later[1] - earlier[1], 0)
    return replace(table, least=max(table.least - removed, 0), most=table.most + added)


def _answers(session: Session, questions: tuple[str, ...]) -> Iterator[tuple[str, str | None]]:
    """Ask the job's own questions; one that the server refuses has no answer."""
    session.answer_people()
    for question in questions:
        with suppress(RevivalError):  # no answer is kept, and that check has none either
            yield question, session.first(question)


def _number(found: object) -> int:
    return int(str(found))


def _shown(found: object) -> str:
    text = str(found).encode("utf-8", "surrogateescape")
    return text.decode("utf-8", "backslashreplace")
