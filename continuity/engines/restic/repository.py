"""A restic repository as an engine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from continuity.domain.failure import ConfigurationError, UnreachableError
from continuity.domain.snapshot import Listed, Snapshot
from continuity.domain.text import N_, say, shown
from continuity.engines.engine import (
    BackupRequest,
    BackupResult,
    CheckResult,
    Lock,
    OnProgress,
    Opening,
    RestoreRequest,
    RestoreResult,
    Slice,
    StreamRequest,
    Tool,
)
from continuity.engines.restic import backing, caring, reading, recognising, restoring, streaming
from continuity.engines.restic.calls import Call, Caller
from continuity.engines.restic.failures import meaning_of
from continuity.engines.restic.meanings import GENERAL

_NO_REPOSITORY = 10
# What versions without exit codes say about a config file that is not there, by storage.
_ABSENT = (b"no such file or directory", b"does not exist", b"not found", b"404")


class ResticRepository:
    """One restic repository, opened on one host."""

    def __init__(self, opening: Opening) -> None:
        self._caller = Caller(opening)

    def probe(self) -> Tool:
        """Find restic and its version, once."""
        return self._caller.tool

    def exists(self) -> bool:
        """Tell whether there is a repository; raises when that cannot be known."""
        if self._caller.local is not None:
            return self._is_on_disk()
        call = Call(words=("cat", "config"), timeout=self._caller.patience, lock=False)
        finished = self._caller.run(call, lambda _: None)
        if finished.code == 0:
            return True
        if finished.code == _NO_REPOSITORY and "exit-codes" in self.probe().capabilities:
            return False
        absent = any(piece in finished.stderr.lower() for piece in _ABSENT)
        # A bucket that is gone does not exist either, and is no place for a new repository.
        if absent and meaning_of(finished.stderr.splitlines()) is GENERAL[UnreachableError]:
            return False
        raise self._caller.refusal(finished)

    def _is_on_disk(self) -> bool:
        local = self._caller.local
        if local is None:
            return False
        try:
            (local / "config").stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise UnreachableError(
                say(
                    N_("The repository {path} cannot be looked at: {reason}."),
                    path=shown(bytes(local)),
                    reason=error.strerror or "",
                ),
                remedy=say(N_("See whether its disk is mounted and who may read it.")),
            ) from error
        return True

    def initialise(self) -> None:
        """Make an empty repository and open it once; refuses where anything exists already."""
        local = self._caller.local
        occupied = local is not None and local.exists() and any(local.iterdir())
        if occupied or self.exists():
            raise ConfigurationError(
                say(
                    N_("A new repository cannot be made at {location}: something is there."),
                    location=self._caller.shown_location,
                ),
                remedy=say(N_("Choose an empty place, or use the repository that exists.")),
            )
        if local is not None and not local.parent.is_dir():
            # restic would make all folders above, on the root disk when a disk is not mounted.
            raise UnreachableError(
                say(
                    N_("There is no directory {path} to make a repository in."),
                    path=shown(bytes(local.parent)),
                ),
                remedy=say(N_("Mount its disk, or make the directory if it is the right place.")),
            )
        try:
            self._caller.ask("init", lock=True)
        except BaseException:  # also an interrupt; it goes on below
            if local is not None:
                _take_back(local)
            raise
        self.identity()

    def identity(self) -> str:
        """Give the repository's own id."""
        return recognising.identify(self._caller)

    def recognises(self, identity: str) -> bool:
        """Tell whether the encrypted config is, byte by byte, the one that told this id."""
        return recognising.recognises(self._caller, identity)

    def back_up(self, request: BackupRequest, on_progress: OnProgress) -> BackupResult:
        """Copy the paths into a new snapshot."""
        with caring.unlocked_when_stopped(self._caller):
            return backing.back_up(self._caller, request, on_progress)

    def keep_stream(self, request: StreamRequest, on_progress: OnProgress) -> BackupResult:
        """Copy a stream into a new snapshot."""
        with caring.unlocked_when_stopped(self._caller):
            return streaming.keep_stream(self._caller, request, on_progress)

    def snapshots(self) -> tuple[Snapshot, ...]:
        """List all snapshots, oldest first."""
        return reading.list_snapshots(self._caller)

    def listing(self, snapshot: str) -> Iterator[Listed]:
        """List everything in a snapshot in tree order."""
        with caring.unlocked_when_stopped(self._caller):
            yield from reading.list_content(self._caller, snapshot)

    def restore(self, request: RestoreRequest, on_progress: OnProgress) -> RestoreResult:
        """Bring paths back under the target."""
        with caring.unlocked_when_stopped(self._caller):
            return restoring.restore(self._caller, request, on_progress)

    def check(self, read: Slice | None, timeout: float, on_progress: OnProgress) -> CheckResult:
        """Check the structure and read a slice back."""
        with caring.unlocked_when_stopped(self._caller):
            return caring.check(self._caller, read, timeout, on_progress)

    def forget(self, snapshots: tuple[str, ...], *, prune: bool, timeout: float) -> None:
        """Remove exactly these snapshots."""
        with caring.unlocked_when_stopped(self._caller):
            caring.forget(self._caller, snapshots, prune=prune, timeout=timeout)

    def locks(self) -> tuple[Lock, ...]:
        """List the locks and what is known of their holders."""
        return caring.list_locks(self._caller)

    def unlock_dead(self) -> int:
        """Remove locks when every one of them is provably dead."""
        return caring.unlock_dead(self._caller)


def _take_back(place: Path) -> None:
    """Remove what was begun in an empty place, so that it can be tried again.

    Without a config nobody can have put anything there, and only keys to nothing are removed.
    """
    if (place / "config").exists():
        return
    for key in (place / "keys").glob("*"):
        with suppress(OSError):  # what cannot be removed stays in the way, and that is said
            key.unlink()
    for parent, folders, _ in os.walk(place, topdown=False):
        for folder in folders:
            with suppress(OSError):  # what is not empty stays, as above
                Path(parent, folder).rmdir()
