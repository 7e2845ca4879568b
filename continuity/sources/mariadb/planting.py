"""Put a canary into a database of a MariaDB or MySQL server."""

from __future__ import annotations

from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say
from continuity.hosts.host import Command
from continuity.sources.mariadb.calls import Programs, live_server
from continuity.sources.mariadb.capture import options_of
from continuity.sources.mariadb.session import trouble_from
from continuity.sources.source import Plant, Planting

_SECONDS = 60.0


def plant_by(programs: Programs) -> Plant:
    """Make the way to plant with these programs."""

    def plant(planting: Planting) -> None:
        """Execute the statements; what makes a table is a transaction of its own there."""
        source = options_of(planting.source)
        if len(source.databases) != 1:
            raise ConfigurationError(
                say(N_("It is not known into which of several databases to plant.")),
                remedy=say(
                    N_("Execute it by hand, with the database before the table's name each time.")
                ),
            )
        server = live_server(programs, source, planting.host, planting.password)
        finished = server.host.run(
            Command(
                argv=server.calling(server.client, "--batch", f"--database={source.databases[0]}"),
                timeout=_SECONDS,
                secrets=server.secrets,
                stdin=f"{';'.join(planting.statements)};\n".encode(),
            )
        )
        if finished.code != 0:
            raise trouble_from(server.client, finished)

    return plant
