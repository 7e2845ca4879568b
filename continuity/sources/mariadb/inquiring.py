"""Ask a living database of a MariaDB or MySQL server one question."""

from __future__ import annotations

from continuity.hosts.host import Command
from continuity.sources.mariadb.calls import Programs, live_server
from continuity.sources.mariadb.capture import options_of
from continuity.sources.mariadb.session import trouble_from
from continuity.sources.source import Inquire, Inquiring

_READING = "SET SESSION TRANSACTION READ ONLY; START TRANSACTION READ ONLY;"


def inquire_by(programs: Programs) -> Inquire:
    """Make the way to ask with these programs."""

    def inquire(asked: Inquiring) -> str | None:
        """Ask in a transaction that only reads; of several databases none is the usual one."""
        source = options_of(asked.source)
        server = live_server(programs, source, asked.host, asked.password)
        words = ["--batch", "--skip-column-names", "--binary-mode"]
        if len(source.databases) == 1:
            words.append(f"--database={source.databases[0]}")
        finished = server.host.run(
            Command(
                argv=server.calling(server.client, *words),
                timeout=asked.seconds,
                secrets=server.secrets,
                stdin=f"{_READING}\n{asked.query};\n".encode(),
            )
        )
        if finished.code != 0:
            raise trouble_from(server.client, finished)
        first = finished.stdout.decode("utf-8", "replace").partition("\n")[0].partition("\t")[0]
        return None if not finished.stdout or first == "NULL" else first

    return inquire
