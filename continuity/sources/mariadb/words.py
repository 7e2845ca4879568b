"""How names and values are written in SQL, so that none of them can be taken for something else."""

from __future__ import annotations

import re

from continuity.domain.text import N_, say
from continuity.domain.written import ExpectedError

_PLAIN_NAME = re.compile(r"[0-9A-Za-z_$]+")
_PART = re.compile(r"`((?:[^`]|``)+)`|([^`.]+)")
_NUMBER = re.compile(r"-?[0-9]{1,80}(\.[0-9]{1,80})?")


def quoted(name: str) -> str:
    """Write an identifier."""
    return "`" + name.replace("`", "``") + "`"


def place(database: str, table: str) -> str:
    """Write the full name of a table for the server."""
    return f"{quoted(database)}.{quoted(table)}"


def table_name(database: str, table: str) -> str:
    """Write the full name of a table for people; dots inside a name are told from the one between.

    >>> table_name("shop", "orders")
    'shop.orders'
    """
    return ".".join(
        part if _PLAIN_NAME.fullmatch(part) else quoted(part) for part in (database, table)
    )


def parts_from_text(text: str) -> tuple[str | None, str, str]:
    """Read ``table.column`` or ``database.table.column``; a name with dots stands in backticks.

    Raises ExpectedError.
    """
    found = [(one[1] or "").replace("``", "`") or one[2] for one in _PART.finditer(text)]
    written = ".".join(one[0] for one in _PART.finditer(text))
    match found:
        case [table, column] if written == text:
            return None, table, column
        case [database, table, column] if written == text:
            return database, table, column
    raise ExpectedError(say(N_("a column as table.column or database.table.column")))


def text_literal(text: str) -> str:
    """Write text as a literal that no setting of the session can change."""
    return f"_utf8mb4 X'{text.encode().hex()}'"


def number_literal(text: str) -> str:
    """Write a number as it stands; anything else is no number. Raises ValueError."""
    if not _NUMBER.fullmatch(text):
        raise ValueError("not a number")
    return text


def bytes_literal(text: str) -> str:
    """Write bytes, given in hex. Raises ValueError."""
    return f"X'{bytes.fromhex(text).hex()}'"


def text_from_hex(cell: bytes) -> str:
    """Read what the server gave by HEX()."""
    return bytes.fromhex(cell.decode("ascii")).decode("utf-8", "backslashreplace")


def optional_from_hex(cell: bytes) -> str | None:
    """Read what the server gave by HEX(): NULL, which is no hex, stands for nothing."""
    return None if cell == b"NULL" else text_from_hex(cell)


def listed(names: tuple[str, ...]) -> str:
    """Write names as a list of literals; the server may find others that only look the same."""
    return ", ".join(text_literal(name) for name in names) or "NULL"
