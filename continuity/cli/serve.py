"""`serve`: run jobs by themselves, until it is stopped."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import ExitStack
from functools import partial

import click

from continuity.app import App
from continuity.cli.entry import Options
from continuity.cli.language import _, sentence
from continuity.cli.output import epilog, remark, show
from continuity.config.problem import NoWorkspaceError, WorkspaceError
from continuity.domain.failure import ConfigurationError, UnreachableError
from continuity.domain.text import N_, say
from continuity.service.doors import doors_open
from continuity.service.journal import Form, Journal
from continuity.service.journald import Journald, leads_to_journald
from continuity.service.serving import Service
from continuity.speech.speaker import speaker_of


@click.command(
    help=_(
        "Stay and run what is due by the timetables of the jobs; hear, tell and sign meanwhile. It "
        "answers /healthz, /metrics and heartbeats, reads changed files by itself, and keeps the "
        "last good ones while somebody breaks one. For systemd: continuity service print."
    ),
    epilog=epilog("continuity serve", "continuity serve --address 10.0.0.5 --log json"),
)
@click.option("--address", help=_("Where to listen; that of the workspace if not given."))
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    help=_("Port; that of the workspace if not given, 0 for a free one."),
)
@click.option(
    "--log",
    type=click.Choice([form.value for form in Form]),
    default=Form.AUTO.value,
    help=_("How its journal is written; auto: as fits a terminal, journald, or else JSON lines."),
)
@click.pass_obj
def command(options: Options, address: str | None, port: int | None, log: str) -> int:
    """Serve until the end."""
    journal_of = partial(_journal, form=Form(log))
    service = Service(root=options.workspace, environ=os.environ, journal_of=journal_of)
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_ignored: service.stop.set())
    with ExitStack() as doors:
        _enter(doors, service)
        settings = service.app.workspace.settings.service
        here = settings.address if address is None else address
        wished = settings.port if port is None else port
        try:
            taken = doors.enter_context(doors_open(service, here, wished))
        except OSError as error:
            # It may be free or there a little later: no reason to give up for good.
            raise UnreachableError(
                say(N_("Nothing can listen there: {reason}"), reason=error.strerror or "-"),
                remedy=say(N_("Choose another --port, or stop what uses it.")),
            ) from error
        show(_("Listening at {where}.").format(where=f"http://{here}:{taken}/"))
        sys.stdout.flush()
        service.run()
    return 0


def _enter(doors: ExitStack, service: Service) -> None:
    try:
        doors.enter_context(service)
    except NoWorkspaceError:
        raise
    except WorkspaceError as error:
        for problem in error.problems:
            remark(problem.rendered(sentence))
        raise ConfigurationError(
            say(N_("The service cannot start: the workspace has problems, and never had none.")),
            remedy=say(N_("Mend what is named above, see continuity check, and start it again.")),
        ) from error


def _journal(app: App, *, form: Form) -> Journal:
    speaker = speaker_of(app.workspace.settings.language)
    chosen = _usual_form() if form is Form.AUTO else form
    return Journal(
        stream=sys.stderr,
        sentence=speaker.sentence,
        now=app.bench.now,
        form=chosen,
        journald=Journald() if chosen is Form.JOURNALD else None,
    )


def _usual_form() -> Form:
    if leads_to_journald(sys.stderr, os.environ):
        return Form.JOURNALD
    return Form.TEXT if sys.stderr.isatty() else Form.JSON
