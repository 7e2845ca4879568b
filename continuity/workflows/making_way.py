"""Where data may be brought back to: every refusal is an interlock of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from continuity.domain.failure import ConfigurationError, ConflictError
from continuity.domain.run import RunKind
from continuity.domain.text import N_, say, shown
from continuity.hosts.landing import require_empty, room_beside, same_file_system, stage_name
from continuity.hosts.presence import Needed
from continuity.sandbox.interlocks import held_within, in_system, overlapped
from continuity.workflows.finding_damage import Tell
from continuity.workflows.world import Protected, Workbench


@dataclass(frozen=True, kw_only=True, slots=True)
class Aim:
    """Where to: ``place`` is the directory beside, None for over production.

    ``include`` are absolute paths, none for everything; ``mark`` names the run and its step. With
    ``strict`` what is wrong is not even kept beside. ``damaged`` is told of it either way.
    """

    mark: str
    place: Path | None
    include: tuple[bytes, ...] = ()
    strict: bool = False
    damaged: Tell = lambda _what: None


@dataclass(frozen=True, kw_only=True, slots=True)
class Landing:
    """Where one restore lands: its stage, and the way from there into its place.

    ``lives`` are replaced, ``beside`` takes what comes back; one of them is empty.
    """

    stage: Path
    lives: tuple[bytes, ...] = ()
    beside: Path | None = None


def make_way(bench: Workbench, protected: Protected, aim: Aim) -> Landing:
    """Look whether a restore may land where it is aimed. Raises ConfigurationError, ConflictError,
    and SourceError for a production place that is not mounted.
    """
    if aim.place is not None:
        return _beside(bench, aim.place, aim.mark)
    return _over(bench, protected, aim)


def _beside(bench: Workbench, place: Path, mark: str) -> Landing:
    written = os.fsencode(place)
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
    require_empty(place, mark)
    return Landing(stage=place / stage_name(mark), beside=place)


def _over(bench: Workbench, protected: Protected, aim: Aim) -> Landing:
    """Look whether production may be replaced: each refusal is an interlock of its own."""
    job = protected.job
    if protected.away is not None:
        raise ValueError("files of another machine are replaced on that machine")
    if protected.living is not None:
        raise ConfigurationError(
            say(N_("{job} is a database, and none is overwritten as files."), job=job.name),
            remedy=say(N_("Restore its dump beside, and let a command step load it.")),
        )
    lives = aim.include or protected.extent.roots
    require_covered(job.name, lives, protected.extent.roots)
    _require_unheld(bench, lives)
    require_idle(bench, job.name)
    protected.files.require(Needed(roots=(), mounts=protected.extent.mounts))
    room = room_beside(lives[0])
    if not same_file_system(lives):
        raise ConfigurationError(
            say(N_("What {job} protects is on several file systems."), job=job.name),
            remedy=say(N_("Write a step for each of them, with its paths under include.")),
        )
    return Landing(stage=room / stage_name(aim.mark), lives=tuple(lives))


def require_covered(job: str, lives: Sequence[bytes], roots: Sequence[bytes]) -> None:
    """Refuse paths that are none of the job's. Raises ConfigurationError."""
    strange = [path for path in lives if not any(is_at(path, root) for root in roots)]
    if strange:
        raise ConfigurationError(
            say(N_("{path} is not what {job} protects."), path=shown(strange[0]), job=job),
            remedy=say(N_("Name paths of the job under include, or none.")),
        )


def is_at(path: bytes, top: bytes) -> bool:
    """Tell whether a path is another or lies below it."""
    return path == top or path.startswith(top.rstrip(b"/") + b"/")


def _require_unheld(bench: Workbench, lives: Sequence[bytes]) -> None:
    ours = (*bench.interlocks.repositories, os.fsencode(bench.keys.parent))
    for live in lives:
        held = held_within(live, ours)
        if held is not None:
            raise ConfigurationError(
                say(
                    N_("{path} holds {held}, which this restore needs, so it is not replaced."),
                    path=shown(live),
                    held=shown(held),
                ),
                remedy=say(N_("Restore beside, or only the paths that are needed.")),
            )


def require_idle(bench: Workbench, job: str) -> None:
    """Refuse while the job is being copied. Raises ConflictError."""
    busy = any(run.job == job and run.kind == RunKind.BACKUP.value for run in bench.store.running())
    if busy:
        raise ConflictError(
            say(N_("A backup of {job} is under way."), job=job),
            remedy=say(N_("Wait for its end, or stop it; then try the step again.")),
        )
