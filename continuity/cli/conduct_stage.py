"""The stage of a workspace: where its runs are conducted, and what the program does them with."""

from __future__ import annotations

import os
import time
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from continuity.app import App, portfolio_of
from continuity.cli.conduct_shown import Screen
from continuity.cli.language import sentence
from continuity.cli.response import desk_of
from continuity.config.runbook_document import document_from_kept_text
from continuity.config.secrets import read_secret
from continuity.domain.facts import JobFacts, Point
from continuity.domain.failure import ConfigurationError
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict
from continuity.domain.written import SecretReference
from continuity.hosts.local import LocalHost
from continuity.workflows.conducting import Stage
from continuity.workflows.drill import drill
from continuity.workflows.facts import read_facts
from continuity.workflows.performing import Hands, Restored
from continuity.workflows.planning import DrillRequest
from continuity.workflows.probing import ask
from continuity.workflows.world import unwatched

NEWEST_PROVEN = "newest-proven"


def stage_of(app: App, screen: Screen | None = None) -> Stage:
    """Open the stage of a workspace; ``screen`` is what people look at while they choose."""
    return Stage(
        freeze=(screen or Screen(app)).freeze,
        desk=desk_of(app),
        read=lambda name, text: document_from_kept_text(name, text, Path.home()),
        process=app.bench.process,
        zone=app.workspace.settings.zone,
    )


def hands_of(app: App) -> Hands:
    """Give what the program does steps with."""
    return Hands(
        host=app.hosts.host,
        secret=partial(_secret, app),
        restore=partial(_restore, app),
        probe=lambda probe: ask(probe, app.hosts.host, app.bench.now),
        now=app.bench.now,
        sleep=time.sleep,
    )


def points_of(app: App, job: str) -> tuple[tuple[Point, bool], ...]:
    """List the points of a job that are there, the newest first, and whether each is proven."""
    facts = _facts(app, job)
    assessment = portfolio_of(app.workspace.root, os.environ).assess()
    proven = {
        point
        for system in assessment.systems
        for one in system.jobs
        if one.plan.name == job
        for point in one.proof.proven_points
    }
    there = (point for point in facts.points if point.removed_at is None)
    newest_first = sorted(there, key=lambda point: point.data_time, reverse=True)
    return tuple((point, point.id in proven) for point in newest_first)


def _facts(app: App, job: str) -> JobFacts:
    return read_facts(app.bench.store, app.bench.now()).facts.of(job)


def _secret(app: App, reference: SecretReference) -> Secret:
    return read_secret(reference, environ=app.means.environ, host=LocalHost())


def _restore(app: App, job: str, wanted: str) -> Restored:
    point = _chosen(app, job, wanted)
    request = DrillRequest(full=True, point=point.id)
    ended = drill(app.bench, app.protected(job), _facts(app, job), request, unwatched())
    reason = ended.conclusion.reason
    return Restored(
        passed=ended.conclusion.verdict is Verdict.PASS,
        point=point.id,
        taken_at=point.data_time,
        run_id=ended.run_id,
        said="" if reason is None else sentence(reason),
    )


def _chosen(app: App, job: str, wanted: str) -> Point:
    known = points_of(app, job)
    word, _, rest = wanted.partition(":")
    fitting = [point for point, _proven in known]
    if wanted == NEWEST_PROVEN:
        fitting = [point for point, proven in known if proven]
    elif word == "before":
        zone = ZoneInfo(app.workspace.settings.zone)
        limit = datetime.strptime(rest, "%Y-%m-%d %H:%M").replace(tzinfo=zone)
        fitting = [point for point in fitting if point.data_time < limit]
    elif wanted != "newest":
        name = rest if word == "id" else wanted
        fitting = [point for point in fitting if point.id.startswith(name)]
    if not fitting:
        raise ConfigurationError(
            say(N_("No restore point of {job} is {wanted}."), job=job, wanted=wanted),
            remedy=say(N_("See what is proven: continuity status")),
        )
    return fitting[0]
