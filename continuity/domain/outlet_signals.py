"""Whether the ways out work, told from what became of the last things that were sent. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.failure import FailureClass
from continuity.domain.fault import CheckKind, Fault, FaultKind
from continuity.domain.observation import Observation
from continuity.domain.text import Message

_STUCK = timedelta(hours=24)
"""What may arrive later gets a day to do so; then it is silence."""

_TICKET, _REPORT = "ticket", "report"


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneState:
    """The latest try on a lane, and since when anything waits there; None when nothing does."""

    lane: str
    outcome: str
    at: datetime
    reason: Message | None = None
    waiting_since: datetime | None = None


def outlet_signals(
    organisation: str, lanes: Iterable[LaneState], now: datetime
) -> Iterator[Observation]:
    """Answer for each lane whether it takes what it is given."""
    for one in lanes:
        if one.lane.partition(":")[0] == _REPORT:
            # Whether reports arrive is a question of its own.
            continue
        is_ticket = one.lane.partition(":")[0] == _TICKET
        check = CheckKind.TRACKER if is_ticket else CheckKind.CHANNEL
        target = f"outlet:{one.lane.partition(':')[2]}"
        failure = _failure(one, now)
        if failure is None:
            if one.outcome == "confirmed":
                key = f"good:{one.at.isoformat()}"
                yield Observation(check=check, target=target, at=now, key=key)
            continue
        fault = Fault(
            organisation=organisation,
            system="",
            check=check,
            kind=FaultKind.TRACKER_REFUSES if is_ticket else FaultKind.CHANNEL_SILENT,
            target=target,
            failure=failure,
        )
        key = f"{one.outcome}:{one.at.isoformat()}"
        yield Observation(
            check=check, target=target, at=now, key=key, fault=fault, reason=one.reason
        )


def _failure(one: LaneState, now: datetime) -> FailureClass | None:
    if one.outcome == "rejected":
        return FailureClass.CONFIGURATION
    if one.waiting_since is not None and now - one.waiting_since >= _STUCK:
        return FailureClass.UNREACHABLE
    return None
