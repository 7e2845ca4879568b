"""What the record of evidence says about each job, kept small enough to judge from.

Facts are named tuples, not dataclasses: ``status`` reads tens of thousands of them at each start,
and a frozen dataclass takes several times as long to make. Make them with keywords.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from continuity.domain.conducted import Conducted
from continuity.domain.failure import FailureClass
from continuity.domain.location import StorageFacts
from continuity.domain.pack_facts import PackFacts
from continuity.domain.text import Message
from continuity.domain.verdict import Verdict


class Identity(NamedTuple):
    """What a proof holds for: change one of these, and it proves nothing about the next backup."""

    repository: str = ""
    repository_id: str = ""
    engine: str = ""
    version: str = ""
    path_set: str = ""


class Point(NamedTuple):
    """A restore point and its life.

    ``whole`` says that its backup passed, or that a person accepted it: only such points count
    towards a target. ``doubtful`` says that its times contradict the record's clock, ``accepted``
    that a person took it out of quarantine.
    """

    id: str
    data_time: datetime
    usable_time: datetime
    identity: Identity
    files: int
    bytes: int
    whole: bool
    quarantined: bool = False
    doubtful: bool = False
    removed_at: datetime | None = None
    accepted: bool = False


class BackupRun(NamedTuple):
    """A finished backup; ``point`` is empty when it left none, ``added`` is new bytes stored."""

    run_id: str
    at: datetime
    verdict: Verdict
    failure: FailureClass | None
    reason: Message | None
    point: str
    identity: Identity
    milliseconds: int
    changed_percent: int | None
    added: int = 0


class DrillRun(NamedTuple):
    """A finished restore test; sizes are of what was restored, ``milliseconds`` of all phases.

    ``measured`` says that it timed the recovery of everything. ``moving`` is the part of the time,
    also in milliseconds, in which bytes came from the repository; 0 when nobody timed it. With it
    ``proven`` of ``provable`` files of its point were, by it or by those before.
    """

    run_id: str
    at: datetime
    verdict: Verdict
    failure: FailureClass | None
    reason: Message | None
    level: str
    full: bool
    point: str
    data_time: datetime | None
    identity: Identity
    milliseconds: int
    measured: bool
    files: int
    bytes: int
    adopted: bool
    moving: int = 0
    proven: int = 0
    provable: int = 0


class CheckRun(NamedTuple):
    """A finished check of a repository; slice ``k`` of ``n`` was read back, 0 of 0 means none.

    ``packs`` is known where whole packs were read instead of a slice.
    """

    run_id: str
    at: datetime
    verdict: Verdict
    failure: FailureClass | None
    reason: Message | None
    k: int
    n: int
    identity: Identity
    packs: PackFacts | None = None


class Damage(NamedTuple):
    """Damage that was met outside of restore tests and checks: by a restore in earnest, a backup.

    ``run_id`` is the run that met it, whatever it was for.
    """

    run_id: str
    at: datetime
    verdict: Verdict
    failure: FailureClass | None
    reason: Message | None
    identity: Identity


class OpenRun(NamedTuple):
    """A run that started and of which no end is recorded."""

    run_id: str
    kind: str
    at: datetime


class Sighting(NamedTuple):
    """What a look into a copy of a repository found: the job's points that had arrived there."""

    repository: str
    repository_id: str
    at: datetime
    points: tuple[str, ...]


SOWN = "sown-"
"""What the kind of a canary begins with, until it is known that it was planted."""


class Canary(NamedTuple):
    """Something planted that nobody ever changes.

    Of the kind ``file``, ``name`` is its path and ``digest`` its SHA-256 in hex; of the kind
    ``row``, ``name`` is the query that reads it and ``digest`` what it says.
    """

    kind: str
    name: str
    digest: str
    at: datetime


class Skip(NamedTuple):
    """A person's recorded decision not to test until a time."""

    until: datetime
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class JobFacts:
    """All that is known of one job since it ``began``, each kind in the order of time.

    Only the last backups are kept; ``backups_made`` counts all that ended, for what rotates.
    ``sightings`` has the latest look into each copy of the repository.
    """

    job: str
    began: datetime | None = None
    points: tuple[Point, ...] = ()
    backups: tuple[BackupRun, ...] = ()
    drills: tuple[DrillRun, ...] = ()
    checks: tuple[CheckRun, ...] = ()
    open_runs: tuple[OpenRun, ...] = ()
    skip: Skip | None = None
    backups_made: int = 0
    sightings: tuple[Sighting, ...] = ()
    canaries: tuple[Canary, ...] = ()
    damages: tuple[Damage, ...] = ()


def without_copies(facts: JobFacts, copies: Collection[str]) -> JobFacts:
    """Leave out what was found in copies, which shows nothing of the repository itself."""
    if not copies:
        return facts
    drills = (drill for drill in facts.drills if drill.identity.repository not in copies)
    damages = (found for found in facts.damages if found.identity.repository not in copies)
    return replace(facts, drills=tuple(drills), damages=tuple(damages))


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What was read of the record up to ``sequence``; ``newest`` is its latest time.

    ``storage`` is what was seen of the storage of each repository, ``conducted`` are the runs of
    runbooks that ended, the oldest first.
    """

    jobs: Mapping[str, JobFacts] = field(default_factory=dict)
    storage: Mapping[str, StorageFacts] = field(default_factory=dict)
    conducted: tuple[Conducted, ...] = ()
    sequence: int = 0
    newest: datetime | None = None

    def of(self, job: str) -> JobFacts:
        """Give what is known of a job; of an unknown one nothing is."""
        return self.jobs.get(job) or JobFacts(job=job)
