"""Windows of maintenance: who silences what, why and until when. Recording goes on. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from continuity.domain.fault import FaultKind
from continuity.domain.incident import Incident

_NEVER_SILENT = frozenset({FaultKind.POSSIBLE_ENCRYPTION, FaultKind.RECORD_DAMAGED})
"""What nobody causes by maintaining something."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """From one instant to another, without the second, no news of some things is good news.

    ``everything`` stands for all systems, repositories and jobs.
    """

    name: str
    owner: str
    reason: str
    start: datetime
    end: datetime
    systems: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    everything: bool = False

    def covers(self, incident: Incident) -> bool:
        """Tell whether an incident is about something it names."""
        return (
            self.everything
            or incident.system in self.systems
            or incident.repository in self.repositories
            or incident.target in {f"job:{job}" for job in self.jobs}
        )


def in_maintenance(windows: Iterable[Window], incident: Incident, at: datetime) -> Window | None:
    """Give the window that keeps messages and tickets about an incident back, the last to end.

    Successes and what people do always pass; what nobody causes by maintenance is never silent.
    """
    if incident.kind in _NEVER_SILENT:
        return None
    open_ones = (one for one in windows if one.start <= at < one.end and one.covers(incident))
    return max(open_ones, key=lambda one: one.end, default=None)


def speaks_after(
    windows: Iterable[Window], incident: Incident, before: datetime, now: datetime
) -> bool:
    """Tell whether a window just ended and the incident it silenced has to be told of at once."""
    known = tuple(windows)
    was = in_maintenance(known, incident, before)
    return was is not None and incident.speaks and in_maintenance(known, incident, now) is None
