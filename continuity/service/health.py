"""How the service does, and whether the database that it opened is still in its place."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from continuity.app import App
from continuity.config.opening import database_of
from continuity.domain.failure import ContinuityError, StoreError
from continuity.domain.text import N_, say, shown

TURN_SECONDS = 15
ROUND_SECONDS = 60
_LATEST_TURN = 4 * TURN_SECONDS
_LATEST_ROUND = 15 * ROUND_SECONDS

Presence = tuple[int, int] | None
"""Which file the database is; None where a server holds it, or where there is none."""


@dataclass(kw_only=True)
class Health:
    """How the service does; times are of the monotonic clock.

    ``failed`` is what kept the last turn from looking, ``unkept`` what kept the last round from
    writing down what it did.
    """

    turned: float
    went_round: float
    failed: ContinuityError | None = None
    unkept: StoreError | None = None

    @property
    def trouble(self) -> ContinuityError | None:
        """What is wrong, if anything is."""
        return self.failed or self.unkept

    def is_well(self, at: float) -> bool:
        """Tell whether it really looks: late turns or rounds, or a dead database, are not well."""
        is_late = at - self.turned > _LATEST_TURN or at - self.went_round > _LATEST_ROUND
        return not is_late and self.trouble is None

    def note_round(self, troubles: Iterable[ContinuityError], at: float) -> None:
        """Remember a round that went to its end."""
        self.unkept = next((error for error in troubles if isinstance(error, StoreError)), None)
        self.went_round = at


def presence_of(app: App) -> Presence:
    """Tell which file stands where the database of a workspace belongs."""
    place = database_of(app.workspace)
    if place is None:
        return None
    try:
        found = place.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def require_presence(app: App, opened: Presence) -> None:
    """Raise StoreError where another file, or none, stands in the place of the one in use.

    What is open can be written to all the same; nobody else would ever read it.
    """
    place = database_of(app.workspace)
    if place is None or presence_of(app) == opened:
        return
    raise StoreError(
        say(
            N_("The state database {place} was moved away or replaced while it was in use."),
            place=shown(os.fsencode(place)),
        ),
        remedy=say(N_("Put it back, or restart the service so that it opens the one there now.")),
    )
