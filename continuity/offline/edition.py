"""Which edition of what people wrote a copy holds: a digest that changes with every edit."""

from __future__ import annotations

import hashlib

from continuity.config.workspace import Workspace


def edition_of(workspace: Workspace) -> str:
    """Digest the content of every file that was read; one that is gone by now is an edit too."""
    digest = hashlib.sha256()
    for name in sorted(set(workspace.files)):
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0")
        try:
            content = (workspace.root / name).read_bytes()
        except OSError:
            content = b""
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()
