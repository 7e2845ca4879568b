"""Databases of a MariaDB server."""

from __future__ import annotations

from continuity.sources.mariadb.calls import Programs
from continuity.sources.mariadb.family import kind_by
from continuity.sources.mariadb.options import MariadbSource

PROGRAMS = Programs(
    client="mariadb", dumper="mariadb-dump", server="mariadbd", installer="mariadb-install-db"
)

SOURCE = kind_by("mariadb", MariadbSource, PROGRAMS)
