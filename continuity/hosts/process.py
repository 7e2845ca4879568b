"""Which process is meant, and whether it still lives."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

_PROC = Path("/proc")
# The kernel tells its boot time in whole seconds, and clocks are corrected by a little.
_CLOCK_MARGIN = timedelta(seconds=10)


class Life(StrEnum):
    """What is known of a process; DEAD only when proven."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """A process that cannot be mistaken for a later one with the same number.

    ``boot`` changes with every start of the machine, ``namespace`` with every container;
    ``started`` is in clock ticks after boot.
    """

    host: str
    boot: str
    namespace: str
    pid: int
    started: int


def identify_self() -> Process:
    """Name the running process, for claims that others may check later."""
    process = identify(os.getpid())
    if process is None:
        raise OSError("/proc does not show this process")
    return process


def identify(pid: int) -> Process | None:
    """Name a running process of this machine; None when there is none with this number."""
    stat = _stat(pid)
    if stat is None:
        return None
    return Process(
        host=socket.gethostname(),
        boot=_boot(),
        namespace=_namespace(),
        pid=pid,
        started=int(stat[19]),
    )


def life_of(process: Process) -> Life:
    """Tell whether a process named earlier still lives; on another machine it is UNKNOWN."""
    if process.host != socket.gethostname():
        return Life.UNKNOWN
    if process.boot != _boot():
        return Life.DEAD
    if process.namespace != _namespace():
        return Life.UNKNOWN
    stat = _stat(process.pid)
    gone = stat is None or stat[0] in "ZX" or int(stat[19]) != process.started
    return Life.DEAD if gone else Life.ALIVE


def life_of_holder(host: str, pid: int, since: datetime, program: str) -> Life:
    """Tell whether the process that wrote ``host`` and ``pid`` down at ``since`` still lives.

    DEAD when nothing has this number, or when what has it began after ``since`` and is not
    ``program``: a clock that was set forward must not turn a living holder into a dead one.
    """
    if host != socket.gethostname():
        return Life.UNKNOWN
    stat = _stat(pid)
    if stat is None or stat[0] in "ZX":
        return Life.DEAD
    if _program_of(pid) == program:
        return Life.ALIVE
    return Life.DEAD if _start_time(int(stat[19])) > since + _CLOCK_MARGIN else Life.ALIVE


def session_members(session: int) -> Iterator[int]:
    """Find the living processes of a session, its leader included."""
    for entry in _PROC.iterdir():
        if entry.name.isdecimal():
            stat = _stat(int(entry.name))
            if stat is not None and stat[0] not in "ZX" and int(stat[3]) == session:
                yield int(entry.name)


def _stat(pid: int) -> list[str] | None:
    """Give the fields of /proc/PID/stat after the name, which may hold blanks and brackets."""
    try:
        text = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


def _program_of(pid: int) -> str:
    try:
        return (_PROC / str(pid) / "comm").read_text("utf-8", "replace").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _start_time(ticks: int) -> datetime:
    boot = next(
        int(line.split()[1])
        for line in (_PROC / "stat").read_text().splitlines()
        if line.startswith("btime ")
    )
    return datetime.fromtimestamp(boot + ticks / os.sysconf("SC_CLK_TCK"), UTC)


def _boot() -> str:
    return (_PROC / "sys/kernel/random/boot_id").read_text().strip()


def _namespace() -> str:
    return str((_PROC / "self/ns/pid").readlink())


def text_from_process(process: Process) -> str:
    """Write down which process does a step."""
    numbers = f"{process.pid}/{process.started}"
    return f"{process.boot}/{process.namespace}/{numbers}/{process.host}"


def process_from_text(text: str) -> Process:
    """Read what ``text_from_process`` wrote."""
    boot, namespace, pid, started, host = text.split("/", 4)
    return Process(host=host, boot=boot, namespace=namespace, pid=int(pid), started=int(started))
