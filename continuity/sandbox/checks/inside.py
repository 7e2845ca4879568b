"""Run one of our own programs in a cell and read its answer."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta

from continuity.domain.failure import ToolError
from continuity.domain.text import N_, say
from continuity.hosts.host import Command, Finished
from continuity.sandbox.cell import Cell
from continuity.sandbox.checks.command import last_words
from continuity.sandbox.walls import INSIDE

_NOT_STARTED = frozenset({126, 127})
# The system's own, where the user of a cell of level B cannot reach ours.
_PYTHONS = (sys.executable, "/usr/bin/python3")


def told_inside(
    cell: Cell, program: str, words: Sequence[str], timeout: timedelta, *, keep: int = 1 << 20
) -> Mapping[str, object]:
    """Run ``program`` and give the JSON object it prints, of at most ``keep`` bytes.

    Raises ToolError when it printed none, TimedOutError.
    """
    ended = _run(cell, program, words, timeout, keep)
    try:
        told = json.loads(ended.stdout)
    except ValueError:
        told = None
    if ended.code or not isinstance(told, dict):
        raise ToolError(
            say(
                N_("It could not be looked at: exit code {code}: {said}"),
                code=ended.code,
                said=last_words(ended),
            )
        )
    return told


def _run(cell: Cell, program: str, words: Sequence[str], timeout: timedelta, keep: int) -> Finished:
    for python in _PYTHONS:
        ended = cell.run(
            Command(
                argv=(python, "-I", os.fspath(INSIDE), program, *words),
                timeout=timeout.total_seconds(),
                grace=2.0,
                keep=keep,
            )
        )
        if ended.code not in _NOT_STARTED:
            break
    return ended


def whole(told: Mapping[str, object], name: str) -> int:
    """Read a number that a program told."""
    found = told.get(name, 0)
    return found if isinstance(found, int) else 0


def first(told: Mapping[str, object], name: str) -> str:
    """Read the first of the texts that a program told, or a dash."""
    found = told.get(name)
    return str(found[0]) if isinstance(found, list) and found else "-"
