"""Run one command and leave nothing of it behind, where there are no namespaces to do so.

A program of its own: ``keeper.py GRACE COMMAND…``. What leaves its session is adopted here and
ended with the command, also when whoever started this dies.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

_PARENT_DEATH_SIGNAL = 1  # linux/prctl.h
_CHILD_SUBREAPER = 36
_NOT_FOUND = 127
_ENDING = (signal.SIGALRM, signal.SIGTERM, signal.SIGHUP)


def keep(grace: float, argv: list[str]) -> int:
    """Run a command; gives its code, as a shell would tell it."""
    libc = ctypes.CDLL(None)
    libc.prctl(_CHILD_SUBREAPER, 1, 0, 0, 0)
    libc.prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM, 0, 0, 0)
    signal.signal(signal.SIGINT, lambda _number, _frame: _wait_no_longer_than(grace))
    for number in _ENDING:
        signal.signal(number, _end_all)
    child = os.fork()
    if child == 0:
        _become(argv)
    if os.getppid() == 1:
        _end_all(signal.SIGTERM, None)
    code = _await(child)
    _kill_descendants()
    return code


def _become(argv: list[str]) -> None:
    for number in (signal.SIGINT, *_ENDING):
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - there is no shell, and that is the point
    except OSError as error:
        sys.stderr.write(f"{argv[0]}: {error.strerror}\n")
        sys.stderr.flush()
        os._exit(_NOT_FOUND)


def _wait_no_longer_than(grace: float) -> None:
    """End what does not stop by itself well before this program is killed in its turn."""
    signal.setitimer(signal.ITIMER_REAL, max(grace / 2, 0.01))


def _end_all(_number: int, _frame: FrameType | None) -> None:
    _kill_descendants()
    os._exit(128 + signal.SIGKILL)


def _await(child: int) -> int:
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _kill_descendants() -> None:
    """Kill until nobody is left; what is killed leaves its children to this process."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        children = list(_descendants(os.getpid()))
        if not children:
            return
        for pid in children:
            # Ended already is as wanted; what cannot be ended is seen again in the next round.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):  # none is left to wait for
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.01)


def _descendants(root: int) -> list[int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            # What ended between its name and its state is nobody's child any more.
            with contextlib.suppress(OSError, IndexError, ValueError):
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
                parents[int(entry.name)] = int(fields[1])
    found = {root}
    size = 0
    while size != len(found):
        size = len(found)
        found |= {pid for pid, parent in parents.items() if parent in found}
    return sorted(found - {root})


if __name__ == "__main__":
    sys.exit(keep(float(sys.argv[1]), sys.argv[2:]))
