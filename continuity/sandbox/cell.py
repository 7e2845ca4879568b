"""Programs that run on restored content, shut off from everything else."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from continuity.domain.text import Message
from continuity.hosts.host import Host
from continuity.sandbox.isolation import Isolation


class Cell(Host, Protocol):
    """A host inside a sandbox: no network, no privileges, an unprivileged user.

    Sees the system's programs read-only, ``tree`` read-only, and ``home`` to write in, at the same
    paths as outside. Commands share no network and no processes with the machine nor with each
    other; those of one cell meet through sockets in ``sockets``. Commands start in ``home`` unless
    they say otherwise, know nothing of the environment outside, and are asked to stop by SIGINT.
    ``run``, ``stream`` and ``pieces`` raise NoSpaceError when the room of the sandbox is used up,
    and ToolMissingError for a program that cannot be seen from inside.
    """

    @property
    def isolation(self) -> Isolation:
        """The level that was really reached, probed and not assumed."""

    @property
    def why(self) -> Message | None:
        """Why it is not level A; None when it is."""

    @property
    def user(self) -> str:
        """The name of the user as whom commands run."""

    @property
    def tree(self) -> Path:
        """What was restored."""

    @property
    def home(self) -> Path:
        """A private directory for scratch servers and checks."""

    @property
    def sockets(self) -> Path:
        """A private directory whose path is short: the address of a socket has 107 bytes."""
