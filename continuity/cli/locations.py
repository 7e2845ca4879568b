"""`continuity locations`: what the storage of each repository is seen to do."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import click

from continuity.app import App, Standing, now, opened, portfolio_of
from continuity.cli.columns import plain, room, wrapped
from continuity.cli.entry import Options
from continuity.cli.language import _, sentence
from continuity.cli.output import epilog, show, show_json, verdict_text
from continuity.cli.overview import tally
from continuity.cli.progress import watched
from continuity.cli.scores import plain_card, score_lines
from continuity.cli.storage_table import age_text, fact_rows
from continuity.cli.warnings import warnings
from continuity.config.loading import load_tolerant
from continuity.config.reaching import Hosts
from continuity.config.visiting import visits_of
from continuity.domain.clock import text_from_time
from continuity.domain.failure import ConfigurationError
from continuity.domain.location import Fact, Observation, StorageFacts, plain_from_fact
from continuity.domain.reason import Reason, by_gravity
from continuity.domain.scorecard import Scorecard, scorecards
from continuity.domain.storage_judgement import (
    keeping_from,
    remedy_for,
    storage_doubts,
    storage_faults,
)
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict, exit_code, worst
from continuity.workflows.observing import Spot, accept_storage, observe


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """The storage of one repository as it is known now, and what is wrong with it."""

    repository: str
    storage: StorageFacts | None
    reasons: tuple[Reason, ...]
    at: datetime

    @property
    def verdict(self) -> Verdict:
        """PASS where nothing is wrong."""
        return worst(reason.verdict for reason in self.reasons) if self.reasons else Verdict.PASS


@click.command(
    help=_(
        "Look at the storage of each repository with the credentials of its backups: is it there, "
        "how much room is left, does it refuse deletions, does it delete by itself. What protects "
        "is tried with a throwaway object and never believed. Exit code 1 when a protection is "
        "lost, 3 when something could not be seen."
    ),
    epilog=epilog(
        "continuity locations", "continuity locations nas", "continuity locations --cached --json"
    ),
)
@click.argument("repositories", metavar="[REPOSITORY]...", nargs=-1)
@click.option("--cached", is_flag=True, help=_("Look at nothing; show what is known."))
@click.option(
    "--accept",
    metavar="REPOSITORY",
    help=_("Look at nothing: this storage is meant to protect nothing any more."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def command(
    options: Options,
    repositories: tuple[str, ...],
    cached: bool,
    accept: str | None,
    as_json: bool,
) -> int:
    """Look, record and print."""
    if accept is not None:
        return _accept(options, accept)
    with opened(options.workspace) as app:
        spots = _chosen(options, app.hosts, repositories)
        seen = [] if cached else [_look(app, spot, quiet=as_json) for spot in spots]
    standing = portfolio_of(options.workspace)
    judged = [_judge(standing, spot, seen) for spot in spots]
    verdict = _overall(judged, standing)
    cards = () if repositories else _cards(standing)
    if as_json:
        scores = [plain_card(card, now()) for card in cards]
        show_json({"verdict": verdict.value, **_plain(judged, standing), "scorecards": scores})
    else:
        show("\n".join(_screen(judged, standing, cards)))
    return exit_code(verdict)


def _accept(options: Options, repository: str) -> int:
    facts = portfolio_of(options.workspace).portfolio.facts
    with opened(options.workspace) as app:
        accept_storage(app.bench, facts, repository)
    text = _("Recorded: the storage of {repository} need not refuse deletions.")
    show(text.format(repository=plain(repository)))
    return exit_code(Verdict.PASS)


def _chosen(options: Options, hosts: Hosts, names: Sequence[str]) -> list[Spot]:
    # What a look needs is fetched when it is made: no repository is left out for a secret.
    workspace = load_tolerant(options.workspace).workspace
    visits = visits_of(workspace, hosts, os.environ)
    for name in names:
        if name not in visits:
            raise ConfigurationError(
                say(N_("There is no repository named {name}."), name=plain(name)),
                remedy=say(N_("Known: {names}"), names=", ".join(visits) or "-"),
            )
    kept = workspace.repositories
    return [
        Spot(
            repository=name,
            location=kept[name].location,
            medium=kept[name].medium,
            prepare=prepare,
        )
        for name, prepare in visits.items()
        if not names or name in names
    ]


def _look(app: App, spot: Spot, *, quiet: bool) -> Observation:
    with watched(spot.repository, quiet=quiet) as watch:
        watch.phase("look")
        return observe(app.bench, spot)


def _judge(standing: Standing, spot: Spot, seen: Sequence[Observation]) -> Judged:
    portfolio, at = standing.portfolio, now()
    storage = portfolio.facts.storage.get(spot.repository)
    jobs = [job.name for job in portfolio.jobs if job.repository == spot.repository]
    keeping = keeping_from(spot.repository, spot.medium, jobs, portfolio.facts)
    latest = [fact for one in seen if one.repository == spot.repository for fact in one.facts]
    wrong = () if storage is None else tuple(storage_faults(storage, keeping, portfolio.zone))
    reasons = by_gravity((*wrong, *storage_doubts(storage, keeping, at, latest)))
    return Judged(repository=spot.repository, storage=storage, reasons=reasons, at=at)


def _overall(judged: Sequence[Judged], standing: Standing) -> Verdict:
    verdicts = [one.verdict for one in judged]
    if standing.doubt is not None:
        verdicts.append(Verdict.FAIL)
    if standing.problems or standing.hindrance is not None:
        verdicts.append(Verdict.INCONCLUSIVE)
    return worst(verdicts)


def _cards(standing: Standing) -> tuple[Scorecard, ...]:
    return scorecards(standing.assess(), standing.portfolio.facts.storage, standing.doubt)


def _screen(
    judged: Sequence[Judged], standing: Standing, cards: Sequence[Scorecard]
) -> Iterator[str]:
    columns, zone = room(), standing.portfolio.zone
    yield from warnings(standing, columns)
    for one in judged:
        yield from _storage(one, zone, columns)
        yield ""
    yield from score_lines(cards, now(), columns)
    yield _("Storage: {counts}").format(counts=tally([one.verdict for one in judged]))


def _storage(one: Judged, zone: str, columns: int) -> Iterator[str]:
    storage, told = one.storage, _("never looked at")
    if storage is not None:
        told = _("{kind}, looked at {age} ago").format(
            kind=storage.kind, age=age_text(storage.at, one.at)
        )
    yield f"{verdict_text(one.verdict, 12)}  {plain(one.repository)}  {told}"
    yield from _reasons(one, columns)
    if storage is not None:
        yield from fact_rows(storage, one.at, zone, columns)


def _reasons(one: Judged, columns: int) -> Iterator[str]:
    for text in dict.fromkeys(sentence(reason.message) for reason in one.reasons):
        yield from wrapped(text, "  ", columns)
    if one.reasons:
        remedy = remedy_for(one.reasons[0], one.repository, one.storage)
        text = _("What to do: {remedy}").format(remedy=sentence(remedy))
        yield from wrapped(text, "  ", columns)


def _plain(judged: Sequence[Judged], standing: Standing) -> dict[str, object]:
    gravest = by_gravity(reason for one in judged for reason in one.reasons)
    named = [one for one in judged if gravest and gravest[0] in one.reasons]
    return {
        **_plain_reason(named[0] if named else None),
        "repositories": [_plain_storage(one) for one in judged],
        "record": None if standing.doubt is None else sentence(standing.doubt),
        "problems": [problem.rendered(sentence) for problem in standing.problems],
    }


def _plain_storage(one: Judged) -> dict[str, object]:
    storage = one.storage
    return {
        "name": one.repository,
        "verdict": one.verdict.value,
        **_plain_reason(one),
        "kind": None if storage is None else storage.kind,
        "observed_at": None if storage is None else text_from_time(storage.at),
        "age_seconds": None if storage is None else int((one.at - storage.at).total_seconds()),
        "facts": [] if storage is None else [_plain_fact(fact, one.at) for fact in storage.facts],
    }


def _plain_reason(one: Judged | None) -> dict[str, object]:
    """Give the gravest reason."""
    if one is None or not one.reasons:
        return {"failure": None, "reason": None, "remedy": None}
    gravest = one.reasons[0]
    return {
        "failure": None if gravest.failure is None else gravest.failure.value,
        "reason": sentence(gravest.message),
        "remedy": sentence(remedy_for(gravest, one.repository, one.storage)),
    }


def _plain_fact(fact: Fact, now: datetime) -> dict[str, object]:
    note = None if fact.note is None else sentence(fact.note)
    age = int((now - fact.at).total_seconds())
    return {**plain_from_fact(fact), "value": fact.value, "age_seconds": age, "note": note}
