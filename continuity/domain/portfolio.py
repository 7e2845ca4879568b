"""What is judged: systems, their jobs and the targets, as plain values that load fast."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from continuity.domain.facts import Facts
from continuity.domain.schedule import Timetable

CRITICALITIES = ("vital", "high", "normal", "low")
"""From the first to come back to the last, as people write them."""

DEFAULT_PROOF_VALIDITY = timedelta(days=35)
"""How long a restore test counts where nobody set ``prove``: monthly, and some grace."""

DEFAULT_TIME_VALIDITY = timedelta(days=100)
"""How long a measured recovery time counts: quarterly, and some grace."""

DEFAULT_GRACE = timedelta(hours=2)

ITSELF = "5270f7e71c3bcbf8ff4a5de3cae1473273a339dbb7798e4af48def97616f5738"
"""The path set of a job that protects Continuity itself: there is but one thing to protect."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Storage:
    """Where copies are kept.

    ``place`` names what two restores share when both read from there; the repository itself where
    nothing else is known. ``keeper`` is the host on which it stands, None for none of ours.
    """

    repository: str
    engine: str
    site: str | None = None
    medium: str = "disk"
    place: str = ""
    keeper: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class JobPlan:
    """What judgement needs of a job; what ``Storage`` has too is its repository's.

    ``path_set`` is the digest of what is protected; two jobs with the same one are two copies of
    one thing. Empty means unknown, which never voids a proof. ``copies`` are the repositories into
    which somebody else copies this one; ``host`` is where the protected thing lives, and ``home``
    the site of that host. ``read_within`` is by when every stored byte is to be read back.
    """

    name: str
    title: str
    system: str
    repository: str
    engine: str
    site: str | None = None
    medium: str = "disk"
    place: str = ""
    keeper: str | None = None
    host: str = "local"
    home: str | None = None
    copies: tuple[Storage, ...] = ()
    path_set: str = ""
    backup: Timetable | None = None
    drill: Timetable | None = None
    full_drill: Timetable | None = None
    read_within: timedelta | None = None
    grace: timedelta = DEFAULT_GRACE
    skip_until: datetime | None = None
    skip_reason: str = ""

    def kept_in(self, copy: Storage) -> JobPlan:
        """Describe the same thing as if this copy were its repository."""
        return replace(
            self,
            repository=copy.repository,
            engine=copy.engine,
            site=copy.site,
            medium=copy.medium,
            place=copy.place,
            keeper=copy.keeper,
            copies=(),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemPlan:
    """What judgement needs of a business service; a target that is None was never set.

    ``runbook`` is the SHA-256 of the runbook that brings it back, empty where none can be used.
    """

    name: str
    title: str
    criticality: str = "normal"
    depends_on: tuple[str, ...] = ()
    rpo: timedelta | None = None
    rto: timedelta | None = None
    prove: timedelta | None = None
    proof_level: str = "L3"
    time_validity: timedelta = DEFAULT_TIME_VALIDITY
    runbook: str = ""

    @property
    def proof_validity(self) -> timedelta:
        """How long a passed restore test counts."""
        return DEFAULT_PROOF_VALIDITY if self.prove is None else self.prove


@dataclass(frozen=True, kw_only=True, slots=True)
class Portfolio:
    """Everything that is judged together; ``zone`` is in which times are shown."""

    systems: tuple[SystemPlan, ...]
    jobs: tuple[JobPlan, ...]
    facts: Facts
    zone: str = "UTC"
