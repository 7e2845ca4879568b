"""Where data may be brought back to, and when."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from continuity.domain.failure import ConfigurationError, ConflictError
from continuity.domain.run import RunKind
from continuity.domain.text import N_, say, shown
from continuity.hosts.ground import is_at
from continuity.hosts.landing import require_empty
from continuity.sandbox.interlocks import in_system, overlapped
from continuity.workflows.finding_damage import Tell
from continuity.workflows.world import Workbench


@dataclass(frozen=True, kw_only=True, slots=True)
class Aim:
    """Where to: ``place`` is the directory beside.

    ``include`` are absolute paths, none for everything; ``mark`` names the run and its step. With
    ``strict`` what is wrong is not even kept beside. ``damaged`` is told of it either way.
    """

    mark: str
    place: Path
    include: tuple[bytes, ...] = ()
    strict: bool = False
    damaged: Tell = lambda _what: None


def make_way(bench: Workbench, aim: Aim) -> None:
    """Look whether a restore may land where it is aimed. Raises ConfigurationError, ConflictError.

    Every refusal is an interlock of its own.
    """
    written = os.fsencode(aim.place)
    locks = bench.interlocks
    state = os.fsencode(bench.keys.parent)
    other = overlapped(written, (*locks.sources, *locks.repositories, state))
    if other is not None or in_system(written):
        raise ConfigurationError(
            say(
                N_("{place} cannot take a restore: it overlaps {path}."),
                place=shown(written),
                path=shown(other or os.path.realpath(written)),
            ),
            remedy=say(
                N_("Name a directory of its own, outside what is protected and its copies.")
            ),
        )
    require_empty(aim.place, aim.mark)


def require_covered(job: str, lives: Sequence[bytes], roots: Sequence[bytes]) -> None:
    """Refuse paths that are none of the job's. Raises ConfigurationError."""
    strange = [path for path in lives if not any(is_at(path, root) for root in roots)]
    if strange:
        raise ConfigurationError(
            say(N_("{path} is not what {job} protects."), path=shown(strange[0]), job=job),
            remedy=say(N_("Name paths of the job under include, or none.")),
        )


def require_idle(bench: Workbench, job: str) -> None:
    """Refuse while the job is being copied. Raises ConflictError."""
    busy = any(run.job == job and run.kind == RunKind.BACKUP.value for run in bench.store.running())
    if busy:
        raise ConflictError(
            say(N_("A backup of {job} is under way."), job=job),
            remedy=say(N_("Wait for its end, or stop it; then try the step again.")),
        )
