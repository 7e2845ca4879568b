"""Databases of a MySQL server, or of one whose programs bear MySQL's names."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from continuity.sources.mariadb.by_hand import load_by_hand
from continuity.sources.mariadb.calls import Programs, needs_of
from continuity.sources.mariadb.capture import capture_by, extent
from continuity.sources.mariadb.inquiring import inquire_by
from continuity.sources.mariadb.options import MysqlFamilySource
from continuity.sources.mariadb.planting import plant_by
from continuity.sources.mariadb.replacing import replace_by
from continuity.sources.mariadb.revive import revive_by
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
    plant=plant_by(PROGRAMS),
    inquire=inquire_by(PROGRAMS),
    needs=needs_of(PROGRAMS),
    by_hand=load_by_hand(PROGRAMS),
    replace=replace_by(PROGRAMS),
)
