"""The stage of a workspace: where its runs are conducted, and what the program does them with."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path

from continuity.answering.announcer import Announcer
from continuity.app import App
from continuity.cli.conduct_noted import note
from continuity.cli.conduct_over import put_back
from continuity.cli.conduct_restoring import restore
from continuity.cli.conduct_shown import Screen
from continuity.cli.language import sentence
from continuity.cli.response import desk_of
from continuity.config.runbook_document import document_from_kept_text
from continuity.config.secrets import read_secret
from continuity.domain.failure import ConfigurationError
from continuity.domain.runbook_document import RunbookDocument
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say
from continuity.domain.written import SecretReference
from continuity.hosts.local import LocalHost
from continuity.sources.source import Inquiring
from continuity.store.exhibits import Exhibits
from continuity.workflows.child_runs import follow
from continuity.workflows.conducting import Stage
from continuity.workflows.hands import Hands
from continuity.workflows.probing import ask


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
        restore=partial(restore, app),
        probe=lambda probe: ask(probe, app.hosts.host, app.bench.now, partial(_inquire, app)),
        keep=exhibits_of(app).keep,
        say=sentence,
        tell=announcer_of(app).tell,
        follow=partial(follow, stage, partial(_book, app)),
        note=partial(note, stage),
        put_back=partial(put_back, app, stage),
        now=app.bench.now,
        sleep=time.sleep,
        itself=(sys.executable, "-m", "continuity", "-w", str(app.workspace.root.absolute())),
    )


def announcer_of(app: App) -> Announcer:
    """Give what queues the words of runs."""
    return Announcer(workspace=app.workspace, store=app.bench.store, now=app.bench.now)


def exhibits_of(app: App) -> Exhibits:
    """Open where the evidence of runs is kept."""
    return Exhibits(app.bench.keys.parent / "exhibits")


def _secret(app: App, reference: SecretReference) -> Secret:
    return read_secret(reference, environ=app.means.environ, host=LocalHost())


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
