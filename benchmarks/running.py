"""Starting a program, timing it, and repeating two of them in turn."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_TAIL = 2_000
_OWN = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "RESTIC_REPOSITORY", "RESTIC_PASSWORD"}

Word = str | bytes | Path


class MeasurementError(Exception):
    """A program that was to be timed did not do its work, so its time means nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """A program's end; ``peak`` is the most memory it held, in bytes.

    ``processor`` are the seconds that all its cores together worked for it.
    """

    seconds: float
    processor: float
    code: int
    out: str
    peak: int


def run(
    argv: Sequence[Word],
    *,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    good: tuple[int, ...] = (0,),
) -> Ran:
    """Run to the end and time it. Raises MeasurementError for any other exit code."""
    inherited = {name: value for name, value in os.environ.items() if name not in _OWN}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        child = _started(argv, out, err, cwd, {**inherited, "LANG": "C.UTF-8", **(environ or {})})
        _pid, status, used = os.wait4(child.pid, 0)
        seconds = time.monotonic() - began
        # It is reaped; the object would wait for it again.
        child.returncode = code = os.waitstatus_to_exitcode(status)
        out.seek(0)
        printed = out.read().decode(errors="replace")
        if code not in good:
            err.seek(0)
            said = (printed + err.read().decode(errors="replace"))[-_TAIL:]
            raise MeasurementError(f"{os.fsdecode(argv[0])} ended with {code}: {said}")
    worked = used.ru_utime + used.ru_stime
    peak = used.ru_maxrss << 10
    return Ran(seconds=seconds, processor=worked, code=code, out=printed, peak=peak)


def _started(
    argv: Sequence[Word], out: IO[bytes], err: IO[bytes], cwd: Path | None, env: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=cwd, env=env
        )
    except OSError as error:
        raise MeasurementError(f"{os.fsdecode(argv[0])} cannot be started: {error}") from error


def in_turn(times: int, *works: Callable[[], float]) -> list[tuple[float, ...]]:
    """Do several things alternately, so that a busy machine disturbs them alike.

    Gives the seconds of each. Each is done once before, unmeasured: what is compared is work with
    warm caches. A single repetition is only to see that it works, and is not prepared.
    """
    if times > 1:
        for work in works:
            work()
    rounds = [[work() for work in works] for _ in range(times)]
    return list(zip(*rounds, strict=True))
