"""Put a canary into a SQLite database."""

from __future__ import annotations

from continuity.domain.failure import ConfigurationError, SourceError
from continuity.domain.text import N_, say, shown
from continuity.hosts.host import Command, Host

_SECONDS = 60.0
_WAIT_MILLISECONDS = 10_000


def plant_in(host: Host, database: str, statements: tuple[str, ...]) -> None:
    """Execute statements in one transaction; a database that is not there is never made.

    Raises ConfigurationError for a path that cannot be given to the program, and SourceError.
    """
    if not database.startswith("/"):
        raise ConfigurationError(say(N_("{path} is no absolute path."), path=database))
    script = "; ".join(("BEGIN IMMEDIATE", *statements, "COMMIT"))
    finished = host.run(
        Command(
            argv=(
                "sqlite3",
                "-batch",
                "-bail",
                "-cmd",
                f".timeout {_WAIT_MILLISECONDS}",
                f"file:{_escaped(database)}?mode=rw",
            ),
            timeout=_SECONDS,
            stdin=f"{script};\n".encode(),
        )
    )
    if finished.code != 0 or finished.stderr.strip():
        raise SourceError(
            say(
                N_("The canary could not be planted in {path}: {reason}"),
                path=shown(database.encode("utf-8", "surrogateescape")),
                reason=shown(finished.stderr.strip()[-300:]) or str(finished.code),
            ),
            remedy=say(N_("See whether the database is there, and who may write to it.")),
        )


def _escaped(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
