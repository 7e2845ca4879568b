"""Bring paths of a generation back, by their exact names."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from continuity.domain.failure import ConfigurationError, ConflictError, NoSpaceError
from continuity.domain.text import N_, say, shown
from continuity.engines.engine import OnProgress, RestoreRequest, RestoreResult
from continuity.engines.rsync.failures import complaints, failure_from
from continuity.engines.rsync.output import Reading
from continuity.engines.rsync.program import Program
from continuity.engines.rsync.repository import Generations


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wanted:
    """Which of the asked paths are there. ``bytes`` is what their files take at most."""

    present: tuple[bytes, ...]
    absent: tuple[bytes, ...]
    bytes: int


def restore(
    program: Program, repository: Generations, request: RestoreRequest, on_progress: OnProgress
) -> RestoreResult:
    """Copy out of a generation; every path lands under the target followed by itself."""
    generation = os.fsencode(repository.generation(request.snapshot))
    _check_target(request.target)
    wanted = _look_up(generation, request.paths)
    _check_room(request, wanted)
    arguments: tuple[str, ...] = ()
    stdin = None
    if request.paths is not None:
        # Names end with NUL, so that none of them is a comment, a pattern or two names.
        arguments, stdin = ("--files-from=-", "--from0"), b"\0".join(wanted.present)
    problems = tuple(_absence(path) for path in wanted.absent)
    calls = 0
    if request.paths is None or wanted.present:
        target = os.fsencode(request.target) + b"/"
        finished = program.stream(
            (*program.exact_times(), *arguments, "--", generation + b"/", target),
            request.timeout,
            Reading(on_progress).take,
            stdin,
        )
        error = failure_from(finished)
        if error is not None:
            raise error
        calls, problems = 1, problems + complaints(finished.stderr)
    _check_still_there(repository, request.snapshot)
    return RestoreResult(
        way="everything" if request.paths is None else "files-from",
        calls=calls,
        whole=request.paths is None,
        problems=problems,
    )


def _check_target(target: Path) -> None:
    if target.is_symlink() or not target.is_dir() or any(target.iterdir()):
        raise ConfigurationError(
            say(
                N_("{path} is not an empty directory, so nothing was restored into it."),
                path=shown(os.fsencode(target)),
            )
        )


def _look_up(generation: bytes, paths: tuple[bytes, ...] | None) -> _Wanted:
    """Look which paths are in a generation, without leaving it through a link."""
    present: list[bytes] = []
    absent: list[bytes] = []
    size = 0
    known: dict[bytes, bool] = {b"": True}
    for path in paths or ():
        found = _stat_inside(generation, path, known)
        if found is None:
            absent.append(path)
        else:
            present.append(path)
            size += found.st_blocks * 512 if stat.S_ISREG(found.st_mode) else 0
    return _Wanted(present=tuple(present), absent=tuple(absent), bytes=size)


def _stat_inside(generation: bytes, path: bytes, known: dict[bytes, bool]) -> os.stat_result | None:
    if not path.startswith(b"/") or any(part in {b"", b".", b".."} for part in _parts(path)):
        return None
    above = os.path.dirname(path).rstrip(b"/")
    if not _is_real_directory(generation, above, known):
        return None
    try:
        return os.lstat(generation + path)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None


def _is_real_directory(generation: bytes, path: bytes, known: dict[bytes, bool]) -> bool:
    """Tell whether no part of a path is a link; every directory is looked at once."""
    for end in [at for at, byte in enumerate(path + b"/") if byte == ord("/") and at]:
        above = path[:end]
        if above not in known:
            try:
                known[above] = stat.S_ISDIR(os.lstat(generation + above).st_mode)
            except (FileNotFoundError, NotADirectoryError, ValueError):
                known[above] = False
        if not known[above]:
            return False
    return True


def _parts(path: bytes) -> list[bytes]:
    return path[1:].split(b"/")


def _check_room(request: RestoreRequest, wanted: _Wanted) -> None:
    needed = request.population_bytes if request.paths is None else wanted.bytes
    if needed > request.room_bytes:
        raise NoSpaceError(
            say(
                N_("The restore needs {needed} MiB, and {room} MiB may be written."),
                needed=(needed >> 20) + 1,
                room=request.room_bytes >> 20,
            ),
            remedy=say(N_("Give the sandbox more room, or draw a smaller sample.")),
        )


def _check_still_there(repository: Generations, snapshot: str) -> None:
    if snapshot not in repository.published():
        raise ConflictError(
            say(N_("The generation {id} was removed while it was read."), id=snapshot),
            remedy=say(N_("Restore from another one.")),
        )


def _absence(path: bytes) -> str:
    return f"{shown(path)}: not in this generation"
