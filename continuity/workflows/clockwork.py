"""Can the clock be believed? Asked before anything is dated by it."""

from __future__ import annotations

from datetime import timedelta

from continuity.domain.failure import FailureClass
from continuity.domain.run import Conclusion
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict
from continuity.workflows.world import Workbench

# Time servers correct by seconds; a minute back is somebody or something setting the clock.
_MARGIN = timedelta(seconds=60)


def clock_doubt(bench: Workbench) -> Conclusion | None:
    """Compare the clock with the newest record; None when nothing speaks against it."""
    latest = next(bench.store.records(limit=1, newest_first=True), None)
    newest = None if latest is None else latest.recorded_at
    now = bench.now()
    if newest is None or now >= newest - _MARGIN:
        return None
    return Conclusion(
        verdict=Verdict.INCONCLUSIVE,
        failure=FailureClass.CLOCK,
        reason=say(
            N_("The clock says {now}, earlier than the newest record ({newest})."),
            now=now.isoformat(timespec="seconds"),
            newest=newest.isoformat(timespec="seconds"),
        ),
        remedy=say(N_("Correct the clock of this machine and run again.")),
    )
