"""A PostgreSQL database as pg_dump writes it: of one snapshot, and loaded with pg_restore."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from continuity.domain.failure import (
    ContinuityError,
    RevivalError,
    SourceError,
    ToolError,
    ToolMissingError,
)
from continuity.domain.portrait import Portrait
from continuity.domain.text import N_, say
from continuity.hosts.host import Command, Finished
from continuity.sources.postgresql.names import literal, quoted
from continuity.sources.postgresql.place import LONGEST, SILENCE, Place
from continuity.sources.postgresql.portrait import Scope, take_portrait
from continuity.sources.postgresql.programs import Programs, find_programs
from continuity.sources.postgresql.scratch import Scratch, run_scratch
from continuity.sources.postgresql.session import Session, open_session, shown_text
from continuity.sources.postgresql.trouble import last_words, trouble
from continuity.sources.source import Captured, Capturing, Revived, Reviving, captured_path

_MAGIC = b"PGDMP"
_LOCK_WAIT = 600_000
_SNAPSHOT = re.compile(r"[0-9A-Fa-f-]{1,64}")
_ERRORS = re.compile(rb"^(?:pg_restore: )?(?:\[[^\]]*\] )?(?:error|ERROR|FATAL|PANIC):|ERROR: ")
# Where the portrait does not tell the name of the role that may do everything.
_SUPERUSER = "postgres"
_DATABASE_OF_INITDB = "postgres"
_WARNING = b"pg_restore: warning: "
_SUMMED_UP = b"errors ignored on restore"
_MOST_JOBS = 4
_PROVIDERS = {"icu": "ICU_LOCALE", "builtin": "BUILTIN_LOCALE"}


@contextmanager
def capture_dump(
    capturing: Capturing, place: Place, scope: Scope, compression: int
) -> Iterator[Captured]:
    """Dump a database; portrait and dump see the same snapshot."""
    with open_session(place) as session:
        session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot, moment = _snapshot(session)
        excluded = (f"--exclude-table-data={table.sql}" for table in scope.excluded)
        command = place.command(
            "pg_dump",
            "--format=custom",
            f"--compress={compression}",
            f"--snapshot={snapshot}",
            f"--lock-wait-timeout={_LOCK_WAIT}",
            "--no-password",
            *excluded,
            silence=SILENCE,
        )
        yield Captured(
            path=captured_path(capturing.job, "pgdump"),
            data_time=min(moment, capturing.now()),
            pieces=whole(place, command, _MAGIC),
            portrait=partial(take_portrait, session, scope),
        )


def whole(place: Place, command: Command, magic: bytes = b"") -> Iterator[bytes]:
    """Hand over what a program writes. Raises ContinuityError unless it ends well."""
    program = os.path.basename(os.fsdecode(command.argv[0]))
    work = place.host.pieces(replace(command, bulk=True))
    begin = b""
    while True:
        try:
            piece = next(work)
        except StopIteration as end:
            finished: Finished = end.value
            break
        begin += piece[: len(magic) - len(begin)]
        if not magic.startswith(begin):
            work.close()
            raise _no_dump(program)
        yield piece
    if finished.code != 0:
        raise trouble(program, finished, place.host.name)
    if begin != magic:
        raise _no_dump(program)


def _snapshot(session: Session) -> tuple[str, datetime]:
    """Give the snapshot's name and instant; a standby is as old as what it has replayed."""
    found = session.row(
        "SELECT pg_export_snapshot() AS name, to_char(CASE WHEN pg_is_in_recovery()"
        " THEN least(now(), pg_last_xact_replay_timestamp()) ELSE now() END AT TIME ZONE 'UTC',"
        " 'YYYY-MM-DD\"T\"HH24:MI:SS.US') AS moment"
    )
    name = str(found["name"])
    if not _SNAPSHOT.fullmatch(name):
        raise ToolError(say(N_("The server names its snapshot {name}."), name=shown_text(name)))
    return name, datetime.fromisoformat(str(found["moment"])).replace(tzinfo=UTC)


def _no_dump(program: str) -> ContinuityError:
    return ToolError(
        say(N_("What {program} wrote is no dump."), program=program),
        remedy=say(N_("See which program is called {program} there."), program=program),
    )


@contextmanager
def revive_dump(
    reviving: Reviving, scope: Scope, *, database: str, given: str | None
) -> Iterator[Revived]:
    """Load a dump into a new server. Raises RevivalError when it is none, or was cut short."""
    programs = _reader(reviving, find_programs(reviving.cell, given))
    superuser = next(iter(reviving.portrait.roles), _SUPERUSER)
    cluster = reviving.home / "data"
    with run_scratch(reviving, programs, cluster, superuser=superuser) as scratch:
        with reviving.phase("load"):
            _make_room(scratch, reviving.portrait, database)
            loaded = _load(scratch, reviving.restored, database)
        with reviving.phase("question"), scratch.session(database) as session:
            portrait = take_portrait(session, scope, reviving.portrait)
        yield scratch.revived(database, portrait, complaints_of(loaded), warnings_of(loaded))


def _reader(reviving: Reviving, candidates: tuple[Programs, ...]) -> Programs:
    """Choose the oldest version that can hold the database and reads the dump."""
    major = major_of(reviving.portrait)
    unread: Finished | None = None
    for programs in candidates:
        if programs.major >= major:
            asked = ("--list", str(reviving.restored))
            listed = programs.run(reviving.cell, "pg_restore", *asked, timeout=LONGEST)
            if listed.code == 0:
                return programs
            if b"unsupported version" not in listed.stderr:
                raise _unreadable(listed)
            unread = listed
    if unread is not None:
        raise ToolMissingError(
            say(
                N_("No pg_restore on this machine reads this dump: {said}"),
                said=last_words(unread.stderr),
            ),
            remedy=say(N_("Install PostgreSQL as new as the pg_dump that made it.")),
        )
    raise ToolMissingError(
        say(N_("PostgreSQL {major} or newer is not installed on this machine."), major=major),
        remedy=say(N_("Install it: apt install {package}"), package=f"postgresql-{major}"),
    )


def major_of(portrait: Portrait) -> int:
    """Read the major version of the server that was portrayed."""
    found = re.match(r"[0-9]{1,4}", portrait.version)
    if found is None:
        raise SourceError(say(N_("The portrait does not tell the version of its server.")))
    return int(found[0])


def _unreadable(listed: Finished) -> ContinuityError:
    return RevivalError(
        say(N_("What was restored is no dump: {said}"), said=last_words(listed.stderr)),
        remedy=say(N_("Make a new backup, and see what happened to this one.")),
    )


def _make_room(scratch: Scratch, portrait: Portrait, database: str) -> None:
    """Make the empty database, and the roles that own things in it."""
    with scratch.session("template1") as session:
        _require_extensions(session, portrait)
        for role in portrait.roles:
            if role != scratch.superuser:
                session.run(f"CREATE ROLE {quoted(role)} NOLOGIN")
        session.run(f"DROP DATABASE IF EXISTS {quoted(_DATABASE_OF_INITDB)}")
        _make_database(session, portrait, database)
    with scratch.session(database) as session:
        structures = take_portrait(session, Scope(exact_rows=0))
        if structures.tables:
            raise ToolError(say(N_("The scratch database is not empty before it is loaded.")))


def _require_extensions(session: Session, portrait: Portrait) -> None:
    rows = session.rows("SELECT name FROM pg_available_extensions")
    there = {str(row["name"]) for row in rows}
    missing = [name for name in map(_extension, portrait.extensions) if name not in there]
    if missing:
        raise ToolMissingError(
            say(
                N_("The extension {extension} is not installed on this machine."),
                extension=shown_text(missing[0]),
            ),
            remedy=say(
                N_("Install it for PostgreSQL {major}, such as by its package."),
                major=session.server.major,
            ),
        )


def _extension(text: str) -> str:
    return text.rpartition(" ")[0]


def _make_database(session: Session, portrait: Portrait, database: str) -> None:
    """Make it with the text and order it had; with plain order where the locale is not here."""
    made = f"CREATE DATABASE {quoted(database)}"
    try:
        session.run(f"{made} {made_like(portrait)}")
    except ToolError:
        session.run(f"{made} {_with_text(portrait)} LC_COLLATE 'C' LC_CTYPE 'C'")


def made_like(portrait: Portrait) -> str:
    """Say in a statement which text and order a new database has: those of the captured one."""
    return f"{_with_text(portrait)} {_order(portrait.collation)}"


def _with_text(portrait: Portrait) -> str:
    return f"TEMPLATE template0 ENCODING {literal(portrait.encoding)}"


def _order(collation: str) -> str:
    provider, found, locale = collation.partition(":")
    if found and provider in _PROVIDERS:
        named = f"{_PROVIDERS[provider]} {literal(locale)}"
        return f"LOCALE_PROVIDER {provider} {named} LOCALE 'C'"
    collate, _, ctype = collation.partition("/")
    return f"LC_COLLATE {literal(collate)} LC_CTYPE {literal(ctype or collate)}"


def _load(scratch: Scratch, dump: Path, database: str) -> Finished:
    """Load all that can be loaded."""
    jobs = min(os.cpu_count() or 1, _MOST_JOBS)
    words = ("--no-password", "--no-tablespaces", "--no-subscriptions", f"--jobs={jobs}")
    command = scratch.place(database).command(
        "pg_restore", *words, f"--dbname={database}", str(dump)
    )
    return scratch.cell.run(command)


def complaints_of(finished: Finished) -> tuple[str, ...]:
    """Give every line of the loader that tells of an error, whatever code it ended with."""
    lines = [line for line in finished.stderr.split(b"\n") if _ERRORS.search(line)]
    complaints = tuple(last_words(line) for line in lines)
    if finished.code != 0 and not complaints:
        return (f"pg_restore: code {finished.code}",)
    return complaints


def warnings_of(finished: Finished) -> tuple[str, ...]:
    """Give every line of the loader that reports less than an error."""
    lines = [line for line in finished.stderr.split(b"\n") if line.startswith(_WARNING)]
    return tuple(last_words(line) for line in lines if _SUMMED_UP not in line)
