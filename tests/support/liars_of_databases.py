"""Client programs of databases that do their work and something else besides."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from tests.support.programs import postgresql_programs, program

KILL = "kill -9 $PPID"
"""Kills the program that called."""


def lying_postgresql(root: Path, *, after_load: str = "", kills_at: str = "") -> Path:
    """Give a directory of PostgreSQL's programs: ``$name`` is the database that was loaded.

    Who calls is killed as soon as psql has been given the line ``kills_at``, which it carries out.
    """
    real, own = postgresql_programs(), root / "programs"
    own.mkdir()
    (own / "pg_dump").symlink_to(real / "pg_dump")
    _write(
        own / "pg_restore",
        f'{real}/pg_restore "$@" || exit\n'
        "for word; do case $word in --dbname=*) name=${word#--dbname=}\n"
        f"{after_load or ':'}\n;; esac; done\n",
    )
    heard = f"{{ grep -qx '{kills_at}' && {KILL}; cat >/dev/null; }}" if kills_at else "cat"
    _write(own / "psql", f'tee >({heard} >/dev/null 2>&1) | {real}/psql "$@"\n')
    return own


def lying_mariadb(root: Path, *, kills_at: str = "") -> Path:
    """Give a directory of MariaDB's client programs; ``kills_at`` is in a line of the client's."""
    own = root / "programs"
    own.mkdir()
    (own / "mariadb-dump").symlink_to(program("mariadb-dump"))
    heard = f"{{ grep -q '{kills_at}' && {KILL}; cat >/dev/null; }}"
    _write(own / "mariadb", f'tee >({heard} >/dev/null 2>&1) | {program("mariadb")} "$@"\n')
    return own


def end_left(programs: Path) -> None:
    """End what a killed caller left waiting for more to read."""
    for line in (programs / "begun").read_text().split():
        with contextlib.suppress(ProcessLookupError):  # ended already is as wanted
            os.killpg(int(line), signal.SIGKILL)


def _write(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/bash\necho $$ >>{path.parent / 'begun'}\n{script}")
    path.chmod(0o755)
