"""A progress bar on a terminal, and nothing otherwise."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from continuity.cli.language import _
from continuity.engines.engine import Progress
from continuity.speech.names import PHASES
from continuity.workflows.world import Watch, unwatched


@contextmanager
def watched(job: str, *, quiet: bool) -> Iterator[Watch]:
    """Show a run on the terminal: phase, share done, rate and time left."""
    if quiet or not sys.stderr.isatty():
        yield unwatched()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.progress import (
        Progress as Bar,
    )

    bar = Bar(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    row = bar.add_task(job, total=None)

    def phase(name: str) -> None:
        bar.reset(row, description=f"{job}: {_(PHASES.get(name, name))}", total=None)

    def progress(state: Progress) -> None:
        bar.update(row, completed=state.bytes, total=state.total_bytes)

    with bar:
        yield Watch(phase=phase, progress=progress)
