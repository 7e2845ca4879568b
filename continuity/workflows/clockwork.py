"""Can the clock be believed? Asked before anything is dated by it."""

from __future__ import annotations

from datetime import timedelta

from continuity.domain.failure import FailureClass
from continuity.domain.run import Conclusion
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict
from continuity.workflows.world import Protected, Workbench

# Time servers correct by seconds; a minute back is somebody or something setting the clock.
_MARGIN = timedelta(seconds=60)
_LOOKED_AT = 200
# Every machine that knows a time server is right to the second; this is a clock that was never set.
_MOST_APART = timedelta(hours=1)


def clock_doubt(bench: Workbench) -> Conclusion | None:
    """Compare the clock with the latest times recorded; None when nothing speaks against it.

    The newest record alone would not do: it is this run's own start, dated by the same clock.
    """
    latest = bench.store.records(limit=_LOOKED_AT, newest_first=True)
    newest = max((record.recorded_at for record in latest), default=None)
    now = bench.now()
    if newest is None or now >= newest - _MARGIN:
        return None
    return Conclusion(
        verdict=Verdict.INCONCLUSIVE,
        failure=FailureClass.CLOCK,
        reason=say(
            N_("The clock says {now}, earlier than what is recorded already ({newest})."),
            now=now.isoformat(timespec="seconds"),
            newest=newest.isoformat(timespec="seconds"),
        ),
        remedy=say(
            N_(
                "Correct the clock of this machine and run again. If it was wrong when that was"
                " recorded, nothing passes until that time has come."
            )
        ),
    )


def source_clock_doubt(protected: Protected, ahead: timedelta) -> Conclusion | None:
    """Doubt what is dated by the clock of the source's machine when it is far from this one.

    Less is taken into account wherever the times of files are compared with those of runs.
    """
    if abs(ahead) <= _MOST_APART:
        return None
    minutes = round(abs(ahead) / timedelta(minutes=1))
    host = protected.job.source.host
    what = N_("The clock of {host} is {minutes} minutes ahead of the clock here.")
    if ahead < timedelta(0):
        what = N_("The clock of {host} is {minutes} minutes behind the clock here.")
    return Conclusion(
        verdict=Verdict.INCONCLUSIVE,
        failure=FailureClass.CLOCK,
        reason=say(what, host=host, minutes=minutes),
        remedy=say(
            N_("Set the clock of {host}, or the one of this machine, by a time server."), host=host
        ),
    )


def with_doubt(conclusion: Conclusion, doubt: Conclusion | None) -> Conclusion:
    """Let doubt about the clock stand in for a PASS, never for damage that was shown."""
    if doubt is None or conclusion.verdict is Verdict.FAIL:
        return conclusion
    return doubt
