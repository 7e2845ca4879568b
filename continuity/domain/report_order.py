"""One report for one reader, as it waits to be sent and as it became."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from continuity.domain.outbox import Notice, OutboxRow, OutboxState
from continuity.domain.period import Cadence
from continuity.domain.plain import list_in, text_in
from continuity.domain.report_wishes import Detail, Enclosed

REPORT = "report"
"""The event of such a notice, and what the name of its lane begins with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What is sent to whom; settled when it falls due, so that each try sends the same.

    ``run`` is the restore test it is about, empty where it is about a period. ``at`` is the time
    of day at which a digest ends.
    """

    name: str
    to: str
    readers: tuple[str, ...]
    copies: tuple[str, ...]
    cadence: Cadence
    period: str
    at: time
    detail: Detail
    language: str
    files: tuple[Enclosed, ...]
    run: str = ""

    @property
    def mark(self) -> tuple[str, str]:
        """What tells this report from every other of its subscription."""
        return self.name, self.run or self.period

    @property
    def content(self) -> Order:
        """The same for every reader of one report."""
        return replace(self, to="")


def orders_for(order: Order, people: Sequence[str]) -> tuple[Order, ...]:
    """Give the order of each reader, the first of whom is the one it is written to."""
    first, *others = people
    common = replace(order, readers=(first,), copies=tuple(others))
    return tuple(replace(common, to=person) for person in people)


def key_of(order: Order) -> str:
    """Name an order: the same for one report, reader and way of writing it."""
    about = json.dumps(_plain(order), sort_keys=True).encode()
    digest = hashlib.sha256(about).hexdigest()[:16]
    return f"{REPORT}-{order.name}-{order.run or order.period}-{order.to}-{digest}"


def notice_of(order: Order, via: str, now: datetime) -> Notice:
    """Make the notice; each reader of each subscription has a lane, so none waits for another."""
    return Notice(
        key=key_of(order),
        lane=f"{REPORT}:{via}:{order.name}:{order.to}",
        incident=0,
        event=REPORT,
        due_at=now,
        payload=_plain(order),
    )


def _plain(order: Order) -> dict[str, object]:
    return {
        "name": order.name,
        "to": order.to,
        "readers": list(order.readers),
        "copies": list(order.copies),
        "cadence": order.cadence.value,
        "period": order.period,
        "at": f"{order.at:%H:%M}",
        "detail": order.detail.value,
        "language": order.language,
        "files": [one.value for one in order.files],
        "run": order.run,
    }


def order_from(payload: Mapping[str, object]) -> Order:
    """Read an order back. Raises ValueError."""
    return Order(
        name=text_in(payload, "name"),
        to=text_in(payload, "to"),
        readers=tuple(str(one) for one in list_in(payload, "readers")),
        copies=tuple(str(one) for one in list_in(payload, "copies")),
        cadence=Cadence(text_in(payload, "cadence")),
        period=text_in(payload, "period"),
        at=time.fromisoformat(text_in(payload, "at")),
        detail=Detail(text_in(payload, "detail")),
        language=text_in(payload, "language"),
        files=tuple(Enclosed(str(one)) for one in list_in(payload, "files")),
        run=text_in(payload, "run"),
    )


def marks_in(rows: Iterable[OutboxRow]) -> frozenset[tuple[str, str]]:
    """Tell which reports were handed over to be sent."""
    return frozenset(order_from(row.notice.payload).mark for row in rows)


def arrived_in(rows: Iterable[OutboxRow]) -> frozenset[tuple[str, str]]:
    """Tell which reports every one of their readers has."""
    arrived: dict[tuple[str, str], bool] = {}
    for row in rows:
        mark = order_from(row.notice.payload).mark
        arrived[mark] = arrived.get(mark, True) and row.state is OutboxState.CONFIRMED
    return frozenset(mark for mark, whole in arrived.items() if whole)
