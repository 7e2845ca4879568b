"""Whether the storage of repositories can be reached now: all at once, and not for long."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Thread
from time import monotonic

from continuity.domain.failure import ContinuityError
from continuity.hosts.host import Command
from continuity.hosts.local import LocalHost

PATIENCE = 3.0
"""Seconds until what has not answered counts as not known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """Where storage is entered: a directory of this machine, or a port in the network.

    Neither is known where both are empty.
    """

    path: str = ""
    address: str = ""
    port: int = 0


def open_doors(doors: Mapping[str, Door], patience: float = PATIENCE) -> Mapping[str, bool | None]:
    """Try every door at the same time; None for those of which nobody can tell in time.

    An open door says that somebody is there, not that he lets us in.
    """
    answers: Queue[tuple[str, bool | None]] = Queue()
    for name, door in doors.items():
        # A directory of a dead share may never answer: nobody waits for such a thread at the end.
        Thread(target=_try, args=(name, door, patience, answers), daemon=True).start()
    found: dict[str, bool | None] = dict.fromkeys(doors)
    until = monotonic() + patience
    for _ in doors:
        try:
            name, answer = answers.get(timeout=max(0.0, until - monotonic()))
        except Empty:
            break
        found[name] = answer
    return found


def _try(name: str, door: Door, patience: float, answers: Queue[tuple[str, bool | None]]) -> None:
    answers.put((name, _is_there(door, patience)))


def _is_there(door: Door, patience: float) -> bool | None:
    if door.path:
        return _is_directory(door.path, patience)
    if not door.address:
        return None
    try:
        with socket.create_connection((door.address, door.port), timeout=patience):
            return True
    except TimeoutError:
        return None
    except (OSError, UnicodeError):
        # Refused, no way there, or a name that nobody knows: none of them can be reached.
        return False


def _is_directory(path: str, patience: float) -> bool | None:
    """Ask another process, which can be given up when a dead share holds it."""
    try:
        asked = Command(argv=("test", "-d", path), timeout=patience, grace=0.1)
        code = LocalHost().run(asked).code
    except ContinuityError:
        return None
    return {0: True, 1: False}.get(code)
