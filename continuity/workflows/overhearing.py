"""What was heard of a ticket system already: up to when, and which of the last things."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.clock import text_from_time, time_from_text
from continuity.domain.ticket import RemoteChange
from continuity.store.store import Transaction

OVERLAP = timedelta(hours=1)
"""How far back is asked again: an index may lag, and two clocks differ."""

_MOST_AT_ONCE = 200
_MOST_REMEMBERED = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """Everything up to ``moment`` but for the overlap, and there what ``digests`` tell of.

    The moment is one of the other side's own clock, so that neither has to be right.
    """

    moment: datetime
    digests: tuple[str, ...] = ()

    @property
    def since(self) -> datetime:
        """From when to ask."""
        return self.moment - OVERLAP

    def fresh(self, changes: Iterable[RemoteChange]) -> tuple[RemoteChange, ...]:
        """Give what was not heard yet, the oldest first; of a flood only the beginning."""
        known = set(self.digests)
        fresh: dict[str, RemoteChange] = {}
        for one in sorted(changes, key=lambda change: change.at):
            if one.at > self.since and _digest(one) not in known:
                fresh.setdefault(_digest(one), one)
        return tuple(fresh.values())[:_MOST_AT_ONCE]

    def with_heard(self, fresh: Iterable[RemoteChange], now: datetime, *, whole: bool) -> Heard:
        """Add what was heard. Unless all was, nothing is taken for heard by its time alone."""
        news = {_digest(one): one.at for one in fresh}
        digests = (*self.digests, *news)
        if not news or not (whole or len(digests) > _MOST_REMEMBERED):
            return Heard(moment=self.moment, digests=digests)
        # A clock that is ahead must not make us deaf to what comes.
        moment = max(self.moment, min(now, max(news.values())))
        return Heard(moment=moment, digests=digests[-_MOST_REMEMBERED:])


def heard_on(noted: str | None, otherwise: datetime) -> Heard:
    """Read what was noted; nothing was heard before ``otherwise``."""
    if noted is None:
        return Heard(moment=otherwise)
    plain = json.loads(noted)
    return Heard(moment=time_from_text(plain["moment"]), digests=tuple(plain["digests"]))


def note_heard(transaction: Transaction, lane: str, heard: Heard) -> None:
    """Remember it."""
    plain = {"moment": text_from_time(heard.moment), "digests": heard.digests}
    transaction.note(name_of(lane), json.dumps(plain))


def name_of(lane: str) -> str:
    """Name the note of a lane."""
    return f"heard.{lane}"


def _digest(change: RemoteChange) -> str:
    state = "" if change.state is None else change.state.value
    told = (change.ref.id, change.at.isoformat(), change.actor, state, change.comment)
    return hashlib.sha256("\0".join(told).encode("utf-8", "replace")).hexdigest()[:16]
