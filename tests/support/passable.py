"""Let other users reach a folder of a test, however deep the runner has put it."""

from __future__ import annotations

import tempfile
from pathlib import Path

_PASSABLE = 0o055


def let_others_pass(folder: Path) -> None:
    """Open a folder and those above it, up to the one for temporary files, which stays as it is."""
    top = Path(tempfile.gettempdir()).resolve()
    true = folder.resolve()
    for place in (true, *true.parents):
        if top in place.parents and place.stat().st_mode & _PASSABLE != _PASSABLE:
            place.chmod(0o755)
