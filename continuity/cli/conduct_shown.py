"""What is known about a run, gathered for the screen and for the record of what is chosen."""

from __future__ import annotations

import os
import time

from continuity.answering.informing import Inquiry, Judged, topic_of_run
from continuity.app import App, portfolio_of
from continuity.domain.conduct_frontier import Stand
from continuity.domain.conduct_information import items_at, keeps_information
from continuity.domain.failure import ContinuityError
from continuity.domain.information_pack import InformationPack
from continuity.domain.information_plain import Frozen, freeze

_FRESH_SECONDS = 30.0


def inquiry_of(app: App) -> Inquiry:
    """Ask a workspace."""

    def judge() -> Judged:
        standing = portfolio_of(app.workspace.root, os.environ)
        return standing.portfolio, standing.assess()

    return Inquiry(means=app.means, store=app.bench.store, now=app.bench.now, judge=judge)


class Screen:
    """The pack of a run as it is on the screen: what was gathered a moment ago is not asked again.

    So the record of a choice holds what the person saw, not what came after it.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self._inquiry = inquiry_of(app)
        self._kept: tuple[str, bool, float, InformationPack] | None = None

    def pack(self, stand: Stand, *, doors: bool = True) -> InformationPack | None:
        """Gather it; None when that cannot be done, which keeps nobody from acting.

        Without ``doors`` nobody asks whether repositories can be reached, which takes seconds.
        """
        run, now = stand.conduct.run, time.monotonic()
        if self._kept is not None:
            whose, asked, until, kept = self._kept
            if whose == run and asked >= doors and now < until:
                return kept
        topic = topic_of_run(stand.document.front, stand.conduct.incident)
        try:
            found = self._inquiry.pack(topic, doors=doors)
        except ContinuityError:
            return None  # `continuity runbook info` says why.
        self._kept = run, doors, now + _FRESH_SECONDS, found
        return found

    def freeze(self, stand: Stand) -> Frozen | None:
        """Keep what is on the screen of who has to choose."""
        pack = self.pack(stand) if keeps_information(stand) else None
        return None if pack is None else freeze(pack, items_at(stand))
