"""What whoever comes second is told."""

from __future__ import annotations

from continuity.domain.failure import ConflictError
from continuity.domain.text import N_, say


class StaleRunError(ConflictError):
    """Two people acted in one run, and this one has not seen what the other did."""


def stale_run(run: str) -> StaleRunError:
    """Make the error of whoever came second."""
    return StaleRunError(
        say(N_("Somebody else went on in this run meanwhile.")),
        remedy=say(N_("Look at it again: continuity runbook status {run}"), run=run),
    )
