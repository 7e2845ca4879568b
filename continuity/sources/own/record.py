"""How the end of a record is asked for, and what is known of one that a server keeps."""

from __future__ import annotations

from continuity.domain.portrait import Portrait, TablePortrait
from continuity.store.copying import CopiedRecord

HEAD = "SELECT sequence || ':' || hash FROM evidence ORDER BY sequence DESC LIMIT 1"
"""The end of the record: its number and its hash."""

_UTF8 = "UTF-8"


def portrait_from_copied(copied: CopiedRecord) -> Portrait:
    """Portray what a server counted; how SQLite makes tables is none of its affair."""
    return Portrait(
        kind="continuity",
        version="",
        tables=tuple(
            TablePortrait(name=name, least=rows, most=rows, schema="") for name, rows in copied.rows
        ),
        encoding=_UTF8,
        answers=((HEAD, f"{copied.head.sequence}:{copied.head.hash}"),),
    )
