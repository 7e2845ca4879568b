"""Do the reports that people want sent lead to people, a channel and systems; are clients apart?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from continuity.config.draft import Draft, Part
from continuity.config.problem import NOTHING, Place, Problem, nearest, value_shown
from continuity.domain.outlet import Outlet
from continuity.domain.subscription import Sending, Subscription
from continuity.domain.text import N_, say
from continuity.notify.registry import channel_kinds


def posts(outlets: Mapping[str, Outlet]) -> tuple[str, ...]:
    """Name the channels by which whole documents can be sent."""
    kinds = channel_kinds()
    of_outlets = {name: kinds.get(outlet.kind) for name, outlet in outlets.items()}
    return tuple(
        sorted(name for name, kind in of_outlets.items() if kind is not None and kind.post)
    )


def sending_problems(draft: Draft) -> Iterator[Problem]:
    """Check what is written about sent reports, and about clients."""
    part = draft.sending.part
    if part is not None:
        yield from _way(draft, part)
        for name, subscription in part.model.subscriptions.items():
            yield from _subscription(draft, part, name, subscription)
    yield from _clients(draft)


def _way(draft: Draft, part: Part[Sending]) -> Iterator[Problem]:
    outlets = draft.outlets
    able = posts({name: one.model for name, one in outlets.parts.items()})
    via = part.model.via
    if via is None:
        if part.model.subscriptions and outlets.known and not _broken(draft) and len(able) != 1:
            expected = say(N_("a channel of kind email from {where}"), where=outlets.where)
            yield part.problem(("via",), expected, NOTHING)
    elif via not in outlets.written and outlets.known:
        yield _unknown(part, ("via",), via, outlets.where, able)
    elif via in outlets.parts and via not in able:
        expected = say(N_("a channel of kind email from {where}"), where=outlets.where)
        yield part.problem(("via",), expected, value_shown(("via",), via))


def _broken(draft: Draft) -> bool:
    """Tell whether an outlet is left out, which may be the very one."""
    return set(draft.outlets.parts) != set(draft.outlets.written)


def _subscription(
    draft: Draft, part: Part[Sending], name: str, subscription: Subscription
) -> Iterator[Problem]:
    place: Place = ("subscriptions", name)
    named: Sequence[tuple[Place, str]] = (
        ((*place, "to"), subscription.to),
        *(((*place, "cc", index), one) for index, one in enumerate(subscription.cc)),
    )
    for where, person in named:
        known = draft.people.parts.get(person)
        if person not in draft.people.written and draft.people.known:
            known_people = tuple(sorted(draft.people.written))
            yield _unknown(part, where, person, draft.people.where, known_people)
        elif known is not None and not known.model.email:
            expected = say(N_("somebody with an email in {where}"), where=draft.people.where)
            yield part.problem(where, expected, value_shown(where, person))
    for index, system in enumerate(subscription.systems):
        if system not in draft.systems.written and draft.systems.known:
            where = (*place, "systems", index)
            known_systems = tuple(sorted(draft.systems.written))
            yield _unknown(part, where, system, draft.systems.where, known_systems)


def _clients(draft: Draft) -> Iterator[Problem]:
    """Refuse what two clients share: one of them could pass for the other."""
    keys: dict[str, str] = {}
    drops: dict[str, str] = {}
    for name, part in draft.clients.parts.items():
        for index, key in enumerate(part.model.keys):
            other = keys.setdefault(key, name)
            if other != name:
                expected = say(N_("a key of its own; {other} has this one"), other=other)
                yield part.problem(("keys", index), expected, value_shown(("keys", index), key))
        other = drops.setdefault(part.model.drop, name)
        if other != name:
            expected = say(N_("a directory of its own; {other} has this one"), other=other)
            yield part.problem(("drop",), expected, value_shown(("drop",), part.model.drop))


def _unknown(
    part: Part[Sending], place: Place, name: str, where: str, known: Sequence[str]
) -> Problem:
    meant = nearest(name, known)
    expected = say(N_("a name from {where}"), where=where)
    if meant is not None:
        expected = say(N_("a name from {where}, perhaps {meant}"), where=where, meant=meant)
    return part.problem(place, expected, value_shown(place, name))
