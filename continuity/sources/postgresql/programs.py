"""The PostgreSQL server programs of this machine, by version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from continuity.domain.failure import ToolMissingError
from continuity.domain.text import N_, say
from continuity.hosts.host import Command, Finished
from continuity.sandbox.cell import Cell

# Debian and Ubuntu, Red Hat's and SUSE's packages, the projects' own builds.
_FOLDERS = (
    *("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/lib/postgresql[0-9]*/bin"),
    *("/opt/postgresql*/bin", "/usr/local/pgsql*/bin", "/usr/local/bin", "/usr/bin"),
)
_NEEDED = ("postgres", "initdb", "psql", "pg_restore")
_VERSION = re.compile(rb"\(PostgreSQL\) ([0-9]{1,4})")
_ANSWER_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Programs:
    """A directory with everything that a scratch server takes."""

    directory: str
    major: int

    def run(self, cell: Cell, program: str, *words: str, timeout: float) -> Finished:
        """Run one of them in the cell, without a server."""
        path = f"{self.directory}/{program}"
        return cell.run(Command(argv=(path, *words), timeout=timeout, env={"LC_ALL": "C"}))


def find_programs(cell: Cell, given: str | None) -> tuple[Programs, ...]:
    """Find the versions that are installed, the oldest first; ``given`` is the only place then.

    Raises ToolMissingError when there is none.
    """
    places = [Path(given)] if given is not None else _places()
    found = [programs for place in places for programs in _programs(cell, place)]
    if not found:
        raise ToolMissingError(
            say(N_("The PostgreSQL server programs are not installed on this machine.")),
            remedy=say(N_("Install it: apt install {package}"), package="postgresql"),
        )
    return tuple(sorted(found, key=lambda programs: programs.major))


def _places() -> list[Path]:
    return [place for pattern in _FOLDERS for place in Path("/").glob(pattern.lstrip("/"))]


def _programs(cell: Cell, place: Path) -> Iterator[Programs]:
    if not all((place / name).is_file() for name in _NEEDED):
        return
    asked = Command(argv=(str(place / "postgres"), "--version"), timeout=_ANSWER_SECONDS)
    told = cell.run(asked)
    version = _VERSION.search(told.stdout)
    if told.code == 0 and version is not None:
        yield Programs(directory=str(place), major=int(version[1]))
