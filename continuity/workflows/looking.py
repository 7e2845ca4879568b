"""When the service last looked at its slots, so that its own silence is noticed."""

from __future__ import annotations

from datetime import datetime, timedelta

from continuity.domain.clock import text_from_time, time_from_text
from continuity.store.store import Store

_LOOKED = "service.looked"
_BY = "service.looked-by"
# Each note is a write, and whoever remembers the database looks at it again after one.
_EVERY = timedelta(minutes=5)


def looked_last(store: Store) -> datetime | None:
    """Recall when the service last looked; None when there never was one."""
    text = store.noted(_LOOKED)
    return None if text is None else time_from_text(text)


def looked_by(store: Store) -> str:
    """Recall what looked then: the name of a command, empty where that was not noted."""
    return store.noted(_BY) or ""


def note_look(store: Store, now: datetime, by: str) -> None:
    """Remember what looked, unless that was noted just before."""
    last = looked_last(store)
    if last is not None and timedelta() <= now - last < _EVERY and looked_by(store) == by:
        return
    with store.transaction() as transaction:
        transaction.note(_LOOKED, text_from_time(now))
        transaction.note(_BY, by)
