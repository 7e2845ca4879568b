"""What people write about databases of a MariaDB or MySQL server."""

from __future__ import annotations

import json
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from continuity.domain.job import ReplaceableSource
from continuity.domain.text import N_, say
from continuity.domain.written import ExpectedError, LocalPath, SourcePath
from continuity.sources.mariadb.words import parts_from_text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ExpectedError(say(N_("an IANA zone such as Europe/Madrid"))) from None
    return text


def _server_text(text: str) -> str:
    if not text or "\0" in text:
        raise ExpectedError(say(N_("text that is not empty")))
    return text


Text = Annotated[str, AfterValidator(_server_text)]


def _time_column(text: str) -> str:
    parts_from_text(text)
    return text


class MysqlFamilySource(ReplaceableSource):
    """Databases of one server, as its own client programs on ``host`` reach it."""

    databases: tuple[Text, ...] = Field(
        default=(), description="what is copied; all but the server's own if absent"
    )
    address: Text | None = Field(
        default=None, description="name or IP address of the server; its socket if absent"
    )
    port: int = Field(default=3306, ge=1, le=65_535, description="port at the address")
    socket: SourcePath | None = Field(
        default=None, description="socket of the server; the programs' own default if absent"
    )
    user: Text | None = Field(
        default=None, description="account of the database; named like the system's user if absent"
    )
    options_file: SourcePath | None = Field(
        default=None,
        description="file of options of the client programs, for TLS for example; none if absent",
    )
    programs: SourcePath | None = Field(
        default=None, description="directory of the client programs on the host; the PATH if absent"
    )
    server_programs: LocalPath | None = Field(
        default=None,
        description="directory of the server's programs here, for drills; the PATH if absent",
    )
    lock: bool = Field(
        default=True,
        description="writing may wait for an instant, so that rows are counted as they are copied",
    )
    exact_rows: int = Field(
        default=100_000_000,
        ge=0,
        description="tables up to about this many rows are counted, larger ones only sampled",
    )
    newest: tuple[Annotated[str, AfterValidator(_time_column)], ...] = Field(
        default=(),
        description="time columns whose newest value is compared, as table.column",
        examples=[["orders.created_at"], ["shop.orders.created_at"]],
    )
    zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", description="IANA zone of times in columns that know none"
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> MysqlFamilySource:
        if self.address is not None and self.socket is not None:
            raise ExpectedError(say(N_("either an address or a socket")))
        return self

    def identity(self) -> str:
        """Name the server and the databases, whatever account and programs reach them."""
        place = [self.address, self.port] if self.address is not None else [self.socket]
        return json.dumps({"server": place, "databases": sorted(self.databases)}, sort_keys=True)


class MariadbSource(MysqlFamilySource):
    """Databases of a MariaDB server."""

    kind: Literal["mariadb"] = Field(default="mariadb", description="databases of MariaDB")
