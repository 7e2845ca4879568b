"""How far the clock of another machine is from this one's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from continuity.domain.clock import Now
from continuity.domain.failure import ToolError
from continuity.domain.text import N_, say
from continuity.hosts.host import Command, Host

_SECONDS: Final = 30.0
# busybox knows no %N and prints nothing or the letters for it.
_TIME: Final = re.compile(rb"([0-9]{1,12})(?:\.([0-9]{9}))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Offset:
    """Seconds that a clock is ahead, give or take ``margin``; negative when it is behind."""

    seconds: float
    margin: float

    @property
    def least(self) -> float:
        """By how much it is surely off."""
        return max(0.0, abs(self.seconds) - self.margin)


def clock_offset(host: Host, now: Now) -> Offset:
    """Ask a machine for its time, and compare it with the time before and after.

    Raises what ``Host.run`` raises, and ToolError for an answer that is no time.
    """
    before = now().timestamp()
    finished = host.run(Command(argv=("date", "-u", "+%s.%N"), timeout=_SECONDS))
    after = now().timestamp()
    told = _TIME.match(finished.stdout.strip())
    if finished.code != 0 or told is None:
        raise ToolError(
            say(N_("The host {host} does not tell its time."), host=host.name),
            remedy=say(N_("Look there at what this prints: {command}"), command="date -u +%s"),
        )
    fraction = told[2]
    # Without a fraction it is somewhere within that second.
    there = int(told[1]) + (0.5 if fraction is None else int(fraction) / 1e9)
    margin = (after - before) / 2 + (0.5 if fraction is None else 0.0)
    return Offset(seconds=there - (before + after) / 2, margin=margin)
