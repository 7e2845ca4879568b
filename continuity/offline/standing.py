"""How the offline copies stand: each place judged, and whether there are enough of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from continuity.config.offline_sites import beside_what, too_few
from continuity.config.workspace import Workspace
from continuity.domain.clock import Now
from continuity.domain.examined import Examined, doubtful, sound
from continuity.domain.observation import Observation
from continuity.domain.offline_signals import (
    Shelved,
    Standing,
    Wanted,
    judge_place,
    offline_signals,
)
from continuity.domain.shown import shown_duration
from continuity.domain.text import N_, Message, say
from continuity.offline.edition import edition_of
from continuity.offline.shelf import shelved
from continuity.store.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceStanding:
    """One place: what it has, the verdict on it, and what is wrong with where it stands."""

    name: str
    kind: str
    has: Shelved
    standing: Standing
    beside: Message | None


def standings(workspace: Workspace, store: Store, now: Now) -> tuple[PlaceStanding, ...]:
    """Judge every configured place."""
    known, wanted = shelved(store), _wanted(workspace)
    return tuple(
        PlaceStanding(
            name=name,
            kind=place.kind,
            has=known.get(name, Shelved()),
            standing=judge_place(known.get(name), wanted, now()),
            beside=beside_what(workspace, place),
        )
        for name, place in sorted(workspace.settings.offline.places.items())
    )


def observe_offline(workspace: Workspace, store: Store, now: Now) -> Iterator[Observation]:
    """Answer for each place whether somebody has to look after it."""
    places = sorted(workspace.settings.offline.places)
    organisation = workspace.settings.organisation
    if places:
        yield from offline_signals(organisation, places, shelved(store), _wanted(workspace), now())


def examine_offline(workspace: Workspace, store: Store, now: Now) -> Iterator[Examined]:
    """Say of each place how old its copy is, and whether there are enough.

    A workspace in which nobody has written a runbook yet has nothing to keep elsewhere.
    """
    subject = say(N_("offline copies"))
    few = too_few(workspace)
    if few is not None and (workspace.books or workspace.settings.offline.places):
        remedy = say(N_("Write more under offline: places: in config/continuity.yaml."))
        yield doubtful(subject, few, remedy)
    for one in standings(workspace, store, now):
        yield _examined(one)


def _examined(one: PlaceStanding) -> Examined:
    subject = say(N_("offline copy at {place}"), place=one.name)
    if one.standing.reason is not None:
        remedy = say(N_("Run: continuity bundle publish"))
        return Examined(
            subject=subject, verdict=one.standing.verdict, what=one.standing.reason, remedy=remedy
        )
    if one.beside is not None:
        return doubtful(subject, one.beside, say(N_("Choose a place at another site.")))
    age = shown_duration(one.standing.age) if one.standing.age else "0"
    return sound(subject, say(N_("It is of today's edition, {age} old."), age=age))


def _wanted(workspace: Workspace) -> Wanted:
    return Wanted(stale_after=workspace.settings.offline.stale_after, edition=edition_of(workspace))
