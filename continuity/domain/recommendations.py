"""Recommendations derived from what was found, each with the numbers that made it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from continuity.domain.advice import Advice, Answered, Outcome, Rule, Size
from continuity.domain.assessment import Assessment, SystemAssessment
from continuity.domain.facts import Facts
from continuity.domain.report_incidents import IncidentLine
from continuity.domain.report_runs import RunLine
from continuity.domain.report_systems import rank
from continuity.domain.scorecard import Answer, Part, Scorecard
from continuity.domain.text import Message
from continuity.domain.verdict import Verdict

_SIZES = (Size.LARGE, Size.MEDIUM, Size.SMALL)
_URGENT = {Size.LARGE: 7, Size.MEDIUM: 30, Size.SMALL: 90}
"""Days that are proposed for what changes so much."""

_LEAST_IMPORTANT = 2
"""From this criticality on a recommendation changes less."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """All that recommendations are derived from, as it was on a day.

    ``timed`` is the latest timed restore of everything, by job; ``unready`` says of systems why
    nobody can follow their runbook.
    """

    day: date
    assessment: Assessment
    facts: Facts
    cards: tuple[Scorecard, ...] = ()
    incidents: tuple[IncidentLine, ...] = ()
    timed: Mapping[str, RunLine] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    unready: Mapping[str, Message] = field(default_factory=dict)

    def system(self, name: str) -> SystemAssessment | None:
        """Find a system."""
        return next((one for one in self.assessment.systems if one.plan.name == name), None)

    def score(self, system: str, part: Part) -> tuple[Answer, Message] | None:
        """Give the answer to one part of 3-2-1-1-0 for a system."""
        scores = (score for card in self.cards if card.system == system for score in card.scores)
        return next(((one.answer, one.reason) for one in scores if one.part is part), None)


class Subject(NamedTuple):
    """What a recommendation is about: its key in every report, its title, and whose it is."""

    key: str
    title: str
    system: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a rule says; whose it is, by when and how much it changes is worked out from it."""

    rule: Rule
    subject: Subject
    what: Message
    because: Message
    effect: Message
    impact: Size
    effort: Size


class Said(NamedTuple):
    """What a rule says; ``{title}`` of what it is about need not be given."""

    what: Message
    because: Message
    effect: Message

    def about(self, rule: Rule, subject: Subject, impact: Size, effort: Size) -> Found:
        """Say it of something."""
        what = Message(
            template=self.what.template, values={**self.what.values, "title": subject.title}
        )
        return Found(
            rule=rule,
            subject=subject,
            what=what,
            because=self.because,
            effect=self.effect,
            impact=impact,
            effort=effort,
        )


Derive = Callable[[Findings], Iterator[Found]]


def advice_from(findings: Findings, rules: Iterable[Derive]) -> tuple[Advice, ...]:
    """Derive all recommendations: what changes most comes first, then what costs least."""
    advice = (_advice(found, findings) for rule in rules for found in rule(findings))
    return tuple(sorted(advice, key=_order))


def _order(one: Advice) -> tuple[int, int, str, str]:
    return _SIZES.index(one.impact), -_SIZES.index(one.effort), one.rule.value, one.subject


def _advice(found: Found, findings: Findings) -> Advice:
    impact = found.impact
    system = findings.system(found.subject.system)
    if system is not None and rank(system.plan.criticality) >= _LEAST_IMPORTANT:
        impact = _SIZES[min(_SIZES.index(impact) + 1, len(_SIZES) - 1)]
    return Advice(
        rule=found.rule,
        subject=found.subject.key,
        title=found.subject.title,
        what=found.what,
        because=found.because,
        effect=found.effect,
        impact=impact,
        effort=found.effort,
        owner=findings.owners.get(found.subject.system, ""),
        by=findings.day + timedelta(days=_URGENT[impact]),
    )


def answered(
    earlier: Iterable[Advice], current: Iterable[Advice], findings: Findings
) -> tuple[Answered, ...]:
    """Tell of each earlier recommendation whether what made it is gone.

    That it is no longer found is not enough: what is not known now may well be as it was.
    """
    now = {(one.rule, one.subject): one for one in current}
    return tuple(_answered(one, now.get((one.rule, one.subject)), findings) for one in earlier)


def _answered(before: Advice, now: Advice | None, findings: Findings) -> Answered:
    if now is not None:
        return Answered(before=before, outcome=Outcome.REMAINS, now=now.because)
    gone = Outcome.GONE if _is_settled(before, findings) else Outcome.UNKNOWN
    return Answered(before=before, outcome=gone, now=None)


def _is_settled(before: Advice, findings: Findings) -> bool:
    if before.rule in _OF_INCIDENTS:
        return True
    system = findings.system(before.subject)
    return system is not None and _SETTLED[before.rule](system, findings)


def _all_tested(system: SystemAssessment, _findings: Findings) -> bool:
    return bool(system.jobs) and all(job.proof.fresh for job in system.jobs)


def _in_time(system: SystemAssessment, _findings: Findings) -> bool:
    return system.rto.verdict is Verdict.PASS


def _is_timed(system: SystemAssessment, _findings: Findings) -> bool:
    return system.rto.verdict in {Verdict.PASS, Verdict.FAIL}


def _scored(part: Part) -> Callable[[SystemAssessment, Findings], bool]:
    def kept(system: SystemAssessment, findings: Findings) -> bool:
        score = findings.score(system.plan.name, part)
        return score is not None and score[0] is Answer.YES

    return kept


def _is_there(_system: SystemAssessment, _findings: Findings) -> bool:
    return True


_OF_INCIDENTS = frozenset({Rule.REPEATED, Rule.UNANSWERED, Rule.PROVIDER_WAIT})
_SETTLED: Mapping[Rule, Callable[[SystemAssessment, Findings], bool]] = {
    Rule.NEVER_TESTED: _all_tested,
    Rule.OVERDUE_PROOF: _all_tested,
    Rule.SHRINKING: _is_there,
    Rule.TOO_SLOW: _in_time,
    Rule.UNTIMED: _is_timed,
    Rule.SINGLE_SITE: _scored(Part.OFFSITE),
    Rule.DELETABLE: _scored(Part.IMMUTABLE),
    Rule.RUNBOOK: _is_there,
}
