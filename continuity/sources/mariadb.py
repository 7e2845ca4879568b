"""Databases of a MariaDB server."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from continuity.domain.job import Source
from continuity.sources.mariadb_calls import Programs
from continuity.sources.mariadb_capture import capture_by
from continuity.sources.mariadb_options import MysqlFamilySource
from continuity.sources.mariadb_revive import revive_by
from continuity.sources.source import NO_FILES, Extent, SourceKind


class MariadbSource(MysqlFamilySource):
    """Databases of a MariaDB server."""

    kind: Literal["mariadb"] = Field(default="mariadb", description="databases of MariaDB")


def extent(_source: Source) -> Extent:
    """Give what of a host's files it covers: none."""
    return NO_FILES


PROGRAMS = Programs(
    client="mariadb", dumper="mariadb-dump", server="mariadbd", installer="mariadb-install-db"
)

SOURCE = SourceKind(
    name="mariadb",
    options=MariadbSource,
    extent=extent,
    capture=capture_by(PROGRAMS),
    revive=revive_by(PROGRAMS),
)
