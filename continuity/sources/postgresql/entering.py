"""How a PostgreSQL server is entered to replace a database of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from continuity.domain.failure import SourceError
from continuity.sources.postgresql.formats import options_of, place_of
from continuity.sources.postgresql.names import literal
from continuity.sources.postgresql.place import Place
from continuity.sources.postgresql.session import Session
from continuity.sources.replacement import Door

_MAINTENANCE = ("postgres", "template1")

ENDING = """
SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity AS a
    JOIN pg_roles AS r ON r.oid = a.usesysid JOIN pg_roles AS me ON me.rolname = current_user
WHERE a.datname = {name} AND a.pid <> pg_backend_pid() AND (me.rolsuper
    OR pg_has_role(a.usesysid, 'MEMBER')
    OR pg_has_role('pg_signal_backend', 'MEMBER') AND NOT r.rolsuper)
"""
"""Ends the connections to the database ``name`` that may be ended."""


@contextmanager
def entered(door: Door) -> Iterator[Session]:
    """Enter a database of the server that stays where it is."""
    live = options_of(door.source).database
    first, *others = (name for name in _MAINTENANCE if name != live)
    session = None
    try:
        session = Session(place_at(door, first))
    except SourceError:
        if not others:
            raise
        session = Session(place_at(door, others[0]))
    try:
        yield session
    finally:
        session.close()


def place_at(door: Door, database: str) -> Place:
    """Tell how a database is reached by who may replace it."""
    place = place_of(options_of(door.source), door.host, door.password)
    return replace(place, database=database, user=door.user or place.user)


def id_of(session: Session, name: str) -> str:
    """Give the number by which the server knows a database; empty where there is none."""
    asked = f"SELECT oid::text AS id FROM pg_database WHERE datname = {literal(name)}"
    return next((str(row["id"]) for row in session.rows(asked)), "")
