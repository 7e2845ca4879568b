"""A selective restore in several calls, one for each folder: restic's own quick way, since 0.17."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.running import run
from benchmarks.tools import HERE, Restic, emptied

_SINCE = (0, 17)
_AT_ONCE = 2


def newer_restic() -> Path | None:
    """Find a restic that restores a folder of a snapshot; None where there is none."""
    installed = shutil.which("restic")
    kept = sorted((HERE / ".tools").glob("restic-*/restic"))
    for program in [*kept, *([] if installed is None else [Path(installed)])]:
        if _version(program) >= _SINCE:
            return program
    return None


def _version(program: Path) -> tuple[int, int]:
    found = re.search(r"restic (\d+)\.(\d+)", run((program, "version")).out)
    return (0, 0) if found is None else (int(found[1]), int(found[2]))


def restored_by_folder(restic: Restic, source: Path, paths: Sequence[bytes], place: Path) -> float:
    """Restore files, those of one top folder in a call, two calls at a time; gives the seconds."""
    folders: dict[Path, list[bytes]] = defaultdict(list)
    for path in paths:
        inside = Path(os.fsdecode(path)).relative_to(source)
        folders[source / inside.parts[0]].append(os.fsencode("/" / Path(*inside.parts[1:])))
    with emptied(place) as target:
        target.mkdir()
        restore = partial(_restore, restic, target)
        began = time.monotonic()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(restore, *zip(*folders.items(), strict=True)))
        return time.monotonic() - began


def _restore(restic: Restic, target: Path, folder: Path, inside: Sequence[bytes]) -> None:
    flat = tuple(word for path in inside for word in ("--include", path))
    restic.run("restore", "--target", target / folder.name, *flat, f"latest:{folder}")
