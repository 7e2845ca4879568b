"""What must be on the screen before somebody decides what is done first: one value, as it is now.

Empty and None are "not known" or "none": nothing in it is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.recovery_time import TimeKind
from continuity.domain.text import Message
from continuity.domain.verdict import Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """Times that were measured: the usual one, the worst, and how many there were."""

    median: timedelta
    worst: timedelta
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacePart:
    """Where one thing of a system can be had back from, and what is proven and claimed there.

    ``thing`` is the same for all that protects it; ``copy_of`` is empty for a job's own repository.
    """

    thing: str
    job: str
    repository: str
    copy_of: str = ""
    proven_at: datetime | None = None
    claimed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemPart:
    """One affected system.

    ``why`` is the reason of its place, ``waits_for`` what it only waits for when it is not itself
    affected. ``proven_at`` is the newest data that a drill proved to come back, ``claimed_at`` the
    newest that a backup says to have; the loss is their age. ``tested`` is the latest restore test
    with its verdict. ``restores`` are the times of restore tests, ``conducted`` those of people
    following a runbook to the end. ``likely`` and ``safe`` are computed for all it depends on, of
    ``kind``. ``files`` and ``bytes`` are what would come back, 0 where that is not known.
    ``repositories`` are all that keep it, with copies; ``kept`` says of each thing what is there.
    """

    name: str
    title: str
    criticality: str
    why: str = ""
    waits_for: tuple[str, ...] = ()
    proven_at: datetime | None = None
    claimed_at: datetime | None = None
    loss_target: timedelta | None = None
    tested: Verdict | None = None
    tested_at: datetime | None = None
    restores: Times | None = None
    conducted: Times | None = None
    time_target: timedelta | None = None
    likely: timedelta | None = None
    safe: timedelta | None = None
    kind: TimeKind = TimeKind.UNKNOWN
    files: int = 0
    bytes: int = 0
    repositories: tuple[str, ...] = ()
    kept: tuple[PlacePart, ...] = ()
    alternative: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RepositoryPart:
    """A repository; ``reachable`` is None when that could not be known in time."""

    name: str
    site: str = ""
    reachable: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentPart:
    """An incident that is open on what is affected."""

    number: int
    severity: str
    state: str
    title: Message
    system: str
    since: datetime
    drill: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonPart:
    """Somebody who is there now; ``role`` is the part they have, in the runbook or by their duty.

    ``present`` is False for who is away now, and named all the same as the first to be asked.
    """

    person: str
    name: str
    role: str
    side: str
    phone: str = ""
    present: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class ContractPart:
    """What somebody outside owes us, where it is found, and whom to call."""

    what: str
    where: str
    phone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockPart:
    """A clock of the incident: what has passed, what was agreed, and until when there is time."""

    clock: str
    elapsed: timedelta
    duty: str = ""
    target: timedelta | None = None
    due: datetime | None = None
    state: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class InformationPack:
    """Everything at one moment, the systems in the order in which the business wants them back."""

    at: datetime
    systems: tuple[SystemPart, ...] = ()
    repositories: tuple[RepositoryPart, ...] = ()
    incidents: tuple[IncidentPart, ...] = ()
    people: tuple[PersonPart, ...] = ()
    contracts: tuple[ContractPart, ...] = ()
    clocks: tuple[ClockPart, ...] = ()


def lacks_a_repository(pack: InformationPack, system: SystemPart) -> bool:
    """Tell whether one that a job of it writes to is known to be out of reach now."""
    away = _out_of_reach(pack)
    return any(one.repository in away for one in system.kept if not one.copy_of)


def proven_in_reach(pack: InformationPack, system: SystemPart) -> datetime | None:
    """Give the newest data that is proven to come back from what is not out of reach now.

    Of several things the oldest; None where of one of them nothing is proven there.
    """
    away = _out_of_reach(pack)
    newest: dict[str, datetime | None] = {}
    for one in system.kept:
        known = newest.setdefault(one.thing, None)
        at = None if one.repository in away else one.proven_at
        newest[one.thing] = max((moment for moment in (known, at) if moment), default=None)
    found = [moment for moment in newest.values() if moment is not None]
    return min(found) if found and len(found) == len(newest) else None


def _out_of_reach(pack: InformationPack) -> set[str]:
    return {one.name for one in pack.repositories if one.reachable is False}


def age(pack: InformationPack, moment: datetime | None) -> timedelta | None:
    """Tell how old something is; what claims to be from later is not younger than now."""
    return None if moment is None else max(timedelta(), pack.at - moment)
