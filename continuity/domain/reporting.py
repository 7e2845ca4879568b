"""Makes the report of a period from what is known: a pure function, so it can be made again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from continuity.domain import recommendation_incidents, recommendation_rules
from continuity.domain.assessment import Assessment, assess
from continuity.domain.doubt import believe_at_best, doubt_everything
from continuity.domain.facts import Facts
from continuity.domain.failure import ConfigurationError
from continuity.domain.incident import Incident
from continuity.domain.outbox import TicketLink
from continuity.domain.period import Period, preceding
from continuity.domain.portfolio import Portfolio
from continuity.domain.recommendations import Findings, advice_from, answered
from continuity.domain.report import Annex, Gap, RecordEnd, Report
from continuity.domain.report_annex import (
    all_back_after,
    changes_in,
    decisions_on,
    jobs_of,
    points_of,
    risks_of,
    tallies_of,
    untested_in,
)
from continuity.domain.report_conducted import conducted_lines
from continuity.domain.report_incidents import TermsOf, incident_lines, with_tickets
from continuity.domain.report_reading import Gathered
from continuity.domain.report_ready import ReadyLine
from continuity.domain.report_runs import RunLine
from continuity.domain.report_systems import (
    before_of,
    gaps_of,
    light_of,
    lights_of,
    system_lines,
    worst_light,
)
from continuity.domain.scorecard import scorecards
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict

RULES = (*recommendation_rules.RULES, *recommendation_incidents.RULES)


@dataclass(frozen=True, kw_only=True, slots=True)
class Grounds:
    """All that a report rests on.

    ``portfolio`` is what is planned today; its facts are not looked at, because ``gathered`` has
    those of the period. ``problems`` are files that cannot be used, ``doubt`` what is wrong with
    the record, ``checkpoint`` the short form of the latest one signed.
    """

    organisation: str
    portfolio: Portfolio
    gathered: Gathered
    incidents: Sequence[Incident] = ()
    tickets: Sequence[TicketLink] = ()
    terms_of: TermsOf = lambda _incident: ()
    owners: Mapping[str, str] = field(default_factory=dict)
    unready: Mapping[str, Message] = field(default_factory=dict)
    readiness: tuple[ReadyLine, ...] = ()
    problems: tuple[Message, ...] = ()
    doubt: Message | None = None
    checkpoint: str = ""


def report_on(grounds: Grounds, period: Period, made_at: datetime) -> Report:
    """Report on a period; one that is not over yet is judged as of now.

    Raises ConfigurationError for a period that has not begun, and for systems that depend on each
    other in a circle.
    """
    if period.start >= made_at:
        what = say(N_("The period {period} has not begun."), period=period.name)
        raise ConfigurationError(what, remedy=say(N_("Ask for one that has.")))
    as_of = min(made_at, period.end)
    facts = grounds.gathered.now
    assessment = _judged(grounds, facts, period, as_of)
    before = _before(grounds, period)
    findings = _findings(grounds, assessment, period, made_at)
    past = _findings_before(grounds, before, period, made_at)
    earlier = grounds.gathered.promised
    if earlier is None:
        # Nobody was sent a report of it: what it would have said is worked out from the record.
        earlier = () if past is None else advice_from(past, RULES)
    lines = system_lines(assessment, before, grounds.owners)
    advice = advice_from(findings, RULES)
    runs = tuple(grounds.gathered.runs)
    return Report(
        organisation=grounds.organisation,
        zone=grounds.portfolio.zone,
        period=period,
        preceding=preceding(period, grounds.portfolio.zone),
        made_at=made_at,
        as_of=as_of,
        verdict=assessment.verdict,
        light=worst_light((light_of(assessment.verdict), *(line.light for line in lines))),
        lights=lights_of(line.light for line in lines),
        lights_before=None
        if before is None
        else lights_of(before_of(one).light for one in before.systems),
        gaps=(*_broken(grounds.problems), *gaps_of(assessment.systems)),
        systems=lines,
        tallies=tallies_of(runs),
        tallies_before=tallies_of(grounds.gathered.runs_then),
        risks=risks_of(replace(grounds.portfolio, facts=facts), assessment),
        advice=advice,
        answered=answered(earlier, advice, findings),
        decisions=decisions_on(assessment, findings.incidents),
        annex=_annex(grounds, findings, runs, period),
    )


def _judged(grounds: Grounds, facts: Facts, period: Period, at: datetime) -> Assessment:
    portfolio = replace(grounds.portfolio, facts=facts)
    assessment = assess(portfolio, at, window=period.end - period.start)
    if grounds.problems:
        assessment = believe_at_best(assessment, Verdict.INCONCLUSIVE)
    return assessment if grounds.doubt is None else doubt_everything(assessment, grounds.doubt)


def _before(grounds: Grounds, period: Period) -> Assessment | None:
    then = grounds.gathered.then
    return None if then is None else _judged(grounds, then, period, period.start)


def _findings(
    grounds: Grounds, assessment: Assessment, period: Period, made_at: datetime
) -> Findings:
    zone = ZoneInfo(grounds.portfolio.zone)
    facts = grounds.gathered.now
    return Findings(
        day=made_at.astimezone(zone).date(),
        assessment=assessment,
        facts=facts,
        cards=scorecards(assessment, facts.storage, grounds.doubt),
        incidents=with_tickets(
            incident_lines(grounds.incidents, grounds.terms_of, period, made_at), grounds.tickets
        ),
        timed=grounds.gathered.timed,
        owners=grounds.owners,
        unready=grounds.unready,
    )


def _findings_before(
    grounds: Grounds, before: Assessment | None, period: Period, made_at: datetime
) -> Findings | None:
    """Give what the report of the period before was derived from; runbooks were as they are now."""
    then = grounds.gathered.then
    if before is None or then is None:
        return None
    earlier = preceding(period, grounds.portfolio.zone)
    return replace(
        _findings(grounds, before, earlier, made_at),
        day=earlier.last,
        facts=then,
        cards=scorecards(before, then.storage, grounds.doubt),
        timed=grounds.gathered.timed_then,
    )


def _annex(
    grounds: Grounds, findings: Findings, runs: tuple[RunLine, ...], period: Period
) -> Annex:
    assessment, facts, head = findings.assessment, findings.facts, grounds.gathered.head
    return Annex(
        jobs=jobs_of(assessment),
        points=points_of(assessment, facts),
        runs=runs,
        incidents=findings.incidents,
        conducted=conducted_lines(facts.conducted, period),
        readiness=grounds.readiness,
        cards=findings.cards,
        changes=changes_in(assessment, facts),
        untested=untested_in(assessment, facts, runs),
        all_back=all_back_after(replace(grounds.portfolio, facts=facts), assessment),
        record=RecordEnd(
            sequence=head.sequence,
            hash=head.hash,
            checkpoint=grounds.checkpoint,
            doubt=grounds.doubt,
        ),
    )


def _broken(problems: Iterable[Message]) -> Iterator[Gap]:
    for problem in problems:
        yield Gap(system="", title="", job="", verdict=Verdict.INCONCLUSIVE, text=problem)
