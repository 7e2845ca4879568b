"""What an offline copy is made of: what people wrote, what is known, and the moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from continuity.config.loading import load_tolerant
from continuity.config.opening import Means
from continuity.config.reaching import hosts_of
from continuity.config.workspace import Workspace
from continuity.domain.assessment import Assessment
from continuity.domain.portfolio import Portfolio
from continuity.domain.recovery_order import recovery_order
from continuity.reports.voice import Voice
from continuity.speech.speaker import speaker_of
from continuity.workflows.world import Workbench


@dataclass(frozen=True, kw_only=True, slots=True)
class Grounds:
    """A workspace and its record at one moment."""

    means: Means
    bench: Workbench
    portfolio: Portfolio
    assessment: Assessment
    made_at: datetime

    @property
    def workspace(self) -> Workspace:
        """What people wrote."""
        return self.means.workspace

    @property
    def voice(self) -> Voice:
        """Who says it: in the language and the zone of the organisation."""
        settings = self.workspace.settings
        return Voice(speaker_of(settings.language), ZoneInfo(settings.zone))


def gather(means: Means, bench: Workbench, portfolio: Portfolio, assessment: Assessment) -> Grounds:
    """Gather what a copy is made of now.

    A job whose secret cannot be fetched by whoever makes the copy belongs into it all the more, so
    the workspace is read again without looking for secrets.
    """
    workspace = load_tolerant(means.workspace.root).workspace
    return Grounds(
        means=replace(means, workspace=workspace, hosts=hosts_of(workspace)),
        bench=bench,
        portfolio=portfolio,
        assessment=assessment,
        made_at=bench.now(),
    )


def order_of(grounds: Grounds) -> tuple[str, ...]:
    """Name the systems in the order in which the business needs them back."""
    return recovery_order(grounds.portfolio.systems)
