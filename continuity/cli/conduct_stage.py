"""The stage of a workspace: where its runs are conducted, and what the program does them with."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from continuity.answering.announcer import Announcer
from continuity.app import App, portfolio_of
from continuity.cli.conduct_shown import Screen
from continuity.cli.language import sentence
from continuity.cli.response import desk_of
from continuity.config.runbook_document import document_from_kept_text
from continuity.config.secrets import read_secret
from continuity.domain.clock import text_from_time
from continuity.domain.conduct import Detail
from continuity.domain.facts import JobFacts
from continuity.domain.failure import ConfigurationError
from continuity.domain.restore_choice import Candidate, candidates, chosen
from continuity.domain.runbook_document import RunbookDocument
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict
from continuity.domain.written import SecretReference
from continuity.hosts.local import LocalHost
from continuity.sources.source import Inquiring
from continuity.store.exhibits import Exhibits
from continuity.workflows.bringing_back import BroughtBack, bring_back
from continuity.workflows.child_runs import follow
from continuity.workflows.conducting import Stage
from continuity.workflows.drill import drill
from continuity.workflows.facts import read_facts
from continuity.workflows.hands import Hands, Order, Restored, Unproven
from continuity.workflows.making_way import Aim
from continuity.workflows.planning import DrillRequest
from continuity.workflows.probing import ask
from continuity.workflows.world import unwatched


def stage_of(app: App, screen: Screen | None = None, *, alone: bool = False) -> Stage:
    """Open the stage of a workspace; ``screen`` is what people look at while they choose.

    Where nobody looks, the program is ``alone``, and calls whose turn it is.
    """
    root = app.workspace.root.absolute()
    return Stage(
        call=partial(announcer_of(app).call, alone=alone),
        freeze=(screen or Screen(app)).freeze,
        desk=desk_of(app),
        read=lambda name, text: document_from_kept_text(name, text, root),
        process=app.bench.process,
        zone=app.workspace.settings.zone,
        say=sentence,
    )


def hands_of(app: App, stage: Stage) -> Hands:
    """Give what the program does steps with."""
    return Hands(
        host=app.hosts.host,
        secret=partial(_secret, app),
        restore=partial(_restore, app),
        probe=lambda probe: ask(probe, app.hosts.host, app.bench.now, partial(_inquire, app)),
        keep=exhibits_of(app).keep,
        say=sentence,
        tell=announcer_of(app).tell,
        follow=partial(follow, stage, partial(_book, app)),
        now=app.bench.now,
        sleep=time.sleep,
    )


def announcer_of(app: App) -> Announcer:
    """Give what queues the words of runs."""
    return Announcer(workspace=app.workspace, store=app.bench.store, now=app.bench.now)


def exhibits_of(app: App) -> Exhibits:
    """Open where the evidence of runs is kept."""
    return Exhibits(app.bench.keys.parent / "exhibits")


def candidates_of(app: App, job: str) -> tuple[Candidate, ...]:
    """List the restore points of a job, the newest first, with what is proven of each."""
    assessment = portfolio_of(app.workspace.root, os.environ).assess()
    proven = {
        point
        for system in assessment.systems
        for one in system.jobs
        if one.plan.name == job
        for point in one.proof.proven_points
    }
    return candidates(_facts(app, job), app.workspace.jobs[job].repository, proven)


def candidate_named(app: App, job: str, wanted: str) -> Candidate:
    """Find the restore point that somebody means. Raises ConfigurationError."""
    zone = ZoneInfo(app.workspace.settings.zone)
    return chosen(candidates_of(app, job), wanted, job, zone)


def _facts(app: App, job: str) -> JobFacts:
    return read_facts(app.bench.store, app.bench.now()).facts.of(job)


def _secret(app: App, reference: SecretReference) -> Secret:
    return read_secret(reference, environ=app.means.environ, host=LocalHost())


def _restore(app: App, order: Order) -> Restored | Unproven:
    candidate = candidate_named(app, order.job, order.point)
    point = candidate.point
    if not candidate.proven and not order.accepted:
        told = say(N_("No restore test proves the restore point {point}."), point=point.id)
        return Unproven(point=point.id, said=sentence(told))
    if order.target == "sandbox":
        return _drilled(app, order.job, candidate)
    aim = Aim(mark=order.mark, place=order.place, include=order.include)
    back = bring_back(app.bench, app.protected(order.job), _facts(app, order.job), point.id, aim)
    return Restored(
        passed=back.wrong is None,
        point=point.id,
        taken_at=point.data_time,
        place=back.place,
        details={**back.details, **_proof(candidate)},
        said=_told(back),
    )


def _book(app: App, name: str) -> tuple[RunbookDocument, str] | None:
    document = app.workspace.books.get(name)
    if document is None:
        return None
    return document, text_of_book(app.workspace.root / "runbooks" / f"{name}.md")


def text_of_book(path: Path) -> str:
    """Read the text of a runbook, as its hash was made of it."""
    return path.read_bytes().decode().removeprefix("\ufeff").replace("\r\n", "\n")


def _inquire(app: App, job: str, query: str, seconds: float) -> str | None:
    protected = app.protected(job)
    living = protected.living
    if living is None or living.inquire is None:
        raise ConfigurationError(
            say(N_("{job} is no database that can be asked."), job=job),
            remedy=say(N_("Ask in another way: command, http, tcp or file.")),
        )
    return living.inquire(
        Inquiring(
            source=protected.job.source,
            host=living.open_host(),
            password=living.read_password(),
            query=query,
            seconds=seconds,
        )
    )


def _drilled(app: App, job: str, candidate: Candidate) -> Restored:
    request = DrillRequest(full=True, point=candidate.point.id)
    ended = drill(app.bench, app.protected(job), _facts(app, job), request, unwatched())
    reason = ended.conclusion.reason
    return Restored(
        passed=ended.conclusion.verdict is Verdict.PASS,
        point=candidate.point.id,
        taken_at=candidate.point.data_time,
        run_id=ended.run_id,
        details=_proof(candidate),
        said=ended.conclusion.verdict.value if reason is None else sentence(reason),
    )


def _proof(candidate: Candidate) -> dict[str, Detail]:
    tested = candidate.tested_at
    return {
        "proven": candidate.proven,
        "level": candidate.level,
        "tested_at": "" if tested is None else text_from_time(tested),
    }


def _told(back: BroughtBack) -> str:
    if back.wrong is not None:
        return sentence(back.wrong)
    if back.dump:
        told = N_("{place} is the copy of a database, byte for byte; it is not loaded yet.")
        return sentence(say(told, place=back.place))
    return sentence(say(N_("Restored to {place}, and every byte compared."), place=back.place))
