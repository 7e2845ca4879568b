"""What MariaDB and MySQL have in common: all but the names of their programs."""

from __future__ import annotations

from continuity.sources.mariadb.by_hand import load_by_hand
from continuity.sources.mariadb.calls import Programs, needs_of
from continuity.sources.mariadb.capture import capture_by, extent
from continuity.sources.mariadb.inquiring import inquire_by
from continuity.sources.mariadb.options import MysqlFamilySource
from continuity.sources.mariadb.planting import plant_by
from continuity.sources.mariadb.replacing import replace_by
from continuity.sources.mariadb.revive import revive_by
from continuity.sources.source import SourceKind


def kind_by(name: str, options: type[MysqlFamilySource], programs: Programs) -> SourceKind:
    """Make the kind of source whose server comes with these programs."""
    return SourceKind(
        name=name,
        options=options,
        extent=extent,
        capture=capture_by(programs),
        revive=revive_by(programs),
        plant=plant_by(programs),
        inquire=inquire_by(programs),
        needs=needs_of(programs),
        by_hand=load_by_hand(programs),
        replace=replace_by(programs),
    )
