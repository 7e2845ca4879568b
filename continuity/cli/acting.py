"""Who acts: as people.yaml knows them, by the short name or the one that colleagues say."""

from __future__ import annotations

from continuity.app import App
from continuity.domain.incident_commands import Person


def acting(app: App, by: str | None, note: str) -> Person:
    """Tell who acts now, and why; who is in no file acts under the name that was given."""
    name = app.bench.actor if by is None else by
    return Person(name=_known(app, name), at=app.bench.now(), reason=note)


def _known(app: App, name: str) -> str:
    people = app.workspace.people
    wanted = name.strip().casefold()
    found = [key for key, one in people.items() if wanted in {key.casefold(), one.name.casefold()}]
    return found[0] if len(found) == 1 and name not in people else name
