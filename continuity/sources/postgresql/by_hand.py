"""What a person types to load a restored copy with PostgreSQL's own programs alone."""

from __future__ import annotations

from collections.abc import Iterator

from continuity.domain.by_hand import ByHand, HandStep, Setting, Variable, line
from continuity.domain.portrait import Portrait
from continuity.domain.text import N_, say
from continuity.sources.postgresql.names import quoted
from continuity.sources.postgresql.options import PostgresqlSource
from continuity.sources.source import LoadAsked, captured_path

DATABASE, DIRECTORY, TARGET = Variable("DATABASE"), Variable("DIRECTORY"), Variable("TARGET")


def load_by_hand(asked: LoadAsked) -> ByHand:
    """Give the commands for the format of the copy."""
    source = asked.source
    if not isinstance(source, PostgresqlSource):
        raise TypeError("these are not the options of PostgreSQL")
    return _base(asked) if source.format == "base" else _dump(asked, source.database)


def _dump(asked: LoadAsked, database: str) -> ByHand:
    dump = captured_path(asked.job, "pgdump")
    roles = () if asked.portrait is None else tuple(_roles(asked.portrait))
    making = HandStep(
        title=say(N_("Make the roles it needs; that one exists already is no harm.")), lines=roles
    )
    return ByHand(
        settings=(Setting(name="DATABASE", value=database.encode()),),
        steps=(
            *((making,) if roles else ()),
            HandStep(
                title=say(N_("Make an empty database; PGHOST, PGPORT and PGUSER say where.")),
                lines=(line("createdb", *_like(asked.portrait), "--", DATABASE),),
            ),
            HandStep(
                title=say(N_("Load it.")),
                lines=(
                    line(
                        "pg_restore",
                        "--exit-on-error",
                        "--no-tablespaces",
                        ("--dbname=", DATABASE),
                        (TARGET, dump),
                    ),
                ),
            ),
        ),
    )


def _roles(portrait: Portrait) -> Iterator[bytes]:
    for role in portrait.roles:
        made = f"CREATE ROLE {quoted(role)} NOLOGIN"
        # A role that is there already is as wanted; what lacks one says so when it is loaded.
        yield line("psql", "-X", "--dbname=postgres", f"--command={made}") + b" || true"


def _like(portrait: Portrait | None) -> tuple[str, ...]:
    words: tuple[str, ...] = ("--template=template0",)
    if portrait is None or not portrait.encoding:
        return words
    words += (f"--encoding={portrait.encoding}",)
    collate, slash, ctype = portrait.collation.partition("/")
    if not slash or ":" in portrait.collation:
        return words
    return (*words, f"--lc-collate={collate}", f"--lc-ctype={ctype or collate}")


def _base(asked: LoadAsked) -> ByHand:
    version = "" if asked.portrait is None else asked.portrait.version
    archive = captured_path(asked.job, "pgbase.tar")
    return ByHand(
        settings=(Setting(name="DIRECTORY", value=b"/var/lib/postgresql/restored"),),
        steps=(
            HandStep(
                title=say(
                    N_("Unpack the server's files as its own user; its version was {version}."),
                    version=version or "?",
                ),
                lines=(
                    line("mkdir", "-m", "0700", "--", DIRECTORY),
                    line("tar", "-xf", (TARGET, archive), "-C", DIRECTORY),
                ),
            ),
            HandStep(
                title=say(N_("Start a server of the same version on them.")),
                lines=(line("pg_ctl", "-D", DIRECTORY, "-w", "start"),),
            ),
        ),
    )
