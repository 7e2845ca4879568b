"""Let the installed program open a copy of this installation, each time as a new process."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from continuity.domain.failure import ToolMissingError
from continuity.domain.text import N_, say
from continuity.hosts.host import Command, Finished
from continuity.sandbox.cell import Cell

STATE = "CONTINUITY_STATE"
"""Names another directory for the state than the settings do, with a record in a file."""

_SECONDS = 3_600.0
_LONGEST = 300
_NOT_STARTED = frozenset({126, 127})
_VERDICTS = frozenset({0, 1, 3, 4})


def opened(cell: Cell, workspace: Path) -> Iterator[str]:
    """Check what people wrote, sign, verify the chain, judge; gives what went wrong.

    A new checkpoint is signed with the key that came out, in this copy of the record alone; that
    it verifies afterwards is what only the right key can bring about. Raises ToolMissingError where
    the program cannot be reached from inside.
    """
    checked = _asked(cell, workspace, "check", "--without-secrets", "--json")
    yield from _refused("check", checked, checked.code == 0)
    signed = _asked(cell, workspace, "audit", "checkpoint")
    yield from _refused("audit checkpoint", signed, signed.code == 0)
    verified = _asked(cell, workspace, "audit", "verify", "--json")
    intact = verified.code == 0 and _told(verified).get("answer") == "intact"
    yield from _refused("audit verify", verified, intact)
    judged = _asked(cell, workspace, "status", "--json")
    # What it says is news from the past; that it can say anything is what counts.
    known = judged.code in _VERDICTS and bool(_told(judged).get("systems"))
    yield from _refused("status", judged, known)


def _asked(cell: Cell, workspace: Path, *words: str) -> Finished:
    finished = cell.run(
        Command(
            argv=(sys.executable, "-I", "-m", "continuity", "--workspace", str(workspace), *words),
            env={STATE: str(workspace / "state")},
            timeout=_SECONDS,
        )
    )
    if finished.code in _NOT_STARTED:
        raise ToolMissingError(
            say(N_("The installed program cannot be reached from inside the sandbox.")),
            remedy=say(N_("Install it where every user may read it, such as /opt/continuity.")),
        )
    return finished


def _told(finished: Finished) -> Mapping[str, object]:
    try:
        told = json.loads(finished.stdout)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _refused(name: str, finished: Finished, passed: bool) -> Iterator[str]:
    if not passed:
        told = _told(finished)
        said = str(told.get("reason") or told.get("problems") or "")
        text = said or (finished.stderr or finished.stdout).decode("utf-8", "replace").strip()
        yield f"continuity {name} ended with {finished.code}: {text[-_LONGEST:]}"
