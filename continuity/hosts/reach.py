"""How another machine is reached: one definition, for commands and for the ``ssh`` program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

STANDARD_PORT: Final = 22


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """The way to one machine: ``name`` is its name in the workspace, ``address`` that in the net.

    Without a ``key`` the agent and the user's own keys are tried. ``keepalive`` is how many
    seconds may pass between signs of life, three of which may be missing; ``connect_timeout`` is
    in seconds too. ``jump`` is the machine through which it is reached.
    """

    name: str
    address: str
    port: int = STANDARD_PORT
    user: str
    key: Path | None = None
    known_hosts: Path
    jump: Reach | None = None
    keepalive: int = 15
    connect_timeout: int = 10

    @property
    def known_as(self) -> str:
        """Its name in files of known hosts (sshd(8): brackets when the port is another one)."""
        if self.port == STANDARD_PORT:
            return self.address
        return f"[{self.address}]:{self.port}"
