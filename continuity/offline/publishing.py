"""Bring a bundle to every place, each for itself, and record what arrived and what did not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from continuity.config.opening import Means
from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.failure import ContinuityError
from continuity.domain.offline_signals import Rhythm, places_due, rhythm_of_mail
from continuity.domain.text import plain_from_message
from continuity.offline.bundle import Bundle, make_bundle
from continuity.offline.edition import edition_of
from continuity.offline.grounds import Grounds
from continuity.offline.places import Door, doors_of
from continuity.offline.shelf import shelved
from continuity.workflows.world import Workbench


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """What became of a bundle at one place; ``error`` is None when it arrived."""

    door: Door
    error: ContinuityError | None = None


def publish(bench: Workbench, bundle: Bundle, doors: tuple[Door, ...]) -> Iterator[Delivered]:
    """Try every place; one that is full or away keeps nothing from the others."""
    for door in doors:
        try:
            door.keep(bundle)
        except ContinuityError as error:
            _record(bench, RecordKind.BUNDLE_FAILED, {**_body(bundle, door), **_why(error)})
            yield Delivered(door=door, error=error)
        else:
            contents = {
                "edition": bundle.edition,
                "runbooks": dict(bundle.runbooks),
                "files": len(bundle.files),
                "bytes": bundle.bytes,
            }
            _record(bench, RecordKind.BUNDLE_PUBLISHED, {**_body(bundle, door), **contents})
            yield Delivered(door=door)


def publish_due(bench: Workbench, means: Means, grounds: Callable[[], Grounds]) -> list[Delivered]:
    """Bring a new copy to the places that are due for one; usually there is none.

    Raises what keeps a copy from being made at all, after it was recorded for each of them.
    """
    workspace = means.workspace
    offline = workspace.settings.offline
    if not offline.places:
        return []
    mail = rhythm_of_mail(offline.stale_after)
    places = {
        name: mail if place.kind == "email" else Rhythm()
        for name, place in sorted(offline.places.items())
    }
    due = places_due(places, shelved(bench.store), edition_of(workspace), bench.now())
    doors = tuple(door for door in doors_of(means) if door.name in due)
    if not doors:
        return []
    try:
        bundle = make_bundle(grounds())
    except ContinuityError as error:
        for door in doors:
            body = {"place": door.name, "kind": door.kind, **_why(error)}
            _record(bench, RecordKind.BUNDLE_FAILED, body)
        raise
    return list(publish(bench, bundle, doors))


def _body(bundle: Bundle, door: Door) -> dict[str, object]:
    return {
        "place": door.name,
        "kind": door.kind,
        "bundle": bundle.name,
        "digest": bundle.digest,
    }


def _why(error: ContinuityError) -> dict[str, object]:
    return {"failure": error.failure.value, "reason": plain_from_message(error.what)}


def _record(bench: Workbench, kind: RecordKind, body: Mapping[str, object]) -> None:
    bench.store.append(Draft(kind=kind, body=body, personal={"actor": bench.actor}))
