"""What people needed to bring a system back, beside what programs need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from continuity.domain.conducted import Conducted, measured_of
from continuity.domain.copies import things
from continuity.domain.job_judgement import JobAssessment
from continuity.domain.portfolio import SystemPlan
from continuity.domain.recovery_time import TimeKind
from continuity.domain.system_time import Wait

CONDUCTED = "L5"
"""The level of proof of what people brought back by its runbook."""


def latest_conducted(
    conducted: Sequence[Conducted], plan: SystemPlan, jobs: Sequence[JobAssessment]
) -> Conducted | None:
    """Give the last run that timed the recovery of a system by the runbook it has today.

    A runbook that changed since may take another time: what was measured by the old one is gone.
    """
    names = [[job.plan.name for job in copies] for copies in things(jobs)]
    known = measured_of(conducted, plan.name, names)
    same = [one for one in known if plan.runbook and one.hash == plan.runbook]
    return same[-1] if same else None


def is_valid(last: Conducted, now: datetime, validity: timedelta) -> bool:
    """Tell whether what people needed then still counts."""
    return last.at <= now < last.at + validity


def waits_of_people(
    systems: Iterable[SystemPlan], last: Mapping[str, Conducted | None], now: datetime
) -> dict[str, Wait]:
    """Give the time that people needed for each system that they brought back.

    Once that is no longer valid, it only says that it is no shorter.
    """
    known = ((plan, last.get(plan.name)) for plan in systems)
    return {plan.name: _wait(one, now, plan.time_validity) for plan, one in known if one}


def _wait(last: Conducted, now: datetime, validity: timedelta) -> Wait:
    took = last.time
    if is_valid(last, now, validity):
        return Wait(kind=TimeKind.MEASURED, low=took, high=took, floor=took)
    return Wait(kind=TimeKind.UNKNOWN, low=None, high=None, floor=took)
