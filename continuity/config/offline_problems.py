"""Do the places of offline copies name hosts, channels and people that are there?"""

from __future__ import annotations

from collections.abc import Iterator

from continuity.config.draft import Draft, Part
from continuity.config.models import Settings
from continuity.config.problem import Place, Problem, value_shown
from continuity.domain.offline import OfflinePlace
from continuity.domain.text import N_, Message, say

_MAIL = "email"


def offline_problems(draft: Draft) -> Iterator[Problem]:
    """Check every place. What it asks for to be entered is tried by `continuity doctor`."""
    if draft.settings is None:
        return
    for name, place in draft.settings.model.offline.places.items():
        where: Place = ("offline", "places", name)
        yield from _host(draft, draft.settings, place, where)
        yield from _mail(draft, draft.settings, place, where)


def _host(
    draft: Draft, settings: Part[Settings], place: OfflinePlace, where: Place
) -> Iterator[Problem]:
    if place.host is None or not draft.hosts.known:
        return
    host = draft.hosts.parts.get(place.host)
    if host is None or host.model.kind != "ssh":
        expected = say(N_("a host that is reached over SSH"))
        yield _wrong(settings, (*where, "host"), place.host, expected)


def _mail(
    draft: Draft, settings: Part[Settings], place: OfflinePlace, where: Place
) -> Iterator[Problem]:
    if place.channel is not None and draft.outlets.known:
        outlet = draft.outlets.parts.get(place.channel)
        if outlet is None or outlet.model.kind != _MAIL:
            expected = say(N_("a channel of kind email from config/channels.yaml"))
            yield _wrong(settings, (*where, "channel"), place.channel, expected)
    for index, name in enumerate(place.to if draft.people.known else ()):
        person = draft.people.parts.get(name)
        if person is None or person.model.email is None:
            expected = say(N_("a person from config/people.yaml who has an address"))
            yield _wrong(settings, (*where, "to", index), name, expected)


def _wrong(settings: Part[Settings], place: Place, name: str, expected: Message) -> Problem:
    return settings.problem(place, expected, value_shown(place, name))
