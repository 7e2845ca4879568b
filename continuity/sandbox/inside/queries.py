"""Put queries to a SQLite database: ``queries DATABASE FILE``, with the queries in FILE as JSON.

Without a DATABASE they are put to an empty one. A query is a text, or ``{"digest": text}`` to get,
instead of its rows, their count, the first and the last one without its last column, and the
SHA-256 over the last column of all. Every value is text or null.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

Row = tuple[str | None, ...]


def tell(words: list[str]) -> dict[str, object]:
    """Open the database to read, and ask."""
    path, file = words
    queries = json.loads(Path(file).read_text("ascii"))
    address = f"file:{quote(path)}?mode=ro&immutable=1" if path else ":memory:"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as database:
        return {"answers": [answer(database, query) for query in queries]}


def answer(database: sqlite3.Connection, query: object) -> dict[str, object]:
    """Ask one query; what SQLite refuses is told as ``refused``."""
    database.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        if isinstance(query, dict):
            return digest(row_from(row) for row in database.execute(query["digest"]))
        return {"rows": [row_from(row) for row in database.execute(str(query))]}
    except (sqlite3.Error, sqlite3.Warning) as error:
        return {"refused": str(error)}


def digest(rows: Iterable[Row]) -> dict[str, object]:
    """Hash the last column of rows as they come."""
    total = hashlib.sha256()
    count = 0
    first: Row = ()
    last: Row = ()
    for row in rows:
        count += 1
        first, last = first or row[:-1], row[:-1]
        total.update(f"{row[-1]}\n".encode("utf-8", "surrogateescape"))
    return {"rows": count, "first": first, "last": last, "digest": total.hexdigest()}


def row_from(row: Iterable[object]) -> Row:
    """Write every value as text."""
    return tuple(_text(value) for value in row)


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.hex()
    return None if value is None else str(value)
