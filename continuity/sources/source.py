"""What every kind of source tells about itself."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass

from continuity.domain.job import Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """What of a host's files a source covers.

    ``roots`` are absolute; ``excludes`` are patterns in the engine's own language. ``mounts`` must
    be mount points and ``sentinels`` must exist before anything is copied.
    """

    roots: tuple[bytes, ...]
    excludes: tuple[str, ...]
    one_file_system: bool
    mounts: tuple[bytes, ...]
    sentinels: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceKind:
    """An entry of the registry: the name people write, its own keys, and what it covers."""

    name: str
    options: type[Source]
    extent: Callable[[Source], Extent]


def path_set(source: Source, covered: Extent) -> str:
    """Digest what a source covers; a proof holds only as long as this stays the same."""
    described = {
        "kind": source.kind,
        "host": source.host,
        "roots": [os.fsdecode(root) for root in covered.roots],
        "excludes": list(covered.excludes),
        "one_file_system": covered.one_file_system,
    }
    text = json.dumps(described, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
