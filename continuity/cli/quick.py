"""A short way to `status`, past the library that reads commands and costs 60 ms to load.

It understands the plain forms only and leaves everything else, mistakes above all, to the library.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

_BEFORE = {"--workspace": "workspace", "-w": "workspace", "--lang": "lang"}
_AFTER = {"--system": "system"}
_COMPLETION = "_CONTINUITY_COMPLETE"


def quick_status(given: Sequence[str], environ: Mapping[str, str]) -> int | None:
    """Answer a plainly written `status`; None when it is anything else."""
    read = _read(given)
    if read is None or _COMPLETION in environ:
        return None
    from continuity.cli.answer import answer

    workspace = read.get("workspace") or environ.get("CONTINUITY_WORKSPACE") or os.curdir
    return answer(Path(workspace), read.get("system"), as_json="json" in read)


def _read(given: Sequence[str]) -> dict[str, str] | None:
    """Read arguments by name; the last of a name counts. None when they are not plain."""
    read: dict[str, str] = {}
    words = list(given)
    while words:
        word = words.pop(0)
        taken = _AFTER if "command" in read else _BEFORE
        if word == "status" and "command" not in read:
            read["command"] = word
        elif word == "--json" and "command" in read:
            read["json"] = word
        elif word in taken and words and words[0] and not words[0].startswith("-"):
            read[taken[word]] = words.pop(0)
        else:
            return None
    return read if "command" in read else None
