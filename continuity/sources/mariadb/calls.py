"""How the programs of MariaDB and MySQL are called, and single questions put to a server."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from continuity.domain.failure import RevivalError
from continuity.domain.job import Source
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say
from continuity.hosts.host import Command, Host
from continuity.sources.mariadb.options import MysqlFamilySource
from continuity.sources.mariadb.session import Server, reason_of

# The time one question of a check may take.
_SECONDS = 3600.0
_FIRST_FIELD = re.compile(
    rb'<row>\s*<field name="[^"]*"(?: xsi:nil="true" />|>(.*?)</field>)', re.DOTALL
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Programs:
    """The names of the programs of one family."""

    client: str
    dumper: str
    server: str
    installer: str


def needs_of(programs: Programs) -> Callable[[Source], tuple[str, ...]]:
    """Make the way to tell which programs of a family a source takes where it is."""

    def needs(source: Source) -> tuple[str, ...]:
        directory = source.programs if isinstance(source, MysqlFamilySource) else None
        names = (programs.client, programs.dumper)
        return names if directory is None else tuple(f"{directory}/{name}" for name in names)

    return needs


def live_server(
    programs: Programs, source: MysqlFamilySource, host: Host, password: Secret | None
) -> Server:
    """Reach the server that is protected. Its password is in the environment, never in argv."""
    return Server(
        host=host,
        client=programs.client,
        dumper=programs.dumper,
        login=_login(source),
        programs=source.programs or "",
        secrets={} if password is None else {"MYSQL_PWD": password},
    )


def _login(source: MysqlFamilySource) -> tuple[str, ...]:
    # The account's own files of options could leave tables out, or lead to another server.
    first = f"--defaults-file={source.options_file}" if source.options_file else "--no-defaults"
    words = [first]
    if source.address is not None:
        words += ["--protocol=tcp", f"--host={source.address}", f"--port={source.port}"]
    else:
        words += ["--protocol=socket"]
    if source.socket is not None:
        words += [f"--socket={source.socket}"]
    if source.user is not None:
        words += [f"--user={source.user}"]
    return tuple(words)


def answer_of(server: Server, question: str, database: str | None) -> str | None:
    """Put one query; gives the first cell of its first row, None for NULL or no row.

    Raises RevivalError when the server refuses the query.
    """
    options = ["--xml", *([] if database is None else [f"--database={database}"])]
    finished = server.host.run(
        Command(
            argv=server.calling(server.client, *options),
            timeout=_SECONDS,
            secrets=server.secrets,
            cwd=server.cwd,
            stdin=question.encode(),
        )
    )
    if finished.code != 0:
        raise RevivalError(
            say(
                N_("The database refused a question: {reason}."),
                reason=reason_of(finished.stderr) or str(finished.code),
            ),
            remedy=say(N_("Correct the query, or see what of the database did not come back.")),
        )
    return first_cell(finished.stdout)


def first_cell(answer: bytes) -> str | None:
    """Read the first cell of the first row of what a client program wrote as XML.

    Only this form tells NULL from the word.
    """
    found = _FIRST_FIELD.search(answer)
    if found is None or found[1] is None:
        return None
    return html.unescape(found[1].decode("utf-8", "backslashreplace"))
