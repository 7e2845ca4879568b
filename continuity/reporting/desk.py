"""What sending reports needs of a workspace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from continuity.config.opening import Means
from continuity.config.sending_problems import posts
from continuity.config.workspace import Workspace
from continuity.domain.clock import Now
from continuity.domain.failure import ConfigurationError
from continuity.domain.report_calendar import Clockwork
from continuity.domain.subscription import Sending, Subscription
from continuity.domain.text import N_, say
from continuity.reporting.known import Known
from continuity.store.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportDesk:
    """Where reports are made and sent; ``keys`` is the directory of the organisation's keys.

    ``known`` gives what is known now, and is asked only when a report is made: it may be costly.
    """

    means: Means
    store: Store
    now: Now
    keys: Path
    known: Callable[[], Known]

    @property
    def workspace(self) -> Workspace:
        """What people wrote."""
        return self.means.workspace

    @property
    def sending(self) -> Sending:
        """What they wrote about sending."""
        return self.workspace.sending

    @property
    def clockwork(self) -> Clockwork:
        """When reports are sent."""
        sending = self.sending
        return Clockwork(at=sending.at, zone=self.workspace.settings.zone, grace=sending.grace)

    def language_of(self, subscription: Subscription) -> str:
        """Give the language of a report: its own, or the one of who gets it."""
        person = self.workspace.people.get(subscription.to)
        own = None if person is None else person.language
        return subscription.language or own or self.workspace.settings.language

    def via(self) -> str:
        """Name the channel. Raises ConfigurationError where there is none."""
        able = posts(self.workspace.outlets)
        wanted = self.sending.via
        if wanted is None and len(able) == 1:
            return able[0]
        if wanted is not None and wanted in able:
            return wanted
        raise ConfigurationError(
            say(N_("There is no channel by which a report can be sent.")),
            remedy=say(
                N_("Write one of kind email into config/channels.yaml, and run: continuity check")
            ),
        )
