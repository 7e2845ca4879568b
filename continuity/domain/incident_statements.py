"""What people state about an incident that starts or stops its clocks. Pure."""

from __future__ import annotations

from datetime import datetime

from continuity.domain.failure import ConfigurationError
from continuity.domain.incident import Change, Event, Incident
from continuity.domain.incident_commands import Command, Person
from continuity.domain.segment import Clock, segments_of
from continuity.domain.text import N_, say


def state_impact(person: Person, since: datetime) -> Command:
    """The service is down, and since when: the time of its recovery runs from there."""

    def run(incident: Incident) -> tuple[Change, ...]:
        _require_active(incident)
        _require_past(person, since)
        return (_stated(Event.IMPACT_STATED, person, since=since.isoformat()),)

    return run


def tell(person: Person) -> Command:
    """Those concerned were told how it stands."""

    def run(incident: Incident) -> tuple[Change, ...]:
        _require_active(incident)
        return (_stated(Event.TOLD, person),)

    return run


def begin_duty(person: Person, duty: str, since: datetime) -> Command:
    """An authority or a customer must be told of it, and since when that is known."""

    def run(incident: Incident) -> tuple[Change, ...]:
        _require_active(incident)
        _require_past(person, since)
        return (_stated(Event.DUTY_BEGUN, person, duty=duty, since=since.isoformat()),)

    return run


def meet_duty(person: Person, duty: str) -> Command:
    """The authority or customer was told; also when the incident itself is long over."""

    def run(incident: Incident) -> tuple[Change, ...]:
        if not segments_of(incident.clocks, Clock.REGULATORY, duty):
            raise ConfigurationError(
                say(N_("The duty {duty} was not begun for this incident."), duty=duty),
                remedy=say(
                    N_("See what was: continuity incidents show {number}"), number=incident.number
                ),
            )
        return (_stated(Event.DUTY_MET, person, duty=duty),)

    return run


def _require_active(incident: Incident) -> None:
    if not incident.active:
        raise ConfigurationError(
            say(
                N_("This cannot be done while the incident is {state}."),
                state=incident.state.value,
            ),
            remedy=say(
                N_("See what can be done: continuity incidents show {number}"),
                number=incident.number,
            ),
        )


def _require_past(person: Person, since: datetime) -> None:
    if since > person.at:
        raise ConfigurationError(
            say(N_("It cannot have begun in the future.")),
            remedy=say(N_("Give an earlier time with --since.")),
        )


def _stated(event: Event, person: Person, **details: str) -> Change:
    return Change(event=event, at=person.at, by=person.name, reason=person.reason, details=details)
