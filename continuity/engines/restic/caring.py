"""Look after a repository: check it, remove named snapshots, and deal with locks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from continuity.domain.failure import (
    ConfigurationError,
    ContinuityError,
    DamagedError,
    ToolError,
)
from continuity.domain.text import N_, Message, say
from continuity.engines.engine import CheckResult, Lock, LockState, OnProgress, Slice
from continuity.engines.restic.answers import (
    CheckSummary,
    LockLine,
    is_full_id,
    not_understood,
    progress_from_status,
    read_answer,
    read_line,
    time_from_restic,
)
from continuity.engines.restic.calls import WRITER_GRACE, Call, Caller
from continuity.engines.restic.failures import safe
from continuity.engines.restic.reading import list_snapshots
from continuity.hosts.host import Finished
from continuity.hosts.process import Life, life_of_holder
from continuity.hosts.remote_process import life_of_holder_there

# restic sorts packs into slices by the first byte of their id.
_MOST_SLICES = 256
_MOST_PROBLEMS = 100
# Whoever stopped a run waits for it; a repository that does not answer keeps its lock.
_BEFORE_THE_END = timedelta(seconds=10)
_SOUND = b"no errors were found"
_LIFE = {Life.ALIVE: LockState.ALIVE, Life.DEAD: LockState.DEAD, Life.UNKNOWN: LockState.UNKNOWN}


class _Output:
    """Reads a running check."""

    def __init__(self, on_progress: OnProgress) -> None:
        self._on_progress = on_progress
        self.summary: CheckSummary | None = None
        self.said_sound = False

    def take(self, line: bytes) -> None:
        progress = progress_from_status(line)
        if progress is not None:
            self._on_progress(progress)
        elif line.strip() == _SOUND:
            self.said_sound = True
        else:
            summary = read_line(line, CheckSummary)
            if summary is not None and summary.message_type == "summary":
                self.summary = summary


def check(
    caller: Caller, read: Slice | None, timeout: float, on_progress: OnProgress
) -> CheckResult:
    """Check the structure, and read one slice back. Raises when it could not be done."""
    words: tuple[str, ...] = ("check", "--json")
    if read is not None:
        words += (f"--read-data-subset={_slice(read)}",)
    output = _Output(on_progress)
    finished = caller.run(Call(words=words, timeout=timeout, grace=WRITER_GRACE), output.take)
    if finished.code != 0:
        return CheckResult(sound=False, read=read, problems=_damage(caller, output, finished))
    if not _shown_sound(caller, output):
        raise not_understood()
    return CheckResult(sound=True, read=read, problems=())


def _slice(read: Slice) -> str:
    if not 1 <= read.k <= read.n <= _MOST_SLICES:
        raise ConfigurationError(
            say(
                N_("restic can read back slices of at most {most}, not {k} of {n}."),
                most=_MOST_SLICES,
                k=read.k,
                n=read.n,
            ),
            remedy=say(N_("Set check_slices of the job to 256 or less.")),
        )
    return f"{read.k}/{read.n}"


def _shown_sound(caller: Caller, output: _Output) -> bool:
    """Believe in soundness only where restic says so in the way its version does."""
    if output.summary is not None:
        return output.summary.num_errors == 0
    return output.said_sound and "check-json" not in caller.tool.capabilities


def _damage(caller: Caller, output: _Output, finished: Finished) -> tuple[Message, ...]:
    """Give what a failed check found. Raises when it failed for any other reason."""
    packs = (output.summary.broken_packs or ()) if output.summary is not None else ()
    error = caller.refusal(finished)
    # A count of errors alone shows nothing: 0.18 counts a refused password as one.
    if not isinstance(error, DamagedError) and not (packs and isinstance(error, ToolError)):
        raise error
    named = [say(N_("The pack {pack} is damaged."), pack=safe(pack)) for pack in packs]
    problems = (*named, error.what)
    return problems[:_MOST_PROBLEMS]


def forget(caller: Caller, snapshots: tuple[str, ...], *, prune: bool, timeout: float) -> None:
    """Remove exactly these snapshots and see that they are gone."""
    if not snapshots:
        return
    for snapshot in snapshots:
        if not is_full_id(snapshot):
            raise ValueError("only full ids are removed")
    words = ("forget", *(("--prune",) if prune else ()), *snapshots)
    call = Call(words=words, timeout=timeout, grace=WRITER_GRACE)
    finished = caller.run(call, lambda _: None)
    if finished.code != 0:
        raise caller.refusal(finished)
    left = {snapshot.id for snapshot in list_snapshots(caller)} & set(snapshots)
    if left:
        raise _still_there(len(left))


def _still_there(count: int) -> ContinuityError:
    return ToolError(
        say(N_("restic was told to remove snapshots, and {count} are still there."), count=count),
        remedy=say(N_("See whether the storage forbids deletion, as immutable storage does.")),
    )


def list_locks(caller: Caller) -> tuple[Lock, ...]:
    """List the locks; a lock that goes away while it is looked at is left out."""
    locks = (_lock(caller, identity) for identity in _lock_ids(caller))
    return tuple(lock for lock in locks if lock is not None)


def _lock_ids(caller: Caller) -> tuple[str, ...]:
    words = (line.strip().decode("ascii", "replace") for line in _lock_lines(caller))
    return tuple(word for word in words if is_full_id(word))


def _lock_lines(caller: Caller) -> list[bytes]:
    return caller.ask("list", "locks").splitlines()


def _lock(caller: Caller, identity: str) -> Lock | None:
    try:
        line = read_answer(caller.ask("cat", "lock", identity), LockLine)
    except (ToolError, DamagedError):
        if identity not in _lock_ids(caller):
            return None
        return Lock(id=identity, holder="", exclusive=True, state=LockState.UNKNOWN)
    return Lock(
        id=identity,
        holder=safe(f"{line.username}@{line.hostname} pid {line.pid}"),
        exclusive=line.exclusive,
        state=_state(caller, line),
    )


def _state(caller: Caller, line: LockLine) -> LockState:
    if not caller.on_this_machine:
        return _LIFE[life_of_holder_there(caller.host, line.hostname, line.pid)]
    since = time_from_restic(line.time)
    return _LIFE[life_of_holder(line.hostname, line.pid, since, "restic")]


def unlock_dead(caller: Caller) -> int:
    """Let restic remove stale locks, only when every lock's holder is provably dead.

    Counted by what is gone, not by what restic says: it reports success also when it removed none
    (seen with 0.14 while the holder was a zombie).
    """
    before = list_locks(caller)
    if not before or any(lock.state is not LockState.DEAD for lock in before):
        return 0
    caller.ask("unlock")
    after = set(_lock_ids(caller))
    return sum(lock.id not in after for lock in before)


@contextmanager
def unlocked_when_stopped(caller: Caller) -> Iterator[None]:
    """Remove the lock of a restic that was asked to stop before it knew of its own lock.

    It looks for other locks for 0.2 s before it remembers to remove its own (seen with 0.14).
    """
    try:
        yield
    except KeyboardInterrupt:
        with suppress(ContinuityError):  # the interrupt is the one that counts
            unlock_dead(caller.in_a_hurry(_BEFORE_THE_END))
        raise
