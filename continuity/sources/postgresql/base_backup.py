"""A whole PostgreSQL server as pg_basebackup copies its files, revived by replaying its log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from continuity.domain.failure import (
    ConfigurationError,
    ContinuityError,
    RevivalError,
    ToolError,
    ToolMissingError,
)
from continuity.domain.portrait import Portrait
from continuity.domain.text import N_, say
from continuity.hosts.host import Command, Finished
from continuity.sandbox.cell import Cell
from continuity.sources.postgresql.dump import major_of, whole
from continuity.sources.postgresql.place import LONGEST, SILENCE, Place
from continuity.sources.postgresql.portrait import Scope, between, look, take_portrait
from continuity.sources.postgresql.programs import Programs, find_programs
from continuity.sources.postgresql.scratch import Scratch, run_scratch
from continuity.sources.postgresql.session import Session, open_session
from continuity.sources.postgresql.trouble import last_words
from continuity.sources.source import Captured, Capturing, Revived, Reviving, captured_path

_MANIFEST = "backup_manifest"
# What would make the copy follow another server, or run commands of the one it was taken from.
_FOREIGN = ("standby.signal", "recovery.signal", "postgresql.auto.conf", "postmaster.pid")
_SHORT = 60.0
_MOST_COMPLAINTS = 1_000


@contextmanager
def capture_base(capturing: Capturing, place: Place, scope: Scope) -> Iterator[Captured]:
    """Copy the files of a whole server, with its log of what was written meanwhile.

    The copy is consistent at the instant at which it ends. Its data time is the one at which it
    begins, so that a point is never claimed to be younger than it is.
    """
    scope = replace(scope, base=True)
    moment = capturing.now()
    with open_session(place) as session:
        _require_one_place(session)
        before = look(session, scope)

    def portrait() -> Portrait:
        with open_session(place) as session:
            return between(before, look(session, scope, before.portrait))

    words = ("--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast")
    command = place.command("pg_basebackup", *words, "--no-password", silence=SILENCE)
    yield Captured(
        path=captured_path(capturing.job, "pgbase.tar"),
        data_time=moment,
        pieces=whole(place, command),
        portrait=portrait,
    )


def _require_one_place(session: Session) -> None:
    found = session.row(
        "SELECT count(*)::int4 AS n FROM pg_tablespace"
        " WHERE spcname NOT IN ('pg_default', 'pg_global')"
    )
    if found["n"] != 0:
        raise ConfigurationError(
            say(N_("The server has tablespaces, so its base backup is more than one stream.")),
            remedy=say(N_("Write format: custom in the job's source.")),
        )


@contextmanager
def revive_base(
    reviving: Reviving, scope: Scope, *, database: str, user: str, given: str | None
) -> Iterator[Revived]:
    """Start a server on the copied files. Raises RevivalError when they are not whole."""
    cell = reviving.cell
    programs = _same_version(reviving, find_programs(cell, given))
    cluster = reviving.home / "data"
    with reviving.phase("load"):
        _unpack(cell, reviving.restored, cluster)
        complaints = _verified(cell, programs, cluster)
        _make_own(cell, cluster)
    with ExitStack() as running:
        try:
            scratch = running.enter_context(
                run_scratch(reviving, programs, cluster, superuser=user)
            )
        except ToolError as error:
            raise _not_alive(complaints, error) from error
        with reviving.phase("question"):
            with scratch.session(database) as session:
                portrait = take_portrait(session, replace(scope, base=True), reviving.portrait)
            complaints += _examined(scratch, database)
        yield scratch.revived(database, portrait, complaints)


def _not_alive(complaints: tuple[str, ...], error: ContinuityError) -> ContinuityError:
    """Blame the files for a server that does not start, where they were shown to be wrong."""
    if not complaints:
        return error
    return RevivalError(
        say(
            N_("The base backup is damaged, and no server starts on it: {complaint}"),
            complaint=complaints[0],
        ),
        remedy=say(N_("Make a new backup, and see what happened to this one.")),
    )


def _same_version(reviving: Reviving, candidates: tuple[Programs, ...]) -> Programs:
    """Choose the programs of the very version: no other reads these files."""
    major = major_of(reviving.portrait)
    for programs in candidates:
        if programs.major == major:
            return programs
    raise ToolMissingError(
        say(N_("PostgreSQL {major} itself is not installed on this machine."), major=major),
        remedy=say(N_("Install it: apt install {package}"), package=f"postgresql-{major}"),
    )


def _unpack(cell: Cell, restored: Path, cluster: Path) -> None:
    _done(cell, "mkdir", "--mode=0700", str(cluster))
    words = ("--extract", "--no-same-owner", "--no-same-permissions", f"--file={restored}")
    unpacked = cell.run(
        Command(argv=("tar", *words, f"--directory={cluster}"), timeout=LONGEST, silence=None)
    )
    if unpacked.code != 0 or not (cluster / "PG_VERSION").is_file():
        raise _not_whole(unpacked)


def _verified(cell: Cell, programs: Programs, cluster: Path) -> tuple[str, ...]:
    """Compare the files with the list of checksums that the server gave with them."""
    if not (cluster / _MANIFEST).is_file():
        return ()
    done = programs.run(cell, "pg_verifybackup", str(cluster), timeout=LONGEST)
    lines = done.stderr.split(b"\n") if done.code != 0 else []
    return _complaints("pg_verifybackup", done, lines)


def _make_own(cell: Cell, cluster: Path) -> None:
    """Leave nothing in it that reaches for the world outside."""
    _done(cell, "rm", "--force", *(str(cluster / name) for name in _FOREIGN))
    for name, text in (
        ("postgresql.conf", b""),
        ("pg_hba.conf", b"local all all trust\n"),
        ("pg_ident.conf", b""),
    ):
        path = str(cluster / name)
        _done(cell, "rm", "--force", path)
        _done(cell, "dd", f"of={path}", "status=none", fed=text)


def _examined(scratch: Scratch, database: str) -> tuple[str, ...]:
    """Let pg_amcheck look into tables and indexes, where it is there and may."""
    program = Path(scratch.programs.directory) / "pg_amcheck"
    with scratch.session(database) as session:
        told = session.row(
            "SELECT current_setting('is_superuser') = 'on' AND EXISTS"
            " (SELECT FROM pg_available_extensions WHERE name = 'amcheck') AS able"
        )
    if not told["able"] or not program.is_file():
        return ()
    command = scratch.place(database).command("pg_amcheck", "--install-missing", "--no-password")
    done = scratch.cell.run(replace(command, argv=(*command.argv, f"--database={database}")))
    lines = [*done.stdout.split(b"\n"), *done.stderr.split(b"\n")] if done.code != 0 else []
    return _complaints("pg_amcheck", done, lines)


def _complaints(program: str, done: Finished, lines: list[bytes]) -> tuple[str, ...]:
    told = [last_words(line) for line in lines[:_MOST_COMPLAINTS] if line.strip()]
    if done.code != 0 and not told:
        return (f"{program}: code {done.code}",)
    return tuple(told)


def _done(cell: Cell, program: str, *words: str, fed: bytes | None = None) -> None:
    done = cell.run(Command(argv=(program, *words), timeout=_SHORT, stdin=fed))
    if done.code != 0:
        raise _not_whole(done)


def _not_whole(done: Finished) -> ContinuityError:
    return RevivalError(
        say(N_("The base backup cannot be unpacked: {said}"), said=last_words(done.stderr)),
        remedy=say(N_("Make a new backup, and see what happened to this one.")),
    )
