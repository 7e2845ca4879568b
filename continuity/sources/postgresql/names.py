"""Names in PostgreSQL: read as people write them, and quoted so that none can be mistaken."""

from __future__ import annotations

import re
from dataclasses import dataclass

from continuity.domain.text import N_, Message, say
from continuity.domain.written import ExpectedError

_PART = r'(?:"(?:[^"]|"")+"|[^".\s][^".]*)'
_PARTS = re.compile(rf"{_PART}(?:\.{_PART})*", re.DOTALL)
_ONE = re.compile(_PART, re.DOTALL)
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_TABLE_PARTS = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table by its schema and name, exactly as the server has them."""

    schema: str
    name: str

    @property
    def sql(self) -> str:
        """Give the name for a statement."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    @property
    def shown(self) -> str:
        """Give the name as people write it: quotes only where they are needed."""
        return f"{_written(self.schema)}.{_written(self.name)}"


def table_from_text(text: str) -> Table:
    """Read ``table`` or ``schema.table``; names with a dot stand in double quotes.

    Names are taken as they are: nothing is turned into lower case. Raises ExpectedError.
    """
    return _table(_parts(text, say(N_("a table, written as schema.table"))))


def column_from_text(text: str) -> tuple[Table, str]:
    """Read ``table.column`` or ``schema.table.column``. Raises ExpectedError."""
    expected = say(N_("a column, written as table.column or schema.table.column"))
    *table, column = _parts(text, expected)
    if not table:
        raise ExpectedError(expected)
    return _table(table), column


def quoted(name: str) -> str:
    """Quote a name for a statement; nothing in it can end the quotes."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text for a statement; the session has standard_conforming_strings on."""
    return "'" + text.replace("'", "''") + "'"


def _parts(text: str, expected: Message) -> list[str]:
    found = [_bare(part) for part in _ONE.findall(text)] if _PARTS.fullmatch(text) else []
    if not 1 <= len(found) <= _TABLE_PARTS + 1 or "\0" in text:
        raise ExpectedError(expected)
    return found


def _bare(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part


def _table(parts: list[str]) -> Table:
    if len(parts) > _TABLE_PARTS:
        raise ExpectedError(say(N_("a table, written as schema.table")))
    schema, name = parts if len(parts) == _TABLE_PARTS else ("public", parts[0])
    return Table(schema=schema, name=name)


def _written(name: str) -> str:
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return text if _PLAIN.fullmatch(name) else quoted(text)
