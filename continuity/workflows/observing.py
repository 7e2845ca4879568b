"""Look at the storage of repositories, and write down what was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.examined import Examined, sound
from continuity.domain.facts import Facts
from continuity.domain.failure import ConfigurationError, ContinuityError, FailureClass
from continuity.domain.location import (
    Fact,
    FactName,
    Observation,
    StorageFacts,
    plain_from_observation,
)
from continuity.domain.reason import by_gravity
from continuity.domain.shown import shown_duration
from continuity.domain.storage_judgement import (
    Keeping,
    has_lost_protection,
    refuses_deletion,
    remedy_for,
    storage_doubts,
    storage_faults,
)
from continuity.domain.text import N_, say
from continuity.locations.location import Visit
from continuity.locations.registry import kind_of_location
from continuity.workflows.world import Workbench


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """The storage of a repository; ``prepare`` fetches what a look needs and may raise."""

    repository: str
    location: str
    medium: str
    prepare: Callable[[datetime], Visit]


def look_at(spot: Spot, at: datetime) -> Observation:
    """Look at storage once; what keeps from looking is a fact like others."""
    kind = kind_of_location(spot.location)
    if kind is None:
        scheme = spot.location.partition(":")[0]
        note = say(N_("Nobody here can look at storage of the sort {kind}."), kind=scheme)
        fact = Fact(
            name=FactName.REACHABLE,
            value=None,
            at=at,
            source=scheme,
            note=note,
            failure=FailureClass.TOOL_MISSING,
        )
        return Observation(repository=spot.repository, kind=scheme, at=at, facts=(fact,))
    try:
        facts = kind.look(spot.prepare(at))
    except ContinuityError as error:
        # The storage itself may be well: what is missing is on this side.
        facts = (
            Fact(
                name=FactName.REACHABLE,
                value=None,
                at=at,
                source=kind.name,
                note=error.what,
                failure=error.failure,
            ),
        )
    return Observation(repository=spot.repository, kind=kind.name, at=at, facts=facts)


def observe(bench: Workbench, spot: Spot) -> Observation:
    """Look at storage, and write into the record what was seen."""
    seen = look_at(spot, bench.now())
    bench.store.append(
        Draft(
            kind=RecordKind.LOCATION_OBSERVED,
            body=plain_from_observation(seen),
            personal={"actor": bench.actor},
        )
    )
    return seen


def accept_storage(bench: Workbench, facts: Facts, repository: str) -> None:
    """Record that a person means a storage to protect nothing any more.

    Raises ConfigurationError unless it was seen to protect and then no longer to.
    """
    known = facts.storage.get(repository)
    if known is None or not has_lost_protection(known):
        raise ConfigurationError(
            say(
                N_("The storage of {repository} was not seen to lose any protection."),
                repository=repository,
            ),
            remedy=say(N_("Run: continuity locations")),
        )
    bench.store.append(
        Draft(
            kind=RecordKind.LOCATION_ACCEPTED,
            body={"repository": repository},
            personal={"actor": bench.actor},
        )
    )


def examine_storage(
    keepings: Iterable[Keeping], facts: Facts, now: datetime, zone: str
) -> Iterator[Examined]:
    """Tell what the latest look at each storage saw; nothing of one that nobody uses or looked at.

    To look again would write to storage, which is for `continuity locations`.
    """
    for keeping in keepings:
        storage = facts.storage.get(keeping.repository)
        if storage is not None or keeping.used_at is not None:
            yield _examined(storage, keeping, now, zone)


def _examined(storage: StorageFacts | None, keeping: Keeping, now: datetime, zone: str) -> Examined:
    subject = say(N_("storage of {name}"), name=keeping.repository)
    wrong = () if storage is None else tuple(storage_faults(storage, keeping, zone))
    reasons = by_gravity((*wrong, *storage_doubts(storage, keeping, now)))
    if reasons:
        remedy = remedy_for(reasons[0], keeping.repository, storage)
        return Examined(
            subject=subject, verdict=reasons[0].verdict, what=reasons[0].message, remedy=remedy
        )
    age = timedelta() if storage is None else max(timedelta(), now - storage.at)
    if refuses_deletion(storage, now):
        what = N_("Looked at {age} ago; it refuses deletions.")
    else:
        what = N_("Looked at {age} ago; nothing is known to keep it from being deleted.")
    return sound(subject, say(what, age=shown_duration(age)))
