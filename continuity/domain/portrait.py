"""What a database was when it was captured, told by itself and not by its dump."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Newest:
    """The newest value of a declared time column, None in an empty table.

    RFC 3339 in UTC, from one kind of source always with as many digits, so that the order of the
    texts is that of the times.
    """

    column: str
    value: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RowSample:
    """A checksum over some rows in key order: those the rotation had reached.

    ``first`` and ``last`` bound the key, as text the source itself can compare again; ``digest`` is
    SHA-256 in hex over a rendering of the rows that does not depend on the server's settings.
    """

    key: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]
    rows: int
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TablePortrait:
    """One table. ``rows`` lies between ``least`` and ``most``; both are equal when counted in the
    same instant as the dump, and apart where writing went on between two looks.

    ``schema`` is a digest of columns, types, keys, indexes and constraints.
    """

    name: str
    least: int
    most: int
    schema: str
    sample: RowSample | None = None
    newest: tuple[Newest, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Portrait:
    """A whole database: ``kind`` and ``version`` of its server, what it needs, and its tables.

    ``extensions`` and ``roles`` are what a restore elsewhere needs first; ``others`` counts
    further objects (views, functions, triggers, sequences) by their kind. ``answers`` are what the
    queries of the job's own checks gave at that moment, by query. ``parts`` are digests of files
    that belong to it, by name; what is secret has one that tells nothing without the secret.
    """

    kind: str
    version: str
    tables: tuple[TablePortrait, ...]
    extensions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    others: tuple[tuple[str, int], ...] = ()
    encoding: str = ""
    collation: str = ""
    answers: tuple[tuple[str, str | None], ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
