"""Forget, once a day, planned times that nobody asks for any more; the record keeps what they were.

Reports and judgements read the record, and what is still expected stands beside the slots: only
`schedule` looks back at them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from continuity.domain.clock import text_from_time, time_from_text
from continuity.store.store import Store

SLOTS_KEPT = timedelta(days=400)
"""So long after its end a slot is kept: a year, to be compared with the one before, and a month."""

_FORGOTTEN = "slots.forgotten"
_EVERY = timedelta(days=1)


def forget_old_slots(store: Store, now: datetime) -> int:
    """Drop slots that ended long ago, unless that was done today; gives how many."""
    text = store.noted(_FORGOTTEN)
    last = None if text is None else time_from_text(text)
    if last is not None and timedelta() <= now - last < _EVERY:
        return 0
    # A clock that is far ahead for a moment must not take everything: one step at a time.
    reach = now if last is None or now < last else min(now, last + 2 * _EVERY)
    with store.transaction() as transaction:
        transaction.note(_FORGOTTEN, text_from_time(now))
        return transaction.slots.forget(reach - SLOTS_KEPT)
