"""Ask other installations whether they are well, and remember what was heard of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from continuity.domain.clock import Now
from continuity.domain.delivery import Confirmed, Outcome
from continuity.domain.failure import ContinuityError
from continuity.domain.neighbour import Neighbour
from continuity.domain.neighbour_signals import (
    Answered,
    Heard,
    Limits,
    Standing,
    is_news,
    plain_from_standing,
    standing_from_plain,
    told,
)
from continuity.domain.text import shown
from continuity.hosts.web import Ask, Site, Web
from continuity.hosts.web_answer import Answer
from continuity.store.store import Store

_NEIGHBOUR, _WATCHER = "neighbour.", "watcher."
_AT_ONCE = 8
_LARGEST = 1 << 16
_SECONDS = 10.0
_LONGEST = 200


def ask_all(store: Store, neighbours: Mapping[str, Neighbour], now: Now) -> Mapping[str, Standing]:
    """Ask every neighbour, some at a time, and remember what it said. Raises StoreError."""
    if not neighbours:
        return {}
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="neighbour") as pool:
        answers = pool.map(partial(_ask, now), neighbours.values())
        heard = dict(zip(neighbours, answers, strict=True))
    return {name: _remember(store, _NEIGHBOUR + name, one) for name, one in heard.items()}


def note_beat(store: Store, name: str, outcome: Outcome, now: Now) -> None:
    """Remember whether who watches from outside took the sign of life. Raises StoreError."""
    if isinstance(outcome, Confirmed):
        answered = Answered(at=now(), heard=Heard.WELL)
    else:
        answered = Answered(at=now(), heard=Heard.SILENT, said=_short(str(outcome.reason)))
    _remember(store, _WATCHER + name, answered)


def standings_of(store: Store, neighbours: Mapping[str, Neighbour]) -> Mapping[str, Standing]:
    """Recall what was heard of those that were ever asked. Raises StoreError."""
    found = {name: _recall(store, _NEIGHBOUR + name) for name in neighbours}
    return {name: standing for name, standing in found.items() if standing is not None}


def watcher_of(store: Store, name: str) -> Standing | None:
    """Recall how the sign of life was taken; None before the first. Raises StoreError."""
    return _recall(store, _WATCHER + name)


def limits_of(neighbours: Mapping[str, Neighbour]) -> Mapping[str, Limits]:
    """Give what each may do at most."""
    return {
        name: Limits(silence=one.silence, unwell=one.unwell, system=one.system or "")
        for name, one in neighbours.items()
    }


def _remember(store: Store, note: str, answered: Answered) -> Standing:
    known = _recall(store, note)
    found = told(known, answered)
    if is_news(known, found):
        with store.transaction() as transaction:
            transaction.note(note, json.dumps(plain_from_standing(found), sort_keys=True))
    return found


def _recall(store: Store, note: str) -> Standing | None:
    text = store.noted(note)
    return None if text is None else standing_from_plain(json.loads(text))


def _ask(now: Now, neighbour: Neighbour) -> Answered:
    authority = neighbour.ca_certificate
    site = Site(
        name=neighbour.title,
        address=neighbour.address,
        now=now,
        ca_certificate=None if authority is None else Path(authority),
        connect_seconds=_SECONDS,
        read_seconds=_SECONDS,
        whole_seconds=2 * _SECONDS,
        largest_answer=_LARGEST,
    )
    try:
        answer = Web(site).send(Ask(method="GET", path=""))
    except ContinuityError as error:
        return Answered(at=now(), heard=Heard.SILENT, said=_short(str(error.what)))
    return _answered(answer, now)


def _answered(answer: Answer, now: Now) -> Answered:
    """Believe only what Continuity itself would say: a page of whatever stands there is none."""
    value = answer.value()
    told_so = value if isinstance(value, dict) else {}
    match answer.status, told_so.get("well"):
        case (200, True):
            return Answered(at=now(), heard=Heard.WELL)
        case (503, False):
            trouble = told_so.get("trouble") or ""
            return Answered(at=now(), heard=Heard.UNWELL, said=_short(str(trouble)))
        case _:
            return Answered(at=now(), heard=Heard.SILENT, said=f"HTTP {answer.status}")


def _short(text: str) -> str:
    return shown(text.encode("utf-8", "surrogatepass"))[:_LONGEST]
