"""What commands do about incidents after a run; what goes wrong with it is said and no more."""

from __future__ import annotations

from continuity.app import App
from continuity.cli.output import complain
from continuity.domain.failure import ContinuityError
from continuity.domain.incident import Incident
from continuity.service import response
from continuity.service.response import (
    derive_from,
    desk_of,
    incident_of_run,
    respond_to_all,
    respond_to_runs,
    tell_outside,
)

__all__ = (
    "derive_from",
    "desk_of",
    "hear_outside",
    "incident_of_run",
    "respond_to_all",
    "respond_to_runs",
    "tell_outside",
    "try_to_tell",
)


def hear_outside(app: App) -> list[Incident]:
    """Hear what people did in tickets; who cannot be heard is named, and heard the next time."""
    try:
        polled = response.hear_outside(app)
    except ContinuityError as error:
        complain(error)
        return []
    for trouble in polled.troubles:
        complain(trouble)
    return polled.moved


def try_to_tell(app: App) -> None:
    """Send what is due; what keeps it from being sent is said, and nothing is lost by it."""
    try:
        tell_outside(app)
    except ContinuityError as error:
        complain(error)
