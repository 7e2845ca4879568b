"""One writer at a time: a lock that says who holds it, and that a killed holder loses."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from continuity.domain.failure import LockedError
from continuity.domain.text import N_, say
from continuity.engines.engine import Lock, LockState
from continuity.engines.rsync.repository import Repository
from continuity.hosts.process import Life, Process, identify_self, life_of

_LONGEST = 1 << 16
_LOOKS = 5
_LOOK = 0.02
_STATES = {
    Life.ALIVE: LockState.ALIVE,
    Life.DEAD: LockState.DEAD,
    Life.UNKNOWN: LockState.UNKNOWN,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Holder:
    process: Process | None
    state: LockState

    @property
    def name(self) -> str:
        """Say who it is, for people."""
        if self.process is None:
            return "?"
        return f"{self.process.host}, process {self.process.pid}"


@contextlib.contextmanager
def claimed(repository: Repository) -> Iterator[None]:
    """Be the only writer of a repository for a while. Raises LockedError.

    The kernel's lock on the file keeps writers of this machine apart, whatever becomes of them;
    the holder's identity in it keeps those apart whom the kernel does not see, as on network
    disks. Only a holder that is provably dead is overruled.
    """
    file = os.open(repository.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        held = not _lock_patiently(file)
        holder = _holder(file, held)
        if holder is not None and holder.state is not LockState.DEAD:
            raise _locked(holder)
        _write(file, json.dumps(asdict(identify_self())))
        try:
            yield
        finally:
            _write(file, "")
    finally:
        os.close(file)


def found_locks(repository: Repository) -> tuple[Lock, ...]:
    """Tell whether somebody holds the repository, and whether they can still be alive."""
    with contextlib.ExitStack() as opened:
        try:
            file = os.open(repository.lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return ()
        opened.callback(os.close, file)
        holder = _holder(file, not _lock(file, fcntl.LOCK_SH))
    if holder is None:
        return ()
    return (Lock(id="lock", holder=holder.name, exclusive=True, state=holder.state),)


def unlock_dead(repository: Repository) -> int:
    """Remove the lock of a dead process; gives 1 when there was one."""
    file = os.open(repository.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        holder = _holder(file, not _lock(file))
        if holder is None or holder.state is not LockState.DEAD:
            return 0
        _write(file, "")
        return 1
    finally:
        os.close(file)


def _lock(file: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_patiently(file: int) -> bool:
    """Outlast somebody who only looks whether there is a lock."""
    for _ in range(_LOOKS):
        if _lock(file):
            return True
        time.sleep(_LOOK)
    return False


def _holder(file: int, held: bool) -> _Holder | None:
    text = os.pread(file, _LONGEST, 0)
    if not text and not held:
        return None
    process = _process_from_text(text)
    if held:
        return _Holder(process=process, state=LockState.ALIVE)
    if process is None:
        return _Holder(process=None, state=LockState.UNKNOWN)
    # A living holder under this very kernel would have kept the lock, in whatever container.
    here = process.boot == identify_self().boot
    return _Holder(process=process, state=LockState.DEAD if here else _STATES[life_of(process)])


def _process_from_text(text: bytes) -> Process | None:
    try:
        plain = json.loads(text)
        return Process(
            host=str(plain["host"]),
            boot=str(plain["boot"]),
            namespace=str(plain["namespace"]),
            pid=int(plain["pid"]),
            started=int(plain["started"]),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _write(file: int, text: str) -> None:
    os.ftruncate(file, 0)
    os.pwrite(file, text.encode(), 0)
    os.fsync(file)


def _locked(holder: _Holder) -> LockedError:
    return LockedError(
        say(N_("Somebody else is writing to this repository: {holder}."), holder=holder.name),
        remedy=say(
            N_(
                "Wait until it has finished. If it is certain that nothing writes any more,"
                " empty the file named lock in the repository."
            )
        ),
    )
