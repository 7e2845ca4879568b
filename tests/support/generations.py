"""A real rsync repository of its own for a test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from continuity.engines.engine import BackupRequest, BackupResult, Engine, Opening, RestoreRequest
from continuity.engines.rsync import ENGINE
from continuity.engines.rsync.engine import Options
from continuity.engines.rsync.output import ignore_progress
from continuity.hosts.local import LocalHost


def opened(root: Path, *, max_delete: int | None = None, program: str | None = None) -> Engine:
    """Open the repository in ``root``, which need not be there."""
    return ENGINE.open(
        Opening(
            host=LocalHost(),
            location=str(root),
            password=None,
            options=Options(max_delete=max_delete),
            scratch=root.parent,
            program=program,
        )
    )


def initialised(root: Path, *, max_delete: int | None = None) -> Engine:
    """Make a repository in ``root`` and open it."""
    engine = opened(root, max_delete=max_delete)
    engine.initialise()
    return engine


def request(
    *sources: Path, excludes: tuple[str, ...] = (), one_file_system: bool = False
) -> BackupRequest:
    """Ask for a copy of these sources."""
    return BackupRequest(
        paths=tuple(os.fsencode(source) for source in sources),
        excludes=excludes,
        one_file_system=one_file_system,
        host="server",
        tags=("job:files",),
        timeout=60,
    )


def copied(engine: Engine, *sources: Path) -> BackupResult:
    """Make a generation of these sources."""
    return engine.back_up(request(*sources), ignore_progress)


def restored(
    engine: Engine, snapshot: str, target: Path, paths: tuple[bytes, ...] | None
) -> tuple[str, ...]:
    """Restore into a new directory; gives what the engine complained about."""
    target.mkdir()
    return engine.restore(
        RestoreRequest(
            snapshot=snapshot,
            paths=paths,
            target=target,
            population_files=0,
            population_bytes=0,
            room_bytes=1 << 30,
            timeout=60,
        ),
        ignore_progress,
    ).problems


def written(root: Path, files: Mapping[str, str]) -> Path:
    """Write a small tree of files."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def liar(path: Path, script: str) -> str:
    """Write a program that answers questions for its version and then does ``script``."""
    rsync = shutil.which("rsync")
    path.write_text(f'#!/bin/sh\ncase "$1" in --version) exec {rsync} --version;; esac\n{script}\n')
    path.chmod(0o755)
    return str(path)
