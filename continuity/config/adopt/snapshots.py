"""An existing restic repository: what its snapshots say was backed up."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from continuity.config.adopt.carrying import Carrier
from continuity.config.adopt.found import Found, FoundJob, FoundRepository, PasswordAt
from continuity.domain.snapshot import Snapshot
from continuity.domain.text import N_, shown


def found_from_snapshots(
    location: str, password_file: Path, snapshots: Iterable[Snapshot], host: str
) -> Found:
    """Make one job of each set of paths of this host; other hosts' stay behind and are named.

    A set of paths that no longer exists stays behind too: there would be nothing to back up.
    """
    carrier = Carrier(Path("/"))
    name = carrier.name(Path(location).name or "repository")
    jobs: list[FoundJob] = []
    sets = dict.fromkeys((one.host, one.paths) for one in snapshots)
    for owner, paths in sets:
        where = ", ".join(shown(path) for path in paths) or "-"
        if owner != host:
            carrier.leave(where, N_("it was backed up on {host}, not here"), host=owner)
        elif not all(_can_be_written(path) for path in paths) or not paths:
            carrier.leave(where, N_("it is not there, or no path from the root"))
        else:
            jobs.append(
                FoundJob(
                    name=carrier.name(_called(paths)),
                    title=where,
                    repository=name,
                    paths=tuple(path.decode() for path in paths),
                )
            )
    repository = FoundRepository(
        name=name, location=location, password=PasswordAt(file=str(password_file.absolute()))
    )
    return Found(
        tool="restic", repositories=(repository,), jobs=tuple(jobs), left=tuple(carrier.left)
    )


def _can_be_written(path: bytes) -> bool:
    try:
        text = path.decode()
    except UnicodeDecodeError:
        return False
    return text.startswith("/") and text.isprintable() and os.path.lexists(path)


def _called(paths: tuple[bytes, ...]) -> str:
    return "-".join(Path(path.decode()).name for path in paths) or "files"
