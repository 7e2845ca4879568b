"""One rsync repository, as the product's own words describe a backup engine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from pydantic import Field

from continuity.domain.failure import ConfigurationError
from continuity.domain.snapshot import Listed, Snapshot
from continuity.domain.text import N_, say, shown
from continuity.domain.written import Written
from continuity.engines.engine import (
    BackupRequest,
    BackupResult,
    CheckResult,
    Engine,
    Lock,
    OnProgress,
    Opening,
    RestoreRequest,
    RestoreResult,
    Slice,
    StreamRequest,
    Tool,
)
from continuity.engines.rsync.claim import claimed, found_locks, unlock_dead
from continuity.engines.rsync.copy import back_up
from continuity.engines.rsync.failures import understood
from continuity.engines.rsync.program import Program
from continuity.engines.rsync.recovery import restore
from continuity.engines.rsync.repository import MARKER, Repository
from continuity.engines.rsync.retention import forget, sweep
from continuity.engines.rsync.stream import keep_stream
from continuity.engines.rsync.structure import check
from continuity.engines.rsync.tree import listing


class Options(Written):
    """What may be written for an rsync repository."""

    max_delete: int | None = Field(
        default=None,
        ge=0,
        description="refuse a copy from which more entries than this have vanished since the last",
    )
    limit: int | None = Field(
        default=None, gt=0, description="KiB per second, of backups and of restore tests"
    )


class Rsync:
    """A repository in a directory of this machine."""

    def __init__(self, program: Program, repository: Repository, max_delete: int | None) -> None:
        self._program = program
        self._repository = repository
        self._max_delete = max_delete

    def probe(self) -> Tool:
        """Find rsync and its version, once."""
        return self._program.probe()

    def exists(self) -> bool:
        """Tell whether the marker is there; one that cannot be read raises DamagedError."""
        with self._understood():
            if not os.path.lexists(self._repository.root / MARKER):
                return False
            self._repository.identity()
            return True

    def initialise(self) -> None:
        """Make an empty repository; the directory above must be there, as a mounted disk is."""
        with self._understood():
            self._repository.create()

    def identity(self) -> str:
        """Give the random id that the repository was made with."""
        with self._understood():
            return self._repository.identity()

    def recognises(self, identity: str) -> bool:
        """Leave it to ``identity``, which costs no more than a look."""
        del identity
        return False

    def back_up(self, request: BackupRequest, on_progress: OnProgress) -> BackupResult:
        """Make a generation; it becomes visible when it is complete and on the disk.

        A part that could not be read or vanished meanwhile makes it incomplete, not invisible.
        """
        self.probe()
        with self._understood():
            self._repository.identity()
            with claimed(self._repository):
                sweep(self._repository)
                return back_up(
                    self._program, self._repository, request, self._max_delete, on_progress
                )

    def keep_stream(self, request: StreamRequest, on_progress: OnProgress) -> BackupResult:
        """Make a generation of one file; it becomes visible when it is whole and on the disk."""
        self.probe()
        with self._understood():
            self._repository.identity()
            with claimed(self._repository):
                sweep(self._repository)
                return keep_stream(self._program, self._repository, request, on_progress)

    def snapshots(self) -> tuple[Snapshot, ...]:
        """List the generations, oldest first."""
        with self._understood():
            return tuple(point.snapshot for point in self._repository.points())

    def listing(self, snapshot: str) -> Iterator[Listed]:
        """Walk a generation; directories above the sources are listed, too."""
        return listing(self._repository, snapshot)

    def restore(self, request: RestoreRequest, on_progress: OnProgress) -> RestoreResult:
        """Copy exact names, or everything, out of a generation."""
        with self._understood():
            return restore(self._program, self._repository, request, on_progress)

    def check(self, read: Slice | None, timeout: float, on_progress: OnProgress) -> CheckResult:
        """Check the structure; with a slice, show that its bytes can be read.

        rsync keeps no checksums, so this finds damage of the disk and not a changed byte: that
        is found by drills, which compare with the sealed manifest.
        """
        with self._understood():
            return check(self._repository, read, timeout, on_progress)

    def forget(self, snapshots: tuple[str, ...], *, prune: bool, timeout: float) -> None:
        """Remove generations; what nobody else shares is free at once, with or without prune."""
        del prune
        with self._understood():
            self._repository.identity()
            with claimed(self._repository):
                sweep(self._repository)
                forget(self._repository, snapshots, timeout)

    def locks(self) -> tuple[Lock, ...]:
        """Tell whether somebody writes here now, or was killed while writing."""
        with self._understood():
            self._repository.identity()
            return found_locks(self._repository)

    def unlock_dead(self) -> int:
        """Remove the lock of a provably dead writer."""
        with self._understood():
            self._repository.identity()
            return unlock_dead(self._repository)

    def _understood(self) -> AbstractContextManager[None]:
        return understood(self._repository.root)


def open_repository(opening: Opening) -> Engine:
    """Open a repository by the absolute path of its directory. Nothing is touched yet."""
    location = opening.location
    options = opening.options
    if not isinstance(options, Options):
        raise TypeError("not the options of rsync")
    if not location.startswith("/"):
        raise ConfigurationError(
            say(
                N_("{location} is not an absolute path, so no rsync repository can be there."),
                location=shown(os.fsencode(location)),
            ),
            remedy=say(N_("Write the whole path of the directory, from / on.")),
        )
    return Rsync(
        Program(opening.host, opening.program or "rsync", opening.scratch, options.limit),
        Repository(Path(location)),
        options.max_delete,
    )
