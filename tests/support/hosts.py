"""Commands to try on any host, and what became of them."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path

from continuity.hosts.host import Command, Finished, Host
from continuity.hosts.reach import Reach
from tests.support.sshd import Sshd

MEGABYTE = 1 << 20


def shell(script: str, timeout: float = 20, grace: float = 5) -> Command:
    return Command(argv=("sh", "-c", script), timeout=timeout, grace=grace)


def lines_of(host: Host, command: Command) -> list[bytes]:
    lines: list[bytes] = []
    host.stream(command, lines.append)
    return lines


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended within two seconds."""
    until = time.monotonic() + 2
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def exhausted(pieces: Generator[bytes, None, Finished]) -> tuple[bytes, Finished]:
    taken: list[bytes] = []
    while True:
        try:
            taken.append(next(pieces))
        except StopIteration as end:
            finished: Finished = end.value
            return b"".join(taken), finished


def reach_of(server: Sshd, name: str = "away", jump: Reach | None = None) -> Reach:
    """Write down how a server of one's own is reached."""
    return Reach(
        name=name,
        address=server.address,
        port=server.port,
        user=server.user,
        key=server.key,
        known_hosts=server.known_hosts,
        jump=jump,
    )
