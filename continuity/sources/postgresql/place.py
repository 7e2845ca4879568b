"""Where a PostgreSQL server is reached, and how its programs are called there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from continuity.domain.secret import Secret
from continuity.hosts.host import Command, Host

# A dump of some terabytes takes hours; one that says nothing for an hour is stuck.
LONGEST = 7 * 86_400.0
SILENCE = 3_600.0
_CONNECT_SECONDS = 30
_GRACE = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A database as programs on ``host`` reach it; ``programs`` is their directory there."""

    host: Host
    database: str
    user: str
    address: str | None = None
    port: int = 5432
    password: Secret | None = None
    tls: str = "prefer"
    programs: str | None = None
    cwd: Path | None = None

    def environment(self) -> dict[str, str]:
        """Give the connection in words that no program takes for an option or a command."""
        words = {
            "PGDATABASE": self.database,
            "PGUSER": self.user,
            "PGPORT": str(self.port),
            "PGSSLMODE": self.tls,
            "PGCONNECT_TIMEOUT": str(_CONNECT_SECONDS),
            "PGAPPNAME": "continuity",
            "LC_ALL": "C",
        }
        return words if self.address is None else {**words, "PGHOST": self.address}

    def command(self, program: str, *words: str, silence: float | None = None) -> Command:
        """Make a call of one of PostgreSQL's programs; the password goes by its environment."""
        path = program if self.programs is None else f"{self.programs}/{program}"
        return Command(
            argv=(path, *words),
            timeout=LONGEST,
            silence=silence,
            env=self.environment(),
            secrets={} if self.password is None else {"PGPASSWORD": self.password},
            cwd=self.cwd,
            grace=_GRACE,
        )
