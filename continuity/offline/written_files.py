"""What people wrote, as one archive: with it Continuity itself is set up again."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from datetime import datetime

from continuity.config.reaching import KNOWN_HOSTS
from continuity.config.workspace import Workspace


def written_files(workspace: Workspace) -> dict[str, bytes]:
    """Read every file of a workspace, and the accepted keys of machines; some may be gone."""
    found: dict[str, bytes] = {}
    for name in sorted({*workspace.files, KNOWN_HOSTS}):
        try:
            found[name] = (workspace.root / name).read_bytes()
        except OSError:
            continue
    return found


def archive_of(files: Mapping[str, bytes], made_at: datetime) -> bytes:
    """Pack files, uncompressed."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(content), int(made_at.timestamp()), 0o600
            archive.addfile(entry, io.BytesIO(content))
    return made.getvalue()
