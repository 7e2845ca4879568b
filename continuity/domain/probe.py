"""What a step asks of the world to see that a service works."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from continuity.domain.text import N_, say
from continuity.domain.written import (
    Duration,
    ExpectedError,
    LocalPath,
    Name,
    WebAddress,
    Written,
    duration_from_text,
)


def _address(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.:-]{0,252}", text):
        raise ExpectedError(say(N_("a name or an address in the network, without user or port")))
    return text


def _sha256(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ExpectedError(say(N_("64 hexadecimal digits, as sha256sum prints them")))
    return text


class HttpProbe(Written):
    """A page answers."""

    url: WebAddress = Field(description="address of the page")
    status: int = Field(default=200, ge=100, le=599, description="the status that is right")
    contains: str | None = Field(default=None, min_length=1, description="what it must contain")


class TcpProbe(Written):
    """A port takes a connection."""

    host: Annotated[str, AfterValidator(_address)] = Field(
        description="name or address in the network"
    )
    port: int = Field(ge=1, le=65_535, description="port")


class SqlProbe(Written):
    """A database answers a query as it should."""

    job: Name = Field(description="job whose source says which database, and how to enter")
    query: str = Field(min_length=1, max_length=10_000, description="a query that only reads")
    equals: str | None = Field(default=None, description="the first value it must give")
    at_least: int | None = Field(default=None, description="no number less than this")

    @model_validator(mode="after")
    def _one(self) -> SqlProbe:
        if (self.equals is None) == (self.at_least is None):
            raise ExpectedError(say(N_("exactly one of equals or at_least")))
        return self


class FileProbe(Written):
    """A file is there."""

    path: LocalPath = Field(description="the file")
    newer_than: Duration | None = Field(default=None, description="written within this time")
    contains: str | None = Field(default=None, min_length=1, description="what it must contain")


class ChecksumProbe(Written):
    """A file is exactly the one that is meant."""

    path: LocalPath = Field(description="the file")
    sha256: Annotated[str, AfterValidator(_sha256)] = Field(description="its SHA-256")


class CommandProbe(Written):
    """A program says so."""

    argv: tuple[str, ...] = Field(min_length=1, description="program and arguments")
    host: Name | None = Field(default=None, description="host on which it runs; here if absent")
    success: int = Field(default=0, ge=0, le=255, description="the exit code that is right")
    contains: str | None = Field(
        default=None, min_length=1, description="what standard output must contain"
    )


class Probe(Written):
    """One question, asked again and again."""

    http: HttpProbe | None = Field(default=None, description="a page answers")
    tcp: TcpProbe | None = Field(default=None, description="a port takes a connection")
    sql: SqlProbe | None = Field(default=None, description="a database answers a query")
    file: FileProbe | None = Field(default=None, description="a file is there")
    checksum: ChecksumProbe | None = Field(default=None, description="a file is the one meant")
    command: CommandProbe | None = Field(default=None, description="a program says so")
    asked: str | None = Field(
        default=None, min_length=1, description="a question that a person answers with yes or no"
    )
    within: Duration = Field(
        default=duration_from_text("10s"), description="one answer may take this long"
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> Probe:
        ways = [self.http, self.tcp, self.sql, self.file, self.checksum, self.command, self.asked]
        if sum(way is not None for way in ways) != 1:
            raise ExpectedError(
                say(N_("exactly one of http, tcp, sql, file, checksum, command or asked"))
            )
        return self
