"""Copy a database of a PostgreSQL server in the format its source asks for, and revive it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from continuity.domain.job import Source
from continuity.domain.secret import Secret
from continuity.hosts.host import Host
from continuity.sources.postgresql.base_backup import capture_base, revive_base
from continuity.sources.postgresql.dump import capture_dump, revive_dump
from continuity.sources.postgresql.names import table_from_text
from continuity.sources.postgresql.options import PostgresqlSource
from continuity.sources.postgresql.place import Place
from continuity.sources.postgresql.portrait import Scope
from continuity.sources.postgresql.session import open_session
from continuity.sources.source import (
    NO_FILES,
    Captured,
    Capturing,
    Extent,
    Inquiring,
    Planting,
    Revived,
    Reviving,
)


def options_of(source: Source) -> PostgresqlSource:
    """Give the options of a source of this kind."""
    if not isinstance(source, PostgresqlSource):
        raise TypeError(f"{type(source).__name__} is not a PostgreSQL source")
    return source


def extent(source: Source) -> Extent:
    """Give what of a host's files it covers: none."""
    options_of(source)
    return NO_FILES


def needs(source: Source) -> tuple[str, ...]:
    """Name the programs with which the database is copied."""
    own = options_of(source)
    names = ("psql", "pg_basebackup" if own.format == "base" else "pg_dump")
    return names if own.programs is None else tuple(f"{own.programs}/{name}" for name in names)


def place_of(source: PostgresqlSource, host: Host, password: Secret | None) -> Place:
    """Tell how its programs reach a database."""
    return Place(
        host=host,
        address=source.address,
        port=source.port,
        database=source.database,
        user=source.user,
        password=password,
        tls=source.tls,
        programs=source.programs,
    )


def scope_of(source: PostgresqlSource) -> Scope:
    """Tell what of a database is portrayed, and how."""
    return Scope(
        exact_rows=source.exact_rows,
        excluded=tuple(table_from_text(text) for text in source.exclude_tables),
        newest=source.newest,
    )


def plant(planting: Planting) -> None:
    """Put a canary into the schema ``public``, in one transaction. Raises ContinuityError."""
    with open_session(
        place_of(options_of(planting.source), planting.host, planting.password)
    ) as asked:
        asked.answer_people()
        asked.run("BEGIN")
        for statement in planting.statements:
            asked.run(statement)
        asked.run("COMMIT")


def inquire(asked: Inquiring) -> str | None:
    """Ask the living database, in a transaction that only reads. Raises ContinuityError."""
    place = place_of(options_of(asked.source), asked.host, asked.password)
    with open_session(place) as session:
        session.answer_people()
        session.run("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        session.run(f"SET statement_timeout = {max(1, round(asked.seconds * 1_000))}")
        session.run("BEGIN")
        return session.first(asked.query)


@contextmanager
def capture(capturing: Capturing) -> Iterator[Captured]:
    """Copy the database as a stream, with a portrait of the same moment."""
    source = options_of(capturing.source)
    place = place_of(source, capturing.host, capturing.password)
    scope = replace(scope_of(source), turn=capturing.turn, questions=capturing.questions)
    made = (
        capture_base(capturing, place, scope)
        if source.format == "base"
        else capture_dump(capturing, place, scope, source.compression)
    )
    with made as captured:
        yield captured


@contextmanager
def revive(reviving: Reviving) -> Iterator[Revived]:
    """Load the copy into a scratch server of a compatible version."""
    source = options_of(reviving.source)
    scope = scope_of(source)
    programs = source.server_programs
    made = (
        revive_base(reviving, scope, database=source.database, user=source.user, given=programs)
        if source.format == "base"
        else revive_dump(reviving, scope, database=source.database, given=programs)
    )
    with made as revived:
        yield revived
