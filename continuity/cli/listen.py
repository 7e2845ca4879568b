"""`listen`: hear jobs that run elsewhere."""

from __future__ import annotations

import signal
import sys
from threading import Event

import click

from continuity.app import opened
from continuity.cli.entry import Options
from continuity.cli.language import _
from continuity.cli.output import epilog, show
from continuity.domain.failure import ConfigurationError
from continuity.domain.ping import Ping
from continuity.domain.text import N_, say
from continuity.service.heartbeats import ids_of_heartbeats
from continuity.service.listener import listening
from continuity.workflows.hearing import hear, pulses_of

_PORT = 8417


@click.command(
    help=_(
        "Hear jobs that run elsewhere, until it is stopped: they call an address with their id, in "
        "the protocol of Healthchecks. Who is silent for too long becomes an incident at the next "
        "“continuity incidents update”. There is no TLS: beyond this machine let a web server that "
        "has it stand in front."
    ),
    epilog=epilog("continuity listen", "continuity listen --address 10.0.0.5 --port 8417"),
)
@click.option("--address", default="127.0.0.1", help=_("Where to listen; 127.0.0.1 if not given."))
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=_PORT,
    help=_("Port; 8417 if not given, 0 for a free one."),
)
@click.pass_obj
def command(options: Options, address: str, port: int) -> int:
    """Listen until the end."""
    with opened(options.workspace) as app:
        names = ids_of_heartbeats(app)
        pulses_of(app.bench.store, names.values(), app.bench.now())
        stop = Event()
        for wanted in (signal.SIGTERM, signal.SIGINT):
            signal.signal(wanted, lambda *_ignored: stop.set())

        def heard(ping: Ping) -> None:
            hear(app.bench.store, names, ping, app.bench.now)

        try:
            with listening(heard, address, port) as taken:
                where = f"http://{address}:{taken}/"
                told = _("Listening at {where}, for {count} jobs.")
                show(told.format(where=where, count=len(names)))
                sys.stdout.flush()
                stop.wait()
        except OSError as error:
            raise ConfigurationError(
                say(N_("Nothing can listen there: {reason}"), reason=error.strerror or "-"),
                remedy=say(N_("Choose another --port, or stop what uses it.")),
            ) from error
    return 0
