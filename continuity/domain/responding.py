"""What people write about responding to incidents: hours, agreed times, ladders and windows."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from continuity.domain.calendar import ALWAYS
from continuity.domain.duty import CoManagement
from continuity.domain.ladder import MOST_ROUNDS, Track, When
from continuity.domain.ticket import Severity
from continuity.domain.written import Duration, Name, Written
from continuity.domain.written_hours import Agreed, Day, Hours, LocalMoment, Place, Whom


class OtherHours(Written):
    """Hours of a season, such as those of summer."""

    first: Day = Field(description="its first day")
    last: Day = Field(description="its last day")
    hours: tuple[Hours, ...] = Field(default=(), description="when they work; none means closed")


class OpeningHours(Written):
    """When somebody works."""

    zone: str | None = Field(
        default=None, description="IANA zone of the hours; the organisation's if absent"
    )
    hours: tuple[Hours, ...] = Field(min_length=1, description="when they work in a usual week")
    holidays: tuple[Place, ...] = Field(
        default=(), description="countries or regions whose public holidays they keep"
    )
    closed: tuple[Day, ...] = Field(
        default=(), description="other days without work, such as those of the town"
    )
    open: tuple[Day, ...] = Field(
        default=(), description="holidays on which they work all the same"
    )
    seasons: tuple[OtherHours, ...] = Field(
        default=(), description="parts of the year with other hours"
    )


class AgreedTimes(Written):
    """What is agreed for incidents of one severity."""

    calendar: Name = Field(description="hours that count: always, extended, business or your own")
    response: Agreed | None = Field(default=None, description="until somebody has it")
    update: Agreed | None = Field(default=None, description="between two messages on how it stands")
    resolution: Agreed | None = Field(default=None, description="until it is over")


class Step(Written):
    """One step of a ladder."""

    to: tuple[Whom, ...] = Field(min_length=1, description="who is told")
    when: When = Field(default=When.UNACKNOWLEDGED, description="what it waits for")
    after: Duration | None = Field(default=None, description="how long it waits; at once if absent")
    percent: int = Field(
        default=100, ge=1, le=1000, description="of the agreed time, for service-level"
    )
    via: tuple[Name, ...] = Field(default=(), description="channels; all of them if absent")
    hours: Name = Field(
        default=ALWAYS.name, description="calendar by which it waits, and outside which it is quiet"
    )


class Escalation(Written):
    """Who is told of an incident, and who next when nothing happens."""

    track: Track = Field(description="technical: who repairs; management: who decides")
    severities: tuple[Severity, ...] = Field(
        default=tuple(Severity), min_length=1, description="incidents it is for"
    )
    steps: tuple[Step, ...] = Field(min_length=1, description="in their order")
    repeat: int = Field(
        default=0, ge=0, le=MOST_ROUNDS, description="how often it begins again after its end"
    )
    pause: Duration = Field(
        default=timedelta(minutes=30), description="how long after its last step it begins again"
    )


class MaintenanceWindow(Written):
    """A time in which faults are recorded and nobody is told."""

    owner: Name = Field(description="person who answers for the silence")
    reason: str = Field(min_length=3, description="why")
    start: LocalMoment = Field(description="in the organisation's zone")
    end: LocalMoment = Field(description="what still fails then is told at once")
    systems: tuple[Name, ...] = Field(default=(), description="systems it silences")
    repositories: tuple[Name, ...] = Field(default=(), description="repositories it silences")
    jobs: tuple[Name, ...] = Field(default=(), description="jobs it silences")
    everything: bool = Field(default=False, description="it silences all of them")


class Sharing(Written):
    """How the firm and its provider share the work."""

    mode: CoManagement = Field(
        default=CoManagement.SHARED, description="shared, shadow or outsourced"
    )
    systems: dict[Name, CoManagement] = Field(
        default_factory=dict, description="systems for which it is different"
    )


class Patience(Written):
    """How long incidents wait for what."""

    group_wait: Duration = Field(
        default=timedelta(minutes=2),
        description="a failure may heal by itself so long, unannounced",
    )
    reopen_window: Duration = Field(
        default=timedelta(hours=24),
        description="what comes back within this after its end is the same incident",
    )
    idle: Duration = Field(
        default=timedelta(hours=4),
        description="who has it and does nothing for this long has it no more",
    )
    close_after: Duration = Field(
        default=timedelta(days=7), description="a resolved incident is closed after this"
    )
    raise_after: Duration = Field(
        default=timedelta(days=14), description="one that lasts longer becomes graver"
    )


class Responding(Written):
    """Everything about responding to incidents; whatever is absent is as proposed."""

    calendars: dict[Name, OpeningHours] = Field(
        default_factory=dict, description="hours by name; always, extended and business exist"
    )
    service_levels: dict[Severity, AgreedTimes] = Field(
        default_factory=dict, description="agreed times by severity; as proposed where absent"
    )
    duties: dict[Name, Duration] = Field(
        default_factory=dict,
        description="within what time an authority or a customer must be told, by name",
        examples=[{"gdpr": "72h"}],
    )
    ladders: dict[Name, Escalation] = Field(
        default_factory=dict, description="who is told, by name; the owner and then all if absent"
    )
    maintenance: dict[Name, MaintenanceWindow] = Field(
        default_factory=dict, description="windows of maintenance by name"
    )
    co_management: Sharing = Field(
        default_factory=Sharing, description="how the work is shared with a provider"
    )
    patience: Patience = Field(
        default_factory=Patience, description="how long incidents wait for what"
    )
