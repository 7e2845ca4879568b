"""Databases of a MariaDB server."""

from __future__ import annotations

from continuity.sources.mariadb.by_hand import load_by_hand
from continuity.sources.mariadb.calls import Programs, needs_of
from continuity.sources.mariadb.capture import capture_by, extent
from continuity.sources.mariadb.inquiring import inquire_by
from continuity.sources.mariadb.options import MariadbSource
from continuity.sources.mariadb.planting import plant_by
from continuity.sources.mariadb.replacing import replace_by
from continuity.sources.mariadb.revive import revive_by
from continuity.sources.source import SourceKind

PROGRAMS = Programs(
    client="mariadb", dumper="mariadb-dump", server="mariadbd", installer="mariadb-install-db"
)

SOURCE = SourceKind(
    name="mariadb",
    options=MariadbSource,
    extent=extent,
    capture=capture_by(PROGRAMS),
    revive=revive_by(PROGRAMS),
    plant=plant_by(PROGRAMS),
    inquire=inquire_by(PROGRAMS),
    needs=needs_of(PROGRAMS),
    by_hand=load_by_hand(PROGRAMS),
    replace=replace_by(PROGRAMS),
)
