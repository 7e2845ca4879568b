"""Load a dump into a new database of the living PostgreSQL server, and let it take its place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from continuity.domain.failure import (
    ConfigurationError,
    ContinuityError,
)
from continuity.domain.portrait import Portrait
from continuity.domain.text import N_, Message, say
from continuity.hosts.host import Command
from continuity.hosts.local import LocalHost
from continuity.sources.postgresql.attributes import statements_for
from continuity.sources.postgresql.dump import complaints_of, made_like
from continuity.sources.postgresql.entering import ENDING, entered, id_of, place_at
from continuity.sources.postgresql.formats import options_of, scope_of
from continuity.sources.postgresql.names import literal, quoted
from continuity.sources.postgresql.portrait import take_portrait
from continuity.sources.postgresql.session import Session, open_session, shown_text
from continuity.sources.postgresql.survey import survey_server
from continuity.sources.postgresql.swapping import MARKER, standing, swap_names
from continuity.sources.postgresql.trouble import not_permitted, trouble
from continuity.sources.replacement import (
    Door,
    Ground,
    Loaded,
    Need,
    Replace,
    Swap,
    name_beside,
)

_MOST_JOBS = 4
_CHUNK = 1 << 20
_SHORT = 60.0
_MARKED = """
SELECT d.datname AS name FROM pg_database AS d
WHERE shobj_description(d.oid, 'pg_database') = {}
"""


def survey(door: Door, need: Need) -> Ground:
    """Look whether it can be done, with the loader there; refuse with what is missing."""
    source = options_of(door.source)
    if source.format == "base":
        raise ConfigurationError(
            say(N_("A copy of a whole PostgreSQL server takes the place of no single database.")),
            remedy=say(N_("Restore it beside, and start a server of the same version on it.")),
        )
    place = place_at(door, source.database)
    version = place.command("pg_restore", "--version")
    told = place.host.run(replace(version, timeout=_SHORT))
    if told.code != 0:
        raise trouble("pg_restore", told, place.host.name)
    with entered(door) as session:
        return survey_server(session, place, source.database, need)


def plan(door: Door, mark: str, token: str) -> Swap:
    """Choose names that nobody has, after clearing away what a killed try of this mark left."""
    live = options_of(door.source).database
    with entered(door) as session:
        _clear(session, mark)
        taken = set(_names(session))
    return Swap(
        live=live,
        fresh=name_beside(live, "new", mark, taken),
        aside=name_beside(live, "before", mark, taken),
        mark=mark,
        token=f"continuity {token}",
    )


def make(door: Door, swap: Swap, portrait: Portrait) -> Swap:
    """Make the empty database, with the text and order of the copy, and mark it as ours."""
    with entered(door) as session:
        found = session.rows(
            "SELECT pg_get_userbyid(d.datdba) AS owner, t.spcname AS space FROM pg_database AS d"
            " JOIN pg_tablespace AS t ON t.oid = d.dattablespace"
            f" WHERE d.datname = {literal(swap.live)}"
        )
        like = made_like(portrait)
        if found:
            like += f" OWNER {quoted(str(found[0]['owner']))}"
            space = str(found[0]["space"])
            # Who has no right to name the one that is taken anyway may still make a database in it.
            like += "" if space == "pg_default" else f" TABLESPACE {quoted(space)}"
        session.run(f"CREATE DATABASE {quoted(swap.fresh)} {like}", not_permitted)
        note = literal(MARKER + swap.mark)
        session.run(f"COMMENT ON DATABASE {quoted(swap.fresh)} IS {note}", not_permitted)
        return replace(swap, fresh_id=id_of(session, swap.fresh), old_id=id_of(session, swap.live))


def load(door: Door, swap: Swap, dump: Path, portrait: Portrait) -> Loaded:
    """Load the copy, and portray it as the source was portrayed."""
    place = place_at(door, swap.fresh)
    words = (
        "--no-password",
        "--no-tablespaces",
        "--no-subscriptions",
        "--exit-on-error",
        f"--dbname={swap.fresh}",
    )
    if isinstance(place.host, LocalHost):
        jobs = min(os.cpu_count() or 1, _MOST_JOBS)
        command = place.command("pg_restore", *words, f"--jobs={jobs}", str(dump))
    else:
        command = _fed(place.command("pg_restore", *words), dump)
    finished = place.host.run(command)
    complaints = complaints_of(finished)
    if complaints:
        return Loaded(portrait=portrait, complaints=complaints)
    with open_session(place) as session:
        session.run("ANALYZE", not_permitted)
        found = take_portrait(session, scope_of(options_of(door.source)), portrait)
    with entered(door) as session:
        return Loaded(portrait=found, remarks=tuple(_dressed(session, swap)))


def _dressed(session: Session, swap: Swap) -> Iterator[Message]:
    """Give it what the old one has outside of itself; tell what this role may not give."""
    for statement in statements_for(session, swap.live, swap.fresh):
        try:
            session.run(statement, not_permitted)
        except ContinuityError:
            yield say(
                N_("Not taken over from the old database: {what}"), what=shown_text(statement)
            )


def _fed(command: Command, dump: Path) -> Command:
    def pieces() -> Iterator[bytes]:
        with dump.open("rb") as file:
            while piece := file.read(_CHUNK):
                yield piece

    return replace(command, stdin=pieces())


def discard(door: Door, swap: Swap) -> None:
    """Remove what was loaded, if it is still marked as ours."""
    with entered(door) as session:
        _clear(session, swap.mark)


def _names(session: Session) -> list[str]:
    return [str(row["name"]) for row in session.rows("SELECT datname AS name FROM pg_database")]


def _clear(session: Session, mark: str) -> None:
    """Drop the databases that bear our marker for this mark; what production has never does."""
    for row in session.rows(_MARKED.format(literal(MARKER + mark))):
        name = str(row["name"])
        session.run(ENDING.format(name=literal(name)))
        session.run(f"DROP DATABASE {quoted(name)}", not_permitted)


REPLACE = Replace(
    survey=survey,
    plan=plan,
    make=make,
    load=load,
    discard=discard,
    swap=swap_names,
    standing=standing,
)
"""How a database of a PostgreSQL server is replaced."""
