"""Programs that run on restored content, shut off from everything else."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from continuity.hosts.host import Host
from continuity.sandbox.isolation import Isolation


class Cell(Host, Protocol):
    """A host inside a sandbox: no network, no privileges, an unprivileged user.

    Sees the system's programs read-only, ``tree`` read-only, and ``home`` to write in, at the same
    paths as outside. Commands share no network and no processes with the machine; those of one cell
    meet through sockets in ``home``.
    """

    @property
    def isolation(self) -> Isolation:
        """The level that was really reached, probed and not assumed."""

    @property
    def tree(self) -> Path:
        """What was restored."""

    @property
    def home(self) -> Path:
        """A private directory for scratch servers and checks."""
