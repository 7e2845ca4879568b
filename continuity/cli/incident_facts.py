"""What was measured of the systems that an incident concerns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from continuity.cli.columns import plain
from continuity.cli.language import _
from continuity.cli.overview import time_text
from continuity.cli.wording import brief, duration, moment
from continuity.domain.assessment import Assessment, SystemAssessment
from continuity.domain.clock import text_from_time
from continuity.domain.incident import Incident
from continuity.domain.observing import job_in
from continuity.domain.shown import seconds_from


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """The numbers of one system: its newest proven point, what is at risk, how long it takes.

    ``proven_at`` None means that nothing proven counts now.
    """

    system: SystemAssessment
    proven_at: datetime | None
    proven_age: timedelta | None


def measured_of(
    incident: Incident, spoken_for: Iterable[Incident], assessment: Assessment
) -> tuple[Measured, ...]:
    """Measure each system that the incident, or one that it speaks for, is about."""
    concerned = (incident, *spoken_for)
    names = {one.system for one in concerned}
    jobs = {job_in(one.target) for one in concerned}
    repository = incident.repository if not incident.system else ""
    return tuple(
        _measured(system, assessment.at)
        for system in assessment.systems
        if system.plan.name in names
        or any(
            job.plan.name in jobs or (repository and job.plan.repository == repository)
            for job in system.jobs
        )
    )


def _measured(system: SystemAssessment, at: datetime) -> Measured:
    age = system.rpo.proven_now
    return Measured(system=system, proven_at=None if age is None else at - age, proven_age=age)


def lines_of(measured: Sequence[Measured], zone: tzinfo, most: int) -> Iterator[str]:
    """Say it, one line for each system, as many as are asked for."""
    for one in measured[:most]:
        yield _line(one, zone)
    if len(measured) > most:
        yield _("and {count} more systems").format(count=len(measured) - most)


def _line(one: Measured, zone: tzinfo) -> str:
    plan, rpo, rto = one.system.plan, one.system.rpo, one.system.rto
    proven = _("no proven point")
    if one.proven_at is not None and one.proven_age is not None:
        proven = _("newest proven point {moment}, {age} old").format(
            moment=moment(one.proven_at, zone), age=duration(one.proven_age.total_seconds())
        )
    lost = _("work at risk {now} (agreed {target})").format(
        now=brief(rpo.now), target=_target(rpo.target)
    )
    back = _("back in {time} (agreed {target})").format(
        time=time_text(rto), target=_target(rto.target)
    )
    return f"{plain(plan.title)}: {proven}; {lost}; {back}"


def _target(target: timedelta | None) -> str:
    return _("nothing") if target is None else brief(target)


def plain_from_measured(one: Measured) -> dict[str, object]:
    """Reduce the numbers of a system to plain values."""
    system = one.system
    return {
        "system": system.plan.name,
        "title": system.plan.title,
        "proven_at": None if one.proven_at is None else text_from_time(one.proven_at),
        "proven_age_seconds": seconds_from(one.proven_age),
        "at_risk_seconds": seconds_from(system.rpo.now),
        "rpo_seconds": seconds_from(system.rpo.target),
        "back_in_seconds": seconds_from(system.rto.total.high),
        "back_in_kind": system.rto.total.kind.value,
        "rto_seconds": seconds_from(system.rto.target),
    }
