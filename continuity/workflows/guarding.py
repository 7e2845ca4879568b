"""Sign the end of the record once a day, so that nobody can cut it off unseen."""

from __future__ import annotations

from datetime import timedelta

from continuity.domain.checkpoint import checkpoint_from_text
from continuity.store.keys import open_keys
from continuity.workflows.world import Workbench

SIGN_EVERY = timedelta(hours=20)
"""Once a day, with room for a night that starts earlier than the last."""


def sign_if_due(bench: Workbench) -> bool:
    """Sign a checkpoint unless one was signed within the day; tells whether it did."""
    signed = bench.store.checkpoints()
    if signed:
        latest = checkpoint_from_text(signed[-1].text)
        if timedelta(0) <= bench.now() - latest.time < SIGN_EVERY:
            return False
    keys = open_keys(bench.keys)
    with bench.store.transaction() as transaction:
        transaction.sign_checkpoint(bench.organisation, keys)
    return True
