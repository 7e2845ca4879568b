"""Hear jobs that run elsewhere: what they say is recorded, and remembered for judging."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from continuity.domain.clock import Now
from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.heartbeat_signals import Pulse, beat, plain_from_pulse, pulse_from_plain
from continuity.domain.ping import Ping, PingError, Signal
from continuity.store.store import Store

_NOTE = "heartbeat."


def hear(store: Store, names: Mapping[UUID, str], ping: Ping, now: Now) -> str:
    """Record a ping and give the name of its heartbeat. Raises PingError for an unknown one.

    What is only logged is no sign of success or failure, and is not recorded.
    """
    name = None if ping.check is None else names.get(ping.check)
    if name is None:
        raise PingError("not found")
    if ping.signal is Signal.LOG:
        return name
    at = now()
    with store.transaction() as transaction:
        known = _pulse(transaction.noted(_NOTE + name), at)
        heard = beat(known, ping.signal, at, ping.status)
        transaction.note(_NOTE + name, json.dumps(plain_from_pulse(heard), sort_keys=True))
        body: dict[str, object] = {"heartbeat": name, "signal": ping.signal.value}
        if ping.status is not None:
            body["status"] = ping.status
        if ping.run is not None:
            body["run"] = str(ping.run)
        transaction.append(Draft(kind=RecordKind.HEARTBEAT_HEARD, job=None, run_id=None, body=body))
    return name


def pulses_of(store: Store, names: Iterable[str], now: datetime) -> Mapping[str, Pulse]:
    """Recall what was heard; of one that was never expected before, its time begins now."""
    found: dict[str, Pulse] = {}
    for name in names:
        text = store.noted(_NOTE + name)
        found[name] = _pulse(text, now)
        if text is None:
            with store.transaction() as transaction:
                plain = plain_from_pulse(found[name])
                transaction.note(_NOTE + name, json.dumps(plain, sort_keys=True))
    return found


def _pulse(text: str | None, now: datetime) -> Pulse:
    return Pulse(since=now) if text is None else pulse_from_plain(json.loads(text))
