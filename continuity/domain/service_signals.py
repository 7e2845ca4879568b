"""Whether anybody looks at what is due: the silence of the service itself. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from continuity.domain.clock import text_from_time
from continuity.domain.failure import FailureClass
from continuity.domain.fault import CheckKind, Fault, FaultKind
from continuity.domain.observation import Observation
from continuity.domain.text import N_, say


def service_signals(
    organisation: str, looked: datetime | None, silence: timedelta, now: datetime
) -> Iterator[Observation]:
    """Answer whether the service looked at its slots lately; who never had one is not asked."""
    if looked is None:
        return
    good = Observation(
        check=CheckKind.SERVICE,
        target="service:continuity",
        at=now,
        key=f"good:{text_from_time(looked)}",
    )
    if now - looked <= silence:
        yield good
        return
    fault = Fault(
        organisation=organisation,
        system="",
        check=good.check,
        kind=FaultKind.SERVICE_SILENT,
        target=good.target,
        failure=FailureClass.OVERDUE,
    )
    reason = say(
        N_("It looked at its slots last at {at}."), at=looked.isoformat(timespec="seconds")
    )
    yield replace(good, key=f"silent:{text_from_time(looked)}", fault=fault, reason=reason)
