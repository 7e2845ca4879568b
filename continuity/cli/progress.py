"""A progress bar on a terminal, and nothing otherwise."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from continuity.cli.language import _
from continuity.domain.text import N_
from continuity.engines.engine import Progress
from continuity.workflows.world import Watch, unwatched

_PHASES = {
    "source": N_("looking at the source"),
    "survey": N_("surveying"),
    "copy": N_("copying"),
    "seal": N_("sealing the manifest"),
    "resolve": N_("choosing what to restore"),
    "sandbox": N_("making the sandbox"),
    "restore": N_("restoring"),
    "compare": N_("comparing"),
    "isolate": N_("trying how far it is shut off"),
    "checks": N_("asking what was restored"),
    "teardown": N_("clearing away"),
    "check": N_("checking the repository"),
    "listing": N_("listing"),
    "look": N_("looking at the storage"),
}


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
        bar.reset(row, description=f"{job}: {_(_PHASES.get(name, name))}", total=None)

    def progress(state: Progress) -> None:
        bar.update(row, completed=state.bytes, total=state.total_bytes)

    with bar:
        yield Watch(phase=phase, progress=progress)
