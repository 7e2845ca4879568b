"""A plain directory that somebody made a copy into: it can be read and proven, not written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from continuity.domain.failure import UnreachableError
from continuity.domain.snapshot import Listed, Snapshot
from continuity.domain.text import N_, say, shown
from continuity.engines.engine import OnProgress, RestoreRequest, RestoreResult, Tool
from continuity.engines.rsync.failures import understood
from continuity.engines.rsync.program import Program
from continuity.engines.rsync.recovery import restore
from continuity.engines.rsync.tree import listing
from continuity.hosts.host import Host

ONLY = "copy"
"""The id of the one generation that a plain copy is."""


class PlainCopy:
    """A directory of this machine, taken as one generation with the paths below it."""

    def __init__(self, host: Host, root: Path, scratch: Path) -> None:
        self.root = root
        self._program = Program(host, "rsync", scratch)

    def generation(self, snapshot: str) -> Path:
        """Give the directory itself. Raises UnreachableError when it is gone."""
        if snapshot == ONLY and self.root.is_dir():
            return self.root
        raise UnreachableError(
            say(N_("There is no directory {path}."), path=shown(os.fsencode(self.root))),
            remedy=say(N_("Look whether its disk is mounted.")),
        )

    def published(self) -> frozenset[str]:
        """Give its one id."""
        return frozenset({ONLY})

    def probe(self) -> Tool:
        """Find rsync and its version."""
        return self._program.probe()

    def identity(self) -> str:
        """Give device and inode of the directory: another one in its place is another copy."""
        with understood(self.root):
            found = self.root.stat()
            return f"{found.st_dev:x}-{found.st_ino:x}"

    def snapshots(self) -> tuple[Snapshot, ...]:
        """Give the copy as one snapshot, as old as the directory's last change."""
        with understood(self.root):
            changed = datetime.fromtimestamp(self.root.stat().st_mtime, UTC)
        return (Snapshot(id=ONLY, time=changed, host="", paths=(b"/",), tags=(), tree=""),)

    def listing(self, snapshot: str) -> Iterator[Listed]:
        """Walk the directory; paths begin below it."""
        return listing(self, snapshot)

    def restore(self, request: RestoreRequest, on_progress: OnProgress) -> RestoreResult:
        """Copy exact names out of it."""
        with understood(self.root):
            return restore(self._program, self, request, on_progress)
