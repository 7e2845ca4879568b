"""What a read-back left proven of a repository's packs, small enough to judge from."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from continuity.domain.clock import text_from_time


class PackFacts(NamedTuple):
    """How much of a repository's packs a check left proven within the deadline it worked to.

    ``oldest`` is from when the deadline of the one counts that waits longest; ``whole`` says that
    everything stored by then was read since. ``short`` when the budget cannot keep the deadline:
    ``needed`` are the bytes a round takes, ``allowed`` those it may take, of requests where
    ``in_requests``.
    """

    packs: int
    bytes: int
    proven: int
    proven_bytes: int
    oldest: datetime | None
    whole: bool
    short: bool = False
    needed: int = 0
    allowed: int = 0
    in_requests: bool = False


PlainPacks = tuple[int, int, int, int, str | None, bool, bool, int, int, bool]
"""The same as a row of a cache in JSON."""


def plain_from_packs(packs: PackFacts) -> list[object]:
    """Reduce them to what JSON can hold."""
    return [text_from_time(one) if isinstance(one, datetime) else one for one in packs]


def packs_from_plain(plain: PlainPacks | None) -> PackFacts | None:
    """Read back what ``plain_from_packs`` wrote."""
    if plain is None:
        return None
    packs, size, proven, proven_size, oldest, whole, short, needed, allowed, in_requests = plain
    return PackFacts(
        packs=packs,
        bytes=size,
        proven=proven,
        proven_bytes=proven_size,
        oldest=None if oldest is None else datetime.fromisoformat(oldest),
        whole=whole,
        short=short,
        needed=needed,
        allowed=allowed,
        in_requests=in_requests,
    )
