"""What happens to incidents when something is seen, and when time passes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.failure import FailureClass
from continuity.domain.fault import Fault
from continuity.domain.fault_texts import FAULTS
from continuity.domain.flapping import is_flapping
from continuity.domain.incident import (
    ENDED,
    Change,
    Event,
    Incident,
    State,
    Value,
)
from continuity.domain.incident_changes import after
from continuity.domain.observation import Observation
from continuity.domain.severity import raised, severity_of
from continuity.domain.ticket import Severity

# Damage is not waited for: no repetition heals it.
_NEVER_HEALS = frozenset({FailureClass.INTEGRITY, FailureClass.CHECKSUM_MISMATCH})

RECOVERED = "recovered"
TRANSIENT = "transient"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """How patient the organisation is.

    ``group_wait`` is how long a failure may heal by itself before it is announced;
    ``reopen_window`` how soon after its end the same fault is the same incident; ``idle`` how long
    an acknowledged incident may rest before it is nobody's again; ``raise_after`` how long one may
    last before it is graver; ``close_after`` how long a resolved one stays. ``aftermath`` is how
    long a job may take for its next answer once its repository is back.
    """

    group_wait: timedelta = timedelta(minutes=2)
    reopen_window: timedelta = timedelta(hours=24)
    idle: timedelta = timedelta(hours=4)
    close_after: timedelta = timedelta(days=7)
    raise_after: timedelta = timedelta(days=14)
    aftermath: timedelta = timedelta(hours=26)
    passes_when_flapping: int = 2


def born(
    fault: Fault, observation: Observation, criticality: str, number: int, *, drill: bool = False
) -> Incident:
    """Make the incident of a fault that was never seen, or whose last incident has ended."""
    return Incident(
        number=number,
        fingerprint=fault.fingerprint,
        kind=fault.kind,
        check=fault.check,
        system=fault.system,
        target=fault.target,
        repository=fault.repository,
        failure=fault.failure.value,
        criticality=criticality,
        state=State.PENDING,
        severity=severity_of(FAULTS[fault.kind].consequence, criticality),
        first_seen=observation.at,
        last_seen=observation.at,
        drill=drill,
    )


def on_failure(
    incident: Incident, observation: Observation, now: datetime, rules: Rules
) -> tuple[Change, ...]:
    """Tell what a failing answer does; nothing when this very answer was counted already."""
    if observation.key == incident.last_key or incident.state in ENDED:
        return ()
    changes = [Change(event=Event.SEEN, at=now, details=_details(observation))]
    seen = after(incident, changes)
    if incident.state is State.RESOLVED and not _is_waived(incident, now):
        changes.append(Change(event=Event.REOPENED, at=now, details={"cycle": seen.cycle + 1}))
    elif incident.state is State.PENDING and _is_confirmed(seen, now, rules):
        changes.append(Change(event=Event.OPENED, at=now))
    elif incident.state is State.MITIGATED and incident.retest_at is not None:
        changes.append(Change(event=Event.RESUMED, at=now, details={"why": "re-test failed"}))
    return (*changes, *_flapping(after(incident, changes), now))


def on_success(
    incident: Incident, observation: Observation, now: datetime, rules: Rules
) -> tuple[Change, ...]:
    """Tell what a good answer to the incident's own question does."""
    if observation.key == incident.last_key or incident.state in ENDED:
        return ()
    if incident.state is State.RESOLVED and incident.streak < 0 and not incident.flapping:
        return ()
    details = _details(observation)
    changes = [Change(event=Event.PASSED, at=now, details=details)]
    passed = after(incident, changes)
    if incident.state is State.PENDING:
        changes.append(Change(event=Event.CANCELLED, at=now, details={"how": TRANSIENT}))
        return tuple(changes)
    flapping = _flapping(passed, now)
    changes += flapping
    enough = rules.passes_when_flapping if after(passed, flapping).flapping else 1
    if incident.active and -passed.streak >= enough:
        how: dict[str, Value] = {"how": RECOVERED, "proof": observation.evidence}
        changes.append(Change(event=Event.RESOLVED, at=now, details=how))
    return tuple(changes)


def on_time(incident: Incident, now: datetime, rules: Rules) -> tuple[Change, ...]:
    """Tell what the passing of time does: nothing is ever waited for without an end."""
    match incident.state:
        case State.PENDING if _is_confirmed(incident, now, rules):
            return (Change(event=Event.OPENED, at=now),)
        case State.ACKNOWLEDGED if _rests(incident, now, rules):
            return (Change(event=Event.UNACKNOWLEDGED, at=now, details={"why": "idle"}),)
        case State.ON_HOLD if incident.hold is not None and incident.hold.until <= now:
            return (Change(event=Event.RESUMED, at=now, details={"why": "hold is over"}),)
        case State.RESOLVED:
            return _on_resolved(incident, now, rules)
        case _ if incident.active:
            return _aged(incident, now, rules)
    return ()


def same_incident(incident: Incident, now: datetime, rules: Rules) -> bool:
    """Tell whether a fault that comes back belongs to this incident or makes a new one."""
    if incident.state in ENDED:
        return False
    if incident.state is not State.RESOLVED or incident.resolved_at is None:
        return True
    if _is_waived(incident, now):
        return True
    return now - incident.resolved_at <= rules.reopen_window


def _on_resolved(incident: Incident, now: datetime, rules: Rules) -> tuple[Change, ...]:
    if _is_waived(incident, now):
        return ()
    if incident.waiver_until is not None and incident.streak > 0:
        # What was accepted for a time is still so.
        return (Change(event=Event.REOPENED, at=now, details={"why": "waiver is over"}),)
    ended = incident.resolved_at is not None and now - incident.resolved_at >= rules.close_after
    if ended and (incident.reviewed or not incident.review_required):
        return (Change(event=Event.CLOSED, at=now),)
    return ()


def _is_waived(incident: Incident, now: datetime) -> bool:
    return incident.waiver_until is not None and now < incident.waiver_until


def _aged(incident: Incident, now: datetime, rules: Rules) -> tuple[Change, ...]:
    since = incident.raised_at or incident.opened_at or incident.first_seen
    if incident.severity is Severity.S1 or now - since < rules.raise_after:
        return ()
    worse = raised(incident.severity)
    details = {"severity": worse.value, "why": "age"}
    return (Change(event=Event.RAISED, at=now, details=details),)


def _rests(incident: Incident, now: datetime, rules: Rules) -> bool:
    return incident.active_at is not None and now - incident.active_at >= rules.idle


def _is_confirmed(incident: Incident, now: datetime, rules: Rules) -> bool:
    text = FAULTS[incident.kind]
    at_once = text.at_once or incident.failure in _NEVER_HEALS
    waited = at_once or now - incident.first_seen >= rules.group_wait
    return waited and incident.streak >= text.confirm_after


def _flapping(incident: Incident, now: datetime) -> tuple[Change, ...]:
    flaps = is_flapping(incident.results, incident.flapping)
    if flaps == incident.flapping:
        return ()
    return (Change(event=Event.FLAPPING if flaps else Event.STEADY, at=now),)


def _details(observation: Observation) -> dict[str, Value]:
    details: dict[str, Value] = {
        "key": observation.key,
        "evidence": observation.evidence,
    }
    if observation.fault is not None:
        details["failure"] = observation.fault.failure.value
    return details
