"""What each event does to an incident."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from continuity.domain.flapping import remember
from continuity.domain.incident import Change, Event, Hold, Incident, State
from continuity.domain.incident_clock import wound
from continuity.domain.ticket import Severity


def after(incident: Incident, changes: Iterable[Change]) -> Incident:
    """Apply changes in order; each counts as one version."""
    for change in changes:
        changed = _APPLY[change.event](incident, change)
        clocks = wound(changed, change)
        incident = replace(changed, version=incident.version + 1, clocks=clocks)
    return incident


def _number(change: Change, key: str) -> int:
    value = change.details.get(key)
    return value if isinstance(value, int) else 0


def _text(change: Change, key: str) -> str:
    value = change.details.get(key)
    return value if isinstance(value, str) else ""


def _moment(change: Change, key: str) -> datetime | None:
    text = _text(change, key)
    return datetime.fromisoformat(text) if text else None


def _seen(incident: Incident, change: Change) -> Incident:
    return replace(
        incident,
        count=incident.count + 1,
        streak=max(0, incident.streak) + 1,
        results=remember(incident.results, good=False),
        last_seen=change.at,
        last_key=_text(change, "key"),
        failure=_text(change, "failure") or incident.failure,
        retest_at=None,
    )


def _passed(incident: Incident, change: Change) -> Incident:
    return replace(
        incident,
        streak=min(0, incident.streak) - 1,
        results=remember(incident.results, good=True),
        last_key=_text(change, "key"),
    )


def _opened(incident: Incident, change: Change) -> Incident:
    return replace(incident, state=State.OPEN, opened_at=change.at, active_at=change.at)


def _acknowledged(incident: Incident, change: Change) -> Incident:
    return replace(
        incident,
        state=State.ACKNOWLEDGED if incident.state is State.OPEN else incident.state,
        acknowledged_at=change.at,
        active_at=change.at,
        holder=change.by,
    )


def _unacknowledged(incident: Incident, change: Change) -> Incident:
    return replace(incident, state=State.OPEN, acknowledged_at=None, holder="", active_at=change.at)


def _started(incident: Incident, change: Change) -> Incident:
    return replace(
        incident,
        state=State.IN_PROGRESS,
        holder=change.by or incident.holder,
        acknowledged_at=incident.acknowledged_at or change.at,
        active_at=change.at,
    )


def _held(incident: Incident, change: Change) -> Incident:
    until = _moment(change, "until")
    if until is None:
        raise ValueError("a hold without an end")
    hold = Hold(
        reason=_text(change, "why"),
        until=until,
        pausing=bool(change.details.get("pausing")),
        back_to=incident.state,
    )
    return replace(incident, state=State.ON_HOLD, hold=hold, active_at=change.at)


def _resumed(incident: Incident, change: Change) -> Incident:
    back = State.IN_PROGRESS if incident.hold is None else incident.hold.back_to
    return replace(incident, state=back, hold=None, active_at=change.at)


def _mitigated(incident: Incident, change: Change) -> Incident:
    lost = change.details.get("lost_milliseconds")
    return replace(
        incident,
        state=State.MITIGATED,
        mitigated_at=change.at,
        active_at=change.at,
        hold=None,
        recovered_at=_moment(change, "verified_at"),
        recovery_milliseconds=_number(change, "rto_milliseconds"),
        lost_milliseconds=lost if isinstance(lost, int) else None,
    )


def _resolved(incident: Incident, change: Change) -> Incident:
    return replace(
        incident,
        state=State.RESOLVED,
        resolved_at=change.at,
        resolution=_text(change, "how"),
        proof=_number(change, "proof"),
        waiver_until=_moment(change, "until"),
        hold=None,
        parent=None,
        retest_at=None,
    )


def _reopened(incident: Incident, change: Change) -> Incident:
    return replace(
        incident,
        state=State.IN_PROGRESS,
        cycle=incident.cycle + 1,
        resolved_at=None,
        resolution="",
        proof=0,
        waiver_until=None,
        recovered_at=None,
        active_at=change.at,
    )


def _severity(incident: Incident, change: Change) -> Incident:
    return replace(incident, severity=Severity(_text(change, "severity")), raised_at=change.at)


def _closed(incident: Incident, change: Change) -> Incident:
    return replace(incident, state=State.CLOSED, closed_at=change.at)


def _cancelled(incident: Incident, change: Change) -> Incident:
    return replace(
        incident,
        state=State.CANCELLED,
        closed_at=change.at,
        resolution=_text(change, "how"),
        parent=None,
        hold=None,
    )


def _touched(incident: Incident, change: Change) -> Incident:
    # Only what a person does is activity; the program's own escalation is not.
    return replace(incident, active_at=change.at) if change.by else incident


def _climbed(incident: Incident, change: Change) -> Incident:
    rung = _text(change, "rung")
    touched = _touched(incident, change)
    return replace(touched, rungs=(*touched.rungs, rung)) if rung else touched


_APPLY: Mapping[Event, Callable[[Incident, Change], Incident]] = {
    Event.SEEN: _seen,
    Event.PASSED: _passed,
    Event.OPENED: _opened,
    Event.INHIBITED: lambda one, change: replace(one, parent=_number(change, "parent")),
    Event.RELEASED: lambda one, _change: replace(one, parent=None),
    Event.ACKNOWLEDGED: _acknowledged,
    Event.UNACKNOWLEDGED: _unacknowledged,
    Event.STARTED: _started,
    Event.HELD: _held,
    Event.RESUMED: _resumed,
    Event.MITIGATED: _mitigated,
    Event.RETEST_QUEUED: lambda one, change: replace(one, retest_at=change.at),
    Event.RESOLVED: _resolved,
    Event.REOPENED: _reopened,
    Event.CLOSED: _closed,
    Event.CANCELLED: _cancelled,
    Event.RAISED: _severity,
    Event.LOWERED: _severity,
    Event.DECLARED_MAJOR: lambda one, _change: replace(one, major=True),
    Event.FLAPPING: lambda one, _change: replace(one, flapping=True),
    Event.STEADY: lambda one, _change: replace(one, flapping=False),
    Event.ASSIGNED: lambda one, change: replace(
        _touched(one, change), holder=change.reason or change.by
    ),
    Event.NOTED: _touched,
    Event.ESCALATED: _climbed,
    Event.NOBODY_NOTIFIED: _climbed,
    Event.LADDERS_TAKEN: lambda one, change: replace(one, ladders=_text(change, "ladders")),
    Event.TOLD: _touched,
    Event.IMPACT_STATED: lambda one, change: replace(
        _touched(one, change), impact_at=_moment(change, "since")
    ),
    Event.DUTY_BEGUN: _touched,
    Event.DUTY_MET: _touched,
    Event.REVIEWED: lambda one, change: replace(_touched(one, change), reviewed=True),
}
