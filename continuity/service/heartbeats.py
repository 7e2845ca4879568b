"""The heartbeats that are expected, by the ids that they are reported with."""

from __future__ import annotations

from uuid import UUID

from continuity.app import App
from continuity.config.secrets import read_secret
from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say


def ids_of_heartbeats(app: App) -> dict[UUID, str]:
    """Read the ids of all heartbeats. Raises ConfigurationError for one that is no UUID."""
    found: dict[UUID, str] = {}
    for name, heartbeat in app.workspace.heartbeats.items():
        text = read_secret(heartbeat.id, environ=app.means.environ).reveal()
        try:
            found[UUID(text)] = name
        except ValueError:
            raise ConfigurationError(
                say(N_("The id of the heartbeat {name} is no UUID."), name=name),
                remedy=say(N_("Make one: uuidgen")),
            ) from None
    return found
