"""Systems on the first page of a report: a light, a sentence, and what it was before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import assert_never

from continuity.domain.assessment import Assessment, SystemAssessment
from continuity.domain.light import Light, Lights
from continuity.domain.portfolio import CRITICALITIES
from continuity.domain.reason import gravity
from continuity.domain.recovery_time import TimeKind
from continuity.domain.report import Before, Gap, SystemLine, Trend
from continuity.domain.shown import shown_duration, shown_moment
from continuity.domain.surviving import Remains, Survival, remains_of
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict

_LIGHTS = (Light.RED, Light.UNKNOWN, Light.AMBER, Light.GREEN)
"""From the worst to the best."""


def light_of(verdict: Verdict) -> Light:
    """Give the light of a verdict; only a PASS is green, and what nobody knows never is."""
    match verdict:
        case Verdict.PASS:
            return Light.GREEN
        case Verdict.FAIL:
            return Light.RED
        case Verdict.OVERDUE | Verdict.SKIPPED:
            return Light.AMBER
        case Verdict.INCONCLUSIVE:
            return Light.UNKNOWN
        case _:
            assert_never(verdict)


def worst_light(lights: Iterable[Light]) -> Light:
    """Combine lights: the worst one counts, and none at all is UNKNOWN."""
    return min(lights, key=_LIGHTS.index, default=Light.UNKNOWN)


def system_lines(
    assessment: Assessment, before: Assessment | None, owners: Mapping[str, str]
) -> tuple[SystemLine, ...]:
    """Give a line for each system: what is not proven first, then what the business needs most."""
    earlier = {} if before is None else {one.plan.name: one for one in before.systems}
    systems = {one.plan.name: one for one in assessment.systems}
    lines = (
        _line(system, systems, earlier.get(name), owners.get(name, ""), assessment.zone)
        for name, system in systems.items()
    )
    return tuple(sorted(lines, key=_order))


def _order(line: SystemLine) -> tuple[int, int, str]:
    return _LIGHTS.index(line.light), rank(line.criticality), line.name


def rank(criticality: str) -> int:
    """Give the place of a criticality, the first to come back first."""
    known = criticality in CRITICALITIES
    return CRITICALITIES.index(criticality) if known else len(CRITICALITIES)


def _line(
    system: SystemAssessment,
    systems: Mapping[str, SystemAssessment],
    earlier: SystemAssessment | None,
    owner: str,
    zone: str,
) -> SystemLine:
    left = remains_of(system.jobs, frozenset())
    tested = _tested_at(system, systems)
    before = None if earlier is None else before_of(earlier)
    light = _light(system, left)
    time = system.rto.total
    return SystemLine(
        name=system.plan.name,
        title=system.plan.title,
        criticality=system.plan.criticality,
        owner=owner,
        light=light,
        verdict=system.verdict,
        sentence=_sentence(system, left, tested, zone),
        back=time.high,
        likely=time.low,
        kind=TimeKind.UNKNOWN if time.high is None else time.kind,
        tested_at=tested,
        loss=left.loss,
        survival=left.survival,
        claimed=system.rpo.now,
        worst=system.rpo.worst,
        worst_at=system.rpo.worst_at,
        back_target=system.plan.rto,
        loss_target=system.plan.rpo,
        level=system.proof.level or "",
        proof_age=system.proof.age,
        before=before,
        trend=_trend(light, before),
    )


def _light(system: SystemAssessment, left: Remains) -> Light:
    """Never show green where the sentence below it has to say that something is not known."""
    light = light_of(system.verdict)
    known = system.rto.total.high is not None and left.survival is Survival.PROVEN
    return Light.UNKNOWN if light is Light.GREEN and not known else light


def before_of(system: SystemAssessment) -> Before:
    """Reduce a system to what a later report compares it with."""
    left = remains_of(system.jobs, frozenset())
    return Before(light=_light(system, left), back=system.rto.total.high, loss=left.loss)


def _trend(light: Light, before: Before | None) -> Trend:
    if before is None:
        return Trend.UNKNOWN
    now, then = _LIGHTS.index(light), _LIGHTS.index(before.light)
    if now == then:
        return Trend.SAME
    return Trend.BETTER if now > then else Trend.WORSE


def _tested_at(
    system: SystemAssessment, systems: Mapping[str, SystemAssessment]
) -> datetime | None:
    """Give the oldest measurement among all that the measured time is the sum of."""
    if system.rto.total.kind is not TimeKind.MEASURED:
        return None
    path = [systems[name] for name in system.rto.path if name in systems]
    measured = (job.recovery for one in path for job in one.jobs)
    times = (one.measured_at for one in measured if one.kind is TimeKind.MEASURED)
    return min((at for at in times if at is not None), default=None)


def _sentence(
    system: SystemAssessment, left: Remains, tested: datetime | None, zone: str
) -> Message:
    title = system.plan.title
    if left.survival is Survival.LOST:
        return say(
            N_("If {system} were lost today, there is nothing to bring all of it back from."),
            system=title,
        )
    back, loss = system.rto.total.high, _shown(left.loss)
    if left.survival is Survival.CLAIMED:
        return say(
            N_(
                "If {system} were lost today, nobody knows whether it comes back: its copies of"
                " {loss} ago were not shown to be restorable."
            ),
            system=title,
            loss=loss,
        )
    if back is None:
        return say(
            N_(
                "If {system} were lost today, it comes back, nobody knows after how long, losing"
                " at most {loss}."
            ),
            system=title,
            loss=loss,
        )
    if tested is None:
        return say(
            N_(
                "If {system} were lost today: back in {back} (computed, never measured as a"
                " whole), losing at most {loss}."
            ),
            system=title,
            back=shown_duration(back),
            loss=loss,
        )
    return say(
        N_(
            "If {system} were lost today: back in {back} (measured on {date}), losing at most"
            " {loss}."
        ),
        system=title,
        back=shown_duration(back),
        date=shown_moment(tested, zone)[:10],
        loss=loss,
    )


def _shown(span: timedelta | None) -> str:
    # Every survival but LOST has a loss; were there none, this would say so.
    return "?" if span is None else shown_duration(span)


def lights_of(lights: Iterable[Light]) -> Lights:
    """Count lights."""
    count = Counter(lights)
    return Lights(
        red=count[Light.RED],
        unknown=count[Light.UNKNOWN],
        amber=count[Light.AMBER],
        green=count[Light.GREEN],
    )


def gaps_of(systems: Sequence[SystemAssessment]) -> tuple[Gap, ...]:
    """List what is not covered, not known, overdue or wrong: the gravest of the vital first."""
    found = [
        (-gravity(verdict), rank(system.plan.criticality), _gap(system, job, verdict, text))
        for system in systems
        for job, verdict, text in _wanting(system)
    ]
    return tuple(gap for _, _, gap in sorted(found, key=lambda one: one[:2]))


def _gap(system: SystemAssessment, job: str, verdict: Verdict, text: Message) -> Gap:
    plan = system.plan
    return Gap(system=plan.name, title=plan.title, job=job, verdict=verdict, text=text)


def _wanting(system: SystemAssessment) -> Iterator[tuple[str, Verdict, Message]]:
    bad = [
        (reason.job, reason.verdict, reason.message)
        for reason in system.reasons
        if reason.verdict is not Verdict.PASS
    ]
    # Two judges may miss the same thing; it is said once.
    for position, found in enumerate(bad):
        if found not in bad[:position]:
            yield found
    if bad:
        return
    if remains_of(system.jobs, frozenset()).survival is not Survival.PROVEN:
        text = say(N_("No point that can still be had back was shown to be restorable."))
        yield "", Verdict.INCONCLUSIVE, text
    # No target asks for it, so no verdict misses it; whoever has to wait would.
    for job in system.jobs:
        if job.recovery.missing is not None:
            yield job.plan.name, Verdict.INCONCLUSIVE, job.recovery.missing
    if system.rto.total.high is None:
        text = say(N_("How long it takes to come back is not known."))
        yield "", Verdict.INCONCLUSIVE, text
