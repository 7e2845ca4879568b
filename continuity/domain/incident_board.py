"""All open incidents together: which speak, and which are spoken for. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from continuity.domain.failure import FailureClass
from continuity.domain.fault import REPOSITORY_FAILURES, CheckKind, Fault, FaultKind
from continuity.domain.incident import ENDED, Change, Event, Incident, State, Value
from continuity.domain.incident_changes import after
from continuity.domain.incident_rules import (
    Rules,
    born,
    on_failure,
    on_success,
    on_time,
    same_incident,
)
from continuity.domain.observation import Observation
from continuity.domain.severity import is_worse

# A fault that follows from another of the same system is no second alarm.
_CAUSES = {
    FaultKind.RPO_MISSED: (FaultKind.BACKUP_FAILED, FaultKind.BACKUP_OVERDUE),
    FaultKind.PROOF_MISSING: (FaultKind.DRILL_FAILED, FaultKind.READ_BACK_FAILED),
}
_AT_THE_SOURCE = frozenset({FailureClass.SOURCE_UNAVAILABLE, FailureClass.SOURCE_SUSPECT})
_WITH_REPOSITORY = frozenset({CheckKind.BACKUP, CheckKind.DRILL, CheckKind.READ_BACK})


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """One incident and what happened to it; ``before`` is None for a new one.

    ``start`` is what the changes began from, also for a new one.
    """

    before: Incident | None
    start: Incident
    changes: tuple[Change, ...]
    after: Incident

    def steps(self) -> Iterator[tuple[Change, Incident]]:
        """Give each change with the incident as it was right after it."""
        incident = self.start
        for change in self.changes:
            incident = after(incident, (change,))
            yield change, incident


Passing = Callable[[Incident, datetime], tuple[Change, ...]]
"""What else the passing of time does to an incident that lasts."""


def nothing_passes(_incident: Incident, _now: datetime) -> tuple[Change, ...]:
    """Let time pass without more."""
    return ()


@dataclass(kw_only=True)
class Board:
    """The incidents whose fingerprints are taken, while observations are worked through.

    ``next_number`` is free; ``criticality`` tells how critical what a fault hits is. ``last_of``
    gives the number of the last ended incident with a fingerprint.
    """

    incidents: dict[str, Incident]
    next_number: int
    criticality: Callable[[Fault], str]
    rules: Rules = field(default_factory=Rules)
    last_of: Callable[[str], int | None] = lambda _fingerprint: None
    passing: Passing = nothing_passes
    _moved: dict[int, Moved] = field(default_factory=dict)

    def observe(self, observations: Iterable[Observation], now: datetime) -> tuple[Moved, ...]:
        """Work through answers in their order, then through the passing of time."""
        for observation in observations:
            for one in _with_repository(observation):
                self._take(one, now)
        for incident in tuple(self.incidents.values()):
            self._move(incident, on_time(incident, now, self.rules))
        self._speak_for_each_other(now)
        for incident in tuple(self.incidents.values()):
            self._move(incident, self.passing(incident, now))
        moved = tuple(self._moved.values())
        self._moved = {}
        return moved

    def _take(self, observation: Observation, now: datetime) -> None:
        if observation.fault is not None:
            incident = self._incident_of(observation.fault, observation)
            changes = on_failure(incident, observation, now, self.rules)
            self._move(_told_of(incident, observation), changes)
            return
        # A failure of another class ends nothing: only a good answer does.
        for incident in tuple(self.incidents.values()):
            if (incident.check, incident.target) == observation.question:
                self._move(incident, on_success(incident, observation, now, self.rules))

    def _incident_of(self, fault: Fault, observation: Observation) -> Incident:
        known = self.incidents.get(fault.fingerprint)
        now = observation.at
        if known is not None and same_incident(known, now, self.rules):
            return known
        if known is not None:
            self._move(known, (Change(event=Event.CLOSED, at=now, details={"why": "recurred"}),))
        fresh = born(fault, observation, self.criticality(fault), self.next_number)
        self.next_number += 1
        earlier = known.number if known is not None else self.last_of(fault.fingerprint)
        fresh = replace(fresh, recurrence_of=earlier)
        self.incidents[fault.fingerprint] = fresh
        self._moved[fresh.number] = Moved(before=None, start=fresh, changes=(), after=fresh)
        return fresh

    def _move(self, incident: Incident, changes: tuple[Change, ...]) -> None:
        if not changes:
            return
        moved = after(incident, changes)
        known = self._moved.get(incident.number)
        self._moved[incident.number] = Moved(
            before=incident if known is None else known.before,
            start=incident if known is None else known.start,
            changes=changes if known is None else (*known.changes, *changes),
            after=moved,
        )
        if moved.state in ENDED and self.incidents.get(moved.fingerprint) == incident:
            del self.incidents[moved.fingerprint]
        else:
            self.incidents[moved.fingerprint] = moved

    def _speak_for_each_other(self, now: datetime) -> None:
        """A dead repository speaks for the jobs that use it; when it is back they speak again."""
        down = {
            one.repository: one
            for one in self.incidents.values()
            if one.kind is FaultKind.REPOSITORY_DOWN
        }
        # Effects come last: whoever speaks for the cause speaks for them.
        for incident in sorted(self.incidents.values(), key=lambda one: one.kind in _CAUSES):
            if not _lasts(incident):
                continue
            parent = None
            repository = _repository_of(incident, down)
            if repository is not None and self._still_explains(repository, incident, now):
                parent = repository.number
            if parent is None:
                parent = self._cause_of(incident)
            self._let_speak(incident, parent, now)

    def _still_explains(self, repository: Incident, incident: Incident, now: datetime) -> bool:
        """Tell whether a fault is its repository's; once that is back, its own next answer tells.

        Were all jobs to speak the moment it is back, each would be an alarm that its next run ends.
        """
        if _lasts(repository):
            return True
        if repository.state is not State.RESOLVED or repository.resolved_at is None:
            return False
        if repository.waiver_until is not None and now < repository.waiver_until:
            return True
        waits = now - repository.resolved_at < self.rules.aftermath
        return waits and incident.parent is not None and incident.last_seen < repository.resolved_at

    def _cause_of(self, incident: Incident) -> int | None:
        """Give the incident of the same system that explains this one and is no less grave."""
        for one in self.incidents.values():
            explains = one.kind in _CAUSES.get(incident.kind, ()) and one.system == incident.system
            if explains and one.active and not is_worse(incident.severity, one.severity):
                return one.number if one.parent is None else one.parent
        return None

    def _let_speak(self, incident: Incident, parent: int | None, now: datetime) -> None:
        if parent == incident.parent:
            return
        if parent is None:
            self._move(incident, (Change(event=Event.RELEASED, at=now),))
        else:
            details: dict[str, Value] = {"parent": parent}
            self._move(incident, (Change(event=Event.INHIBITED, at=now, details=details),))


def _lasts(incident: Incident) -> bool:
    return incident.active or incident.state is State.PENDING


def _told_of(incident: Incident, observation: Observation) -> Incident:
    """Take over what the failing answer says of itself."""
    return replace(
        incident,
        reason=observation.reason,
        remedy=observation.remedy,
        evidence=observation.evidence,
    )


def _repository_of(incident: Incident, down: dict[str, Incident]) -> Incident | None:
    """Give the repository that may explain an incident; what is wrong at a source none explains."""
    if incident.kind in {FaultKind.REPOSITORY_DOWN, FaultKind.POSSIBLE_ENCRYPTION}:
        return None
    if incident.failure in _AT_THE_SOURCE:
        return None
    return down.get(incident.repository)


def _with_repository(observation: Observation) -> Iterator[Observation]:
    """Let an answer about a job tell of its repository as well, before it tells of the job."""
    if observation.repository and observation.check in _WITH_REPOSITORY:
        about = replace(
            observation,
            check=CheckKind.REPOSITORY,
            target=f"repository:{observation.repository}",
            fault=None,
        )
        fault = observation.fault
        if fault is None:
            yield about
        elif fault.failure in REPOSITORY_FAILURES and not _is_about_points(fault):
            yield replace(
                about,
                fault=Fault(
                    organisation=fault.organisation,
                    system="",
                    check=CheckKind.REPOSITORY,
                    kind=FaultKind.REPOSITORY_DOWN,
                    target=about.target,
                    failure=fault.failure,
                    repository=observation.repository,
                ),
            )
    yield observation


def _is_about_points(fault: Fault) -> bool:
    """Tell damage of what a job stored from damage that stops everybody.

    Were the repository blamed for the first, the next green backup would seem to mend it.
    """
    return fault.failure is FailureClass.INTEGRITY and fault.check is not CheckKind.BACKUP
