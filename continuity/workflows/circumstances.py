"""An incident with what must be known of it to tell people, and the facts they are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from continuity.domain.assessment import SystemAssessment
from continuity.domain.incident import ENDED, Incident, State
from continuity.domain.incident_plain import local_number
from continuity.domain.letter import SEVERITIES
from continuity.domain.text import N_, say
from continuity.speech.speaker import Speaker
from continuity.speech.terms import TIME_KINDS
from continuity.speech.wording import brief, duration, moment


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """An incident and what must be known to deal with it.

    ``system`` is None where no single one is concerned. ``holder`` is the name of who has the ball,
    empty for nobody. ``runbook`` is the name of what to do, ``url`` where a console shows it, each
    empty where there is none. ``checkpoint`` tells how far the record goes and its last hash.
    ``spoken_for`` counts the incidents that this one speaks for.
    """

    incident: Incident
    organisation: str
    at: datetime
    zone: str
    system: SystemAssessment | None = None
    holder: str = ""
    runbook: str = ""
    url: str = ""
    checkpoint: str = ""
    spoken_for: int = 0

    @property
    def number(self) -> str:
        """The number as people say it."""
        return local_number(self.incident.number)

    @property
    def recovered(self) -> bool:
        """Whether it is over."""
        return self.incident.state is State.RESOLVED or self.incident.state in ENDED


def facts_of(circumstances: Circumstances, speaker: Speaker) -> Iterator[tuple[str, str]]:
    """Name what is known and measured, each with its value, as the reader writes them."""
    incident, system = circumstances.incident, circumstances.system
    zone = ZoneInfo(circumstances.zone)
    yield (
        speaker.text(N_("Severity")),
        f"{incident.severity.value}, {speaker.text(SEVERITIES[incident.severity])}",
    )
    yield speaker.text(N_("Since")), moment(speaker, incident.first_seen, zone)
    yield speaker.text(N_("Seen")), str(incident.count)
    yield from _recovered(incident, speaker)
    if system is not None:
        yield from _measured(system, speaker)
    if circumstances.runbook:
        yield speaker.text(N_("Runbook")), circumstances.runbook
    if incident.repository:
        yield speaker.text(N_("Repository")), incident.repository


def _recovered(incident: Incident, speaker: Speaker) -> Iterator[tuple[str, str]]:
    """Tell what it took people to bring the service back, as their run measured it."""
    if incident.recovered_at is None:
        return
    took = duration(speaker, incident.recovery_milliseconds / 1_000)
    yield speaker.text(N_("Recovery time, from the impact to the verified service")), took
    if incident.lost_milliseconds is not None:
        lost = brief(speaker, timedelta(milliseconds=incident.lost_milliseconds))
        yield speaker.text(N_("Work lost with the restored point")), lost


def _measured(system: SystemAssessment, speaker: Speaker) -> Iterator[tuple[str, str]]:
    yield (
        speaker.text(N_("Newest proven point, age")),
        _against(speaker, _age(speaker, system.rpo.proven_now), system.rpo.target),
    )
    high = system.rto.total.high
    if high is not None:
        found = say(
            N_("{span}, {kind}"),
            span=duration(speaker, high.total_seconds()),
            kind=speaker.text(TIME_KINDS[system.rto.total.kind]),
        )
        yield (
            speaker.text(N_("Recovery time")),
            _against(speaker, speaker.sentence(found), system.rto.target),
        )


def _age(speaker: Speaker, span: timedelta | None) -> str:
    return speaker.text(N_("there is none")) if span is None else brief(speaker, span)


def _against(speaker: Speaker, found: str, target: timedelta | None) -> str:
    if target is None:
        return found
    goal = brief(speaker, target)
    return speaker.sentence(say(N_("{found} (target {target})"), found=found, target=goal))
