"""Bring files back from a restic repository when restic itself is the thing that is missing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from continuity.domain.failure import ConfigurationError, UnreachableError
from continuity.domain.manifest import Kind
from continuity.domain.snapshot import Snapshot
from continuity.domain.text import N_, say, shown
from continuity.domain.verdict import Verdict
from continuity.sandbox.interlocks import Interlocks, check_place
from continuity.witness.bringing import Brought, Manner, OnBrought, bring
from continuity.witness.contents import Contents
from continuity.witness.reader import require_room
from continuity.witness.repository import Repository
from continuity.witness.walking import Found, Wanted
from continuity.workflows.copies import TAG

NEWEST = "newest"
_SHORTEST_ID = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtractRequest:
    """Which paths of which snapshot are brought back, and where to.

    ``paths`` are absolute as in the snapshot; a directory means everything below it. ``snapshot``
    is an id, the beginning of one, or ``newest``.
    """

    snapshot: str
    paths: tuple[bytes, ...]
    to: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Extracted:
    """What came back of a snapshot; ``missing`` are asked paths that it does not hold."""

    snapshot: Snapshot
    brought: Brought
    missing: tuple[bytes, ...]

    @property
    def verdict(self) -> Verdict:
        """FAIL when anything that was asked for is damaged or not there; nothing is not green."""
        if self.brought.problems or self.missing:
            return Verdict.FAIL
        return Verdict.PASS


def extract(
    repository: Repository,
    request: ExtractRequest,
    interlocks: Interlocks,
    on_brought: OnBrought,
) -> Extracted:
    """Write what is asked for below a new or empty directory, which is nobody else's.

    Set-id bits are dropped, and no pipe, socket or device is made. Raises ConfigurationError for a
    place that is in use or too near to anything protected, NoSpaceError, and what reading raises.
    """
    wanted = _wanted(request.paths)
    snapshot = _chosen(repository, request.snapshot)
    contents = Contents(repository)
    # Walked twice rather than kept: a snapshot may hold more entries than memory.
    asked, there, size = set(map(_plain, request.paths)), {b"/"}, 0
    for entry in contents.entries(snapshot.tree, wanted):
        size += _size(entry)
        there |= {entry.path} & asked
    place = _prepared(request.to, interlocks)
    free = os.statvfs(place)
    require_room(size, free.f_bavail * free.f_frsize)
    manner = Manner(owners=os.geteuid() == 0, special=False)
    entries = contents.entries(snapshot.tree, wanted)
    brought = bring(contents, entries, place, manner, on_brought)
    missing = tuple(path for path in request.paths if _plain(path) not in there)
    return Extracted(snapshot=snapshot, brought=brought, missing=missing)


def _wanted(paths: tuple[bytes, ...]) -> Wanted:
    for path in paths:
        if not path.startswith(b"/") or b"/../" in path + b"/":
            raise ConfigurationError(
                say(N_("{path} is not an absolute path of the snapshot."), path=shown(path)),
                remedy=say(N_("Write it as it was at the source, such as /srv/data/a.txt.")),
            )
    return Wanted(tuple(map(_plain, paths)), below=True)


def _plain(path: bytes) -> bytes:
    return path.rstrip(b"/") or b"/"


def _size(found: Found) -> int:
    return found.node.size if found.node.kind is Kind.FILE else 0


def _chosen(repository: Repository, wanted: str) -> Snapshot:
    if wanted == NEWEST:
        own = [one for one in repository.snapshots() if TAG not in one.tags]
        if not own:
            raise UnreachableError(
                say(N_("The repository holds no snapshot, so nothing can be brought back.")),
                remedy=say(N_("Look whether this is the right repository.")),
            )
        return own[-1]
    found = [id for id in repository.snapshot_ids() if id.startswith(wanted)]
    if len(wanted) >= _SHORTEST_ID and len(found) == 1:
        return repository.snapshot(found[0])
    raise ConfigurationError(
        say(
            N_("{wanted} names {count} snapshots; exactly one was expected."),
            wanted=shown(os.fsencode(wanted)),
            count=len(found) if len(wanted) >= _SHORTEST_ID else 0,
        ),
        remedy=say(N_("Give at least {least} characters of an id."), least=_SHORTEST_ID),
    )


def _prepared(to: Path, interlocks: Interlocks) -> Path:
    place = check_place(to, interlocks)
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        occupied = any(place.iterdir())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _unusable(N_("{place} cannot be used: {reason}."), place, reason) from error
    if occupied:
        raise _unusable(N_("{place} is not empty, and nothing is written over."), place)
    return place


def _unusable(template: str, place: Path, reason: str = "") -> ConfigurationError:
    return ConfigurationError(
        say(template, place=shown(os.fsencode(place)), reason=reason),
        remedy=say(N_("Name a new directory; what is there is never written over.")),
    )
