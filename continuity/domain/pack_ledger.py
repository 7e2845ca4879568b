"""Which packs are read back next, so that every one of them is read once in so many checks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

_NEVER = datetime.min.replace(tzinfo=UTC)


def packs_due(
    packs: Mapping[bytes, int],
    read: Mapping[bytes, datetime],
    since: datetime | None,
    left: int,
) -> tuple[bytes, ...]:
    """Choose packs by their size in bytes and when each was last found right.

    ``since`` is when the present round of checks began, None when it begins now; ``left`` is how
    many checks are left in it, this one included. What was not read in this round is shared evenly
    among them, the least recently read first, so that the last one reads all that is left. A pack
    that was found damaged was not found right: it comes first each time. Where the round has read
    everything already, the one that was read longest ago is read again: no check reads nothing.
    """
    if left < 1:
        raise ValueError(f"{left} checks left")
    unread = [id for id in packs if since is None or read.get(id, _NEVER) < since]
    if not unread:
        return tuple(sorted(packs, key=lambda id: (read.get(id, _NEVER), id))[:1])
    quota = -(-sum(packs[id] for id in unread) // left)
    chosen: list[bytes] = []
    size = 0
    for id in sorted(unread, key=lambda id: (read.get(id, _NEVER), id)):
        if chosen and size >= quota and left > 1:
            break
        chosen.append(id)
        size += packs[id]
    return tuple(chosen)
