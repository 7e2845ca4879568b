"""Ask one SQLite database whether it is whole: ``database DATABASE SCRATCH``.

A database that was copied while a program wrote to it has its journal beside it; only together
they are right. They are put together in SCRATCH, since reading them means writing.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from urllib.parse import quote

_HEADER = b"SQLite format 3\0"
_JOURNALS = ("-wal", "-journal")
_MOST = 10


def tell(words: list[str]) -> dict[str, object]:
    """Read every page and follow every reference."""
    path, scratch = words
    with open(path, "rb") as file:
        if file.read(len(_HEADER)) != _HEADER:
            return {"complaints": ["it is no SQLite database"]}
    if any(os.path.exists(path + journal) for journal in _JOURNALS):
        address = f"file:{quote(_together(path, scratch))}"
    else:
        address = f"file:{quote(path)}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            return _ask(database)
    except sqlite3.DatabaseError as error:
        return {"complaints": [str(error)]}


def _together(path: str, scratch: str) -> str:
    copy = os.path.join(scratch, "database")
    for part in ("", *_JOURNALS):
        if os.path.exists(path + part):
            shutil.copyfile(path + part, copy + part)
    return copy


def _ask(database: sqlite3.Connection) -> dict[str, object]:
    lines = [str(row[0]) for row in database.execute(f"PRAGMA integrity_check({_MOST})")]
    broken = 0
    for _ in database.execute("PRAGMA foreign_key_check"):
        broken += 1
    (tables,) = database.execute(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
    ).fetchone()
    return {
        "complaints": [line for line in lines if line != "ok"],
        "broken_references": broken,
        "tables": tables,
    }
