"""What people write about a database of a PostgreSQL server."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from continuity.domain.job import ReplaceableSource
from continuity.domain.text import N_, say
from continuity.domain.written import ExpectedError, LocalPath
from continuity.sources.postgresql.names import column_from_text, table_from_text

_TEMPLATES = ("template0", "template1")


def _printable(text: str) -> str:
    if not text.isprintable() or "," in text:
        raise ExpectedError(say(N_("one printable name without commas")))
    return text


def _database(text: str) -> str:
    if not text.isprintable() or text in _TEMPLATES:
        raise ExpectedError(say(N_("the name of a database that is no template")))
    return text


def _table(text: str) -> str:
    table_from_text(text)
    return text


def _column(text: str) -> str:
    column_from_text(text)
    return text


def _directory(text: str) -> str:
    if not text.startswith("/") or "\0" in text:
        raise ExpectedError(say(N_("an absolute path")))
    return text


class PostgresqlSource(ReplaceableSource):
    """A database of a PostgreSQL server, version 12 or newer."""

    kind: Literal["postgresql"] = Field(
        default="postgresql", description="a database of PostgreSQL 12 or newer"
    )
    database: Annotated[str, AfterValidator(_database)] = Field(
        min_length=1, max_length=63, description="name of the database"
    )
    user: Annotated[str, AfterValidator(_printable)] = Field(
        min_length=1, max_length=63, description="role that may read all of it"
    )
    address: Annotated[str, AfterValidator(_printable)] | None = Field(
        default=None,
        min_length=1,
        description="name or address of the server as its host sees it, or its socket's directory",
        examples=["127.0.0.1", "/var/run/postgresql"],
    )
    port: int = Field(default=5432, ge=1, le=65_535, description="port of the server")
    tls: Literal["prefer", "require", "verify-full"] = Field(
        default="prefer", description="how much encryption the connection must have"
    )
    format: Literal["custom", "base"] = Field(
        default="custom", description="custom: pg_dump; base: pg_basebackup of the whole server"
    )
    compression: int = Field(
        default=0,
        ge=0,
        le=9,
        description="of the dump; with 0 restic finds what is the same as yesterday",
    )
    exclude_tables: tuple[Annotated[str, AfterValidator(_table)], ...] = Field(
        default=(), description="tables of which only the structure is copied, as schema.table"
    )
    newest: tuple[Annotated[str, AfterValidator(_column)], ...] = Field(
        default=(),
        description="time columns whose newest value is compared, as table.column",
        examples=[["orders.created_at"]],
    )
    exact_rows: int = Field(
        default=100_000_000,
        ge=0,
        description="tables up to this many rows are counted, larger ones only up to there",
    )
    programs: Annotated[str, AfterValidator(_directory)] | None = Field(
        default=None, description="directory of psql and pg_dump on the source's host"
    )
    server_programs: LocalPath | None = Field(
        default=None, description="directory of initdb and postgres on this machine, for drills"
    )

    @model_validator(mode="after")
    def _leaves_out_what_can_be(self) -> PostgresqlSource:
        if self.format == "base" and self.exclude_tables:
            raise ExpectedError(say(N_("no exclude_tables with format: base, which copies all")))
        return self

    def identity(self) -> str:
        """Name the database, and what of it is copied."""
        what = [self.address or "", self.port, self.database, self.format]
        return json.dumps([*what, sorted(self.exclude_tables)])
