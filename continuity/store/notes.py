"""Notes: small facts about this database and about work that goes round in turns."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from continuity.store.tables import meta


def note(connection: Connection, name: str, value: str) -> None:
    """Remember a text under a name, in place of what was there."""
    connection.execute(delete(meta).where(meta.c.name == name))
    connection.execute(insert(meta), {"name": name, "value": value})


def noted(connection: Connection, name: str) -> str | None:
    """Recall what was noted under a name."""
    found: str | None = connection.execute(
        select(meta.c.value).where(meta.c.name == name)
    ).scalar_one_or_none()
    return found
