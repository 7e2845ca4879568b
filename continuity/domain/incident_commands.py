"""What people may do with an incident, and when it is refused. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from continuity.domain.failure import ConfigurationError, ConflictError
from continuity.domain.incident import ACTIVE, ENDED, Change, Event, Incident, State
from continuity.domain.severity import is_worse
from continuity.domain.text import N_, say
from continuity.domain.ticket import Severity

PROVEN = "proven"
WAIVER = "waiver"
_LONGEST_WAIVER = timedelta(days=92)
_SHORTEST_REASON = 3


class StaleIncidentError(ConflictError):
    """Two people acted on one incident, and this one has not seen what the other did."""


class HoldReason(StrEnum):
    """Why nobody can go on; only those that wait for others stop the clock of the resolution."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    SPARE_PART = "spare-part"
    CHANGE_WINDOW = "change-window"
    OTHER = "other"


_PAUSING = frozenset(HoldReason) - {HoldReason.OTHER}


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Who acts, when, and why."""

    name: str
    at: datetime
    reason: str = ""


Command = Callable[[Incident], tuple[Change, ...]]


def acknowledge(person: Person) -> Command:
    """Somebody has seen it and takes it."""

    def run(incident: Incident) -> tuple[Change, ...]:
        _require(incident, ACTIVE)
        return (_change(Event.ACKNOWLEDGED, person),)

    return run


def start(person: Person) -> Command:
    """Work has begun."""

    def run(incident: Incident) -> tuple[Change, ...]:
        _require(incident, ACTIVE - {State.MITIGATED})
        if incident.state is State.IN_PROGRESS:
            return ()
        return (_change(Event.STARTED, person),)

    return run


def take_up(person: Person) -> Command:
    """Work has begun, even if the incident waited to be confirmed: whoever works on it believes it.

    What has begun already stays as it is.
    """

    def run(incident: Incident) -> tuple[Change, ...]:
        if incident.state is not State.PENDING:
            return start(person)(incident)
        return (_change(Event.OPENED, person), _change(Event.STARTED, person))

    return run


def hold(person: Person, why: HoldReason, until: datetime) -> Command:
    """Nobody can go on before a moment; without one it is refused."""

    def run(incident: Incident) -> tuple[Change, ...]:
        _require(incident, ACTIVE - {State.ON_HOLD})
        require_reason(person)
        if until <= person.at:
            raise ConfigurationError(
                say(N_("A hold must end in the future.")),
                remedy=say(N_("Give a later time with --until.")),
            )
        details = {
            "why": why.value,
            "until": until.isoformat(),
            "pausing": why in _PAUSING,
        }
        return (_change(Event.HELD, person, **details),)

    return run


def resume(person: Person) -> Command:
    """What was waited for is there."""

    def run(incident: Incident) -> tuple[Change, ...]:
        _require(incident, {State.ON_HOLD})
        return (_change(Event.RESUMED, person),)

    return run


def mitigate(person: Person) -> Command:
    """The business can work again; whether it is repaired remains to be shown."""

    def run(incident: Incident) -> tuple[Change, ...]:
        _require(incident, ACTIVE - {State.MITIGATED})
        require_reason(person)
        return (_change(Event.MITIGATED, person),)

    return run


def declare_fixed(person: Person) -> Command:
    """It should be over: a test of the same kind is to show it."""

    def run(incident: Incident) -> tuple[Change, ...]:
        _require(incident, ACTIVE)
        require_reason(person)
        changes = [] if incident.state is State.MITIGATED else [_change(Event.MITIGATED, person)]
        return (*changes, _change(Event.RETEST_QUEUED, person))

    return run


def waive(person: Person, until: datetime) -> Command:
    """Close it without proof: a person's decision, with an end."""

    def run(incident: Incident) -> tuple[Change, ...]:
        _require(incident, ACTIVE)
        require_reason(person)
        if not person.at < until <= person.at + _LONGEST_WAIVER:
            raise ConfigurationError(
                say(
                    N_("A decision to do without proof ends within {days} days."),
                    days=_LONGEST_WAIVER.days,
                ),
                remedy=say(N_("Give its last day with --until.")),
            )
        return (_change(Event.RESOLVED, person, how=WAIVER, until=until.isoformat()),)

    return run


def note(person: Person) -> Command:
    """Write something down."""

    def run(_incident: Incident) -> tuple[Change, ...]:
        require_reason(person)
        return (_change(Event.NOTED, person),)

    return run


def set_severity(person: Person, severity: Severity) -> Command:
    """Anybody may raise it; lowering it needs a reason."""

    def run(incident: Incident) -> tuple[Change, ...]:
        _require(incident, ACTIVE)
        if severity is incident.severity:
            return ()
        event = Event.RAISED if is_worse(severity, incident.severity) else Event.LOWERED
        if event is Event.LOWERED:
            require_reason(person)
        return (_change(event, person, severity=severity.value, why="person"),)

    return run


def declare_major(person: Person) -> Command:
    """It concerns the whole organisation."""

    def run(incident: Incident) -> tuple[Change, ...]:
        _require(incident, ACTIVE)
        return () if incident.major else (_change(Event.DECLARED_MAJOR, person),)

    return run


def cancel(person: Person, how: str) -> Command:
    """It never was one: a false alarm, a duplicate, a test."""

    def run(incident: Incident) -> tuple[Change, ...]:
        _require(incident, ACTIVE | {State.PENDING})
        require_reason(person)
        return (_change(Event.CANCELLED, person, how=how),)

    return run


def assign(person: Person, to: str) -> Command:
    """Somebody else has the ball from now on."""

    def run(incident: Incident) -> tuple[Change, ...]:
        _require(incident, ACTIVE)
        return (Change(event=Event.ASSIGNED, at=person.at, by=person.name, reason=to),)

    return run


def reopen(person: Person) -> Command:
    """It is not over after all."""

    def run(incident: Incident) -> tuple[Change, ...]:
        _require(incident, {State.RESOLVED})
        require_reason(person)
        return (_change(Event.REOPENED, person, cycle=incident.cycle + 1),)

    return run


def review(person: Person) -> Command:
    """Somebody has looked back at it."""

    def run(incident: Incident) -> tuple[Change, ...]:
        _require(incident, {State.RESOLVED})
        require_reason(person)
        return (_change(Event.REVIEWED, person),)

    return run


def close(person: Person) -> Command:
    """Nothing is left to do."""

    def run(incident: Incident) -> tuple[Change, ...]:
        _require(incident, {State.RESOLVED})
        if incident.review_required and not incident.reviewed:
            raise ConfigurationError(
                say(N_("An incident this grave is closed only after it was reviewed.")),
                remedy=say(
                    N_("File the review first: continuity incidents review {number}"),
                    number=incident.number,
                ),
            )
        return (_change(Event.CLOSED, person),)

    return run


def decide(incident: Incident, expected: int | None, command: Command) -> tuple[Change, ...]:
    """Run a command on the version that the person has seen.

    Raises StaleIncidentError when somebody else changed it meanwhile, and ConfigurationError when
    its state does not allow it.
    """
    if expected is not None and expected != incident.version:
        raise stale(incident.number)
    return command(incident)


def stale(number: int) -> StaleIncidentError:
    """Make the error of whoever came second."""
    return StaleIncidentError(
        say(N_("Somebody else changed this incident meanwhile.")),
        remedy=say(N_("Look at it again: continuity incidents show {number}"), number=number),
    )


def _require(incident: Incident, states: frozenset[State] | set[State]) -> None:
    if incident.state in states:
        return
    over = incident.state in ENDED
    remedy = N_("It is over; when it comes back, it is a new incident.")
    if not over:
        remedy = N_("See what can be done: continuity incidents show {number}")
    raise ConfigurationError(
        say(N_("This cannot be done while the incident is {state}."), state=incident.state.value),
        remedy=say(remedy, number=incident.number),
    )


def require_reason(person: Person) -> None:
    """Refuse what has no reason in words."""
    reason = person.reason.strip()
    if len(reason) < _SHORTEST_REASON:
        remedy = N_("Give it with --note.")
        if reason:
            remedy = N_("What --note says is too short: say it in words.")
        raise ConfigurationError(say(N_("This needs a reason in words.")), remedy=say(remedy))


def _change(event: Event, person: Person, **details: str | int | bool | None) -> Change:
    return Change(event=event, at=person.at, by=person.name, reason=person.reason, details=details)
