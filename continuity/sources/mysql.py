"""Databases of a MySQL server, or of one whose programs bear MySQL's names."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from continuity.sources.mariadb.calls import Programs
from continuity.sources.mariadb.family import kind_by
from continuity.sources.mariadb.options import MysqlFamilySource


class MysqlSource(MysqlFamilySource):
    """Databases of a MySQL server."""

    kind: Literal["mysql"] = Field(default="mysql", description="databases of MySQL")


PROGRAMS = Programs(
    client="mysql", dumper="mysqldump", server="mysqld", installer="mysql_install_db"
)

SOURCE = kind_by("mysql", MysqlSource, PROGRAMS)
