"""Do the places of offline copies name hosts that are there?"""

from __future__ import annotations

from collections.abc import Iterator

from continuity.config.draft import Draft, Part
from continuity.config.models import Settings
from continuity.config.problem import Place, Problem, value_shown
from continuity.domain.offline import OfflinePlace
from continuity.domain.text import N_, Message, say


def offline_problems(draft: Draft) -> Iterator[Problem]:
    """Check every place. What it asks for to be entered is tried by `continuity doctor`."""
    if draft.settings is None:
        return
    for name, place in draft.settings.model.offline.places.items():
        where: Place = ("offline", "places", name)
        yield from _host(draft, draft.settings, place, where)


def _host(
    draft: Draft, settings: Part[Settings], place: OfflinePlace, where: Place
) -> Iterator[Problem]:
    if place.host is None or not draft.hosts.known:
        return
    host = draft.hosts.parts.get(place.host)
    if host is None or host.model.kind != "ssh":
        expected = say(N_("a host that is reached over SSH"))
        yield _wrong(settings, (*where, "host"), place.host, expected)


def _wrong(settings: Part[Settings], place: Place, name: str, expected: Message) -> Problem:
    return settings.problem(place, expected, value_shown(place, name))
