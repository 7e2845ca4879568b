"""What the service answers over HTTP: whether it is well, its numbers, and heartbeats."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from continuity.domain.ping import Ping
from continuity.service.heartbeats import ids_of_heartbeats
from continuity.service.listener import Page, listening
from continuity.service.metrics import METRICS_TYPE, exposition
from continuity.service.serving import Service
from continuity.workflows.hearing import hear, pulses_of

_UNWELL = 503


@contextmanager
def doors_open(service: Service, address: str, port: int) -> Iterator[int]:
    """Answer until the end of the block; gives the port. Raises OSError.

    Nothing secret is shown, and nothing can be changed here but what heartbeats say.
    """
    known = _Ids(service)

    def heard(ping: Ping) -> None:
        app = service.app
        hear(app.bench.store, known.ids(), ping, app.bench.now)

    known.ids()
    pages = {
        "/healthz": lambda: _healthz(service),
        "/metrics": lambda: Page(content=exposition(service), media_type=METRICS_TYPE),
    }
    with listening(heard, address, port, pages) as taken:
        yield taken


class _Ids:
    """The ids of the heartbeats of the workspace as it is now."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._read: tuple[str, Mapping[UUID, str]] = ("", {})

    def ids(self) -> Mapping[UUID, str]:
        app = self._service.app
        if self._read[0] != app.workspace.fingerprint:
            names = ids_of_heartbeats(app)
            pulses_of(app.bench.store, names.values(), app.bench.now())
            self._read = (app.workspace.fingerprint, names)
        return self._read[1]


def _healthz(service: Service) -> Page:
    well = service.is_well()
    at, health = service.app.bench.monotonic(), service.health
    told = {
        "well": well,
        "turned_seconds_ago": round(at - health.turned),
        "round_seconds_ago": round(at - health.went_round),
        "runs": len(service.shift.under_way),
        "workspace": "broken" if service.broken else "sound",
        "trouble": None if health.trouble is None else str(health.trouble.what),
    }
    content = f"{json.dumps(told)}\n".encode()
    return Page(content=content, media_type="application/json", status=200 if well else _UNWELL)
