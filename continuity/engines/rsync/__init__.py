"""rsync generations: whole trees that share unchanged files, readable without any program.

Below the repository's directory, ``generations/ID`` holds each copy under its absolute paths,
``points/ID.json`` says when and of what it was made, and ``latest`` leads to the newest. Because
generations share unchanged files as hard links, damage to such a file is damage to all of them:
together they are one copy.
"""

from __future__ import annotations

from continuity.engines.engine import EngineKind
from continuity.engines.rsync.by_hand import rsync_by_hand
from continuity.engines.rsync.engine import Options, open_repository

ENGINE = EngineKind(
    name="rsync",
    options=Options,
    needs_password=False,
    open=open_repository,
    by_hand=rsync_by_hand,
    one_job=True,
    pulls=True,
    recommended="3.2",
)
