"""Client programs of databases that do their work and something else besides."""

from __future__ import annotations

from pathlib import Path

from tests.support.programs import postgresql_programs

KILL = "kill -9 $PPID"
"""Kills the program that called."""


def lying_postgresql(root: Path, *, after_load: str = "", on_commit: str = "") -> Path:
    """Give a directory of PostgreSQL's programs: ``$name`` is the database that was loaded.

    ``on_commit`` happens as soon as psql has been given a COMMIT that it will carry out.
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
    heard = f"{{ grep -qx COMMIT && {on_commit}; cat >/dev/null; }}" if on_commit else "cat"
    _write(own / "psql", f'tee >({heard} >/dev/null 2>&1) | {real}/psql "$@"\n')
    return own


def _write(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/bash\n{script}")
    path.chmod(0o755)
