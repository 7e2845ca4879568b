"""Ask the world one question: does a page, a port, a file or a program answer as it should?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from continuity.domain.clock import Now
from continuity.domain.failure import ConfigurationError
from continuity.domain.probe import (
    ChecksumProbe,
    CommandProbe,
    FileProbe,
    HttpProbe,
    Probe,
    SqlProbe,
    TcpProbe,
)
from continuity.domain.text import N_, say
from continuity.hosts.host import Command, Host
from continuity.hosts.knock import knock
from continuity.hosts.web import Ask, Site, Web

_MOST_READ = 8 << 20


Question = Callable[[str, str, float], str | None]
"""Asks the source of a job a query, for so many seconds; gives the first value."""


def ask(probe: Probe, host: Callable[[str], Host], now: Now, question: Question) -> str | None:
    """Ask once; gives what was read, None for a wrong answer. Raises ContinuityError for none."""
    if probe.sql is not None:
        return _value(probe.sql, question, probe.within)
    if probe.http is not None:
        return _page(probe.http, now, probe.within)
    if probe.tcp is not None:
        return _port(probe.tcp, probe.within)
    if probe.file is not None:
        return _file(probe.file, now)
    if probe.checksum is not None:
        return _checksum(probe.checksum)
    if probe.command is not None:
        return _command(probe.command, host, probe.within)
    raise ConfigurationError(say(N_("A person has to look at this.")))


def _value(probe: SqlProbe, question: Question, within: timedelta) -> str | None:
    value = question(probe.job, probe.query, within.total_seconds())
    if value is None:
        return None
    if probe.equals is not None:
        return value if value == probe.equals else None
    try:
        return value if float(value) >= (probe.at_least or 0) else None
    except ValueError:
        return None


def _page(probe: HttpProbe, now: Now, within: timedelta) -> str | None:
    seconds = within.total_seconds()
    site = Site(
        name=probe.url,
        address=probe.url,
        now=now,
        connect_seconds=seconds,
        read_seconds=seconds,
        whole_seconds=seconds,
    )
    answer = Web(site).send(Ask(method="GET", path="", repeatable=True))
    text = answer.content.decode("utf-8", "replace")
    right = answer.status == probe.status and (probe.contains is None or probe.contains in text)
    return str(answer.status) if right else None


def _port(probe: TcpProbe, within: timedelta) -> str | None:
    return "open" if knock(probe.host, probe.port, within.total_seconds()) else None


def _file(probe: FileProbe, now: Now) -> str | None:
    path = Path(probe.path)
    try:
        seen = path.stat()
        content = "" if probe.contains is None else _beginning(path)
    except OSError:
        return None
    age = now().timestamp() - seen.st_mtime
    if probe.newer_than is not None and age > probe.newer_than.total_seconds():
        return None
    return str(seen.st_size) if probe.contains is None or probe.contains in content else None


def _beginning(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_MOST_READ).decode("utf-8", "replace")


def _checksum(probe: ChecksumProbe) -> str | None:
    try:
        with Path(probe.path).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
    return found if found == probe.sha256 else None


def _command(probe: CommandProbe, host: Callable[[str], Host], within: timedelta) -> str | None:
    asked = Command(argv=probe.argv, timeout=within.total_seconds())
    done = host(probe.host or "local").run(asked)
    text = done.stdout.decode("utf-8", "replace")
    right = done.code == probe.success and (probe.contains is None or probe.contains in text)
    return text if right else None
