"""Databases of a MySQL server, or of one whose programs bear MySQL's names."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from continuity.sources.mariadb import extent
from continuity.sources.mariadb_calls import Programs
from continuity.sources.mariadb_capture import capture_by
from continuity.sources.mariadb_options import MysqlFamilySource
from continuity.sources.mariadb_revive import revive_by
from continuity.sources.source import SourceKind


class MysqlSource(MysqlFamilySource):
    """Databases of a MySQL server."""

    kind: Literal["mysql"] = Field(default="mysql", description="databases of MySQL")


PROGRAMS = Programs(
    client="mysql", dumper="mysqldump", server="mysqld", installer="mysql_install_db"
)

SOURCE = SourceKind(
    name="mysql",
    options=MysqlSource,
    extent=extent,
    capture=capture_by(PROGRAMS),
    revive=revive_by(PROGRAMS),
)
