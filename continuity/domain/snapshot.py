"""Snapshots, the points they give, and what an engine lists inside one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from continuity.domain.manifest import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """What an engine says it has; nothing of it is proven.

    ``original`` is the id of the snapshot in another repository that this is a copy of.
    """

    id: str
    time: datetime
    host: str
    paths: tuple[bytes, ...]
    tags: tuple[str, ...]
    tree: str
    original: str | None = None


class Listed(NamedTuple):
    """One entry of a snapshot's own listing.

    ``path`` is what the engine prints. When ``lossy``, bytes that are not UTF-8 were replaced by
    U+FFFD in it (restic's JSON does so), and it cannot name the file alone. ``size`` is in bytes.
    """

    path: bytes
    kind: Kind
    size: int
    mtime_ns: int
    lossy: bool = False
    mode: int = 0
    link_target: bytes | None = None
