"""Each place in which a copy stands: what it was proven to hold, and what was seen of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from continuity.domain.job_judgement import JobAssessment
from continuity.domain.location import FactName, StorageFacts
from continuity.domain.storage_judgement import APART, is_current

WRITTEN = "config/repositories.yaml"
RECORD = "restore test"

_OBJECT = "object"
_NETWORK = "nas"
_NETWORKED = frozenset({"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "9p", "afs"})
_MOUNTED = frozenset({"local", "sftp"})


class Known(NamedTuple):
    """What an answer rests on; ``at`` is None for what people wrote, which has no age."""

    what: str
    value: str
    at: datetime | None
    source: str


class Kept(NamedTuple):
    """One copy of a thing. What is None was not seen, or contradicts what was.

    ``place`` names what is lost at once; ``seen`` says that it was lately there to be seen;
    ``local`` that it stands on a file system of the machine that looked.
    """

    copy: JobAssessment
    storage: StorageFacts | None
    place: str
    seen: bool
    local: bool

    @property
    def repository(self) -> str:
        """The repository that holds it."""
        return self.copy.plan.repository

    @property
    def proven(self) -> bool:
        """Whether a point in it was restored and compared, and that still counts."""
        return bool(self.copy.proof.proven_points)

    @property
    def claimed(self) -> bool:
        """Whether anything is said to be in it."""
        return self.copy.rpo.now is not None

    @property
    def medium(self) -> str | None:
        """What it stands on, as seen; what people wrote counts where that was not contradicted."""
        written = self.copy.plan.medium
        if not self.seen or self.storage is None:
            return None
        if self.storage.kind == "s3":
            return _OBJECT
        if self.storage.kind != "local":
            return written
        if not self.local:
            return _NETWORK
        return None if written in {_OBJECT, _NETWORK} else written

    @property
    def site(self) -> str | None:
        """Where it stands; what is seen on this machine stands nowhere else, whatever is said."""
        elsewhere = self.local and self.copy.plan.keeper is None
        return None if elsewhere or not self.seen else self.copy.plan.site

    def proof(self) -> Known:
        """Give what its own restore tests showed."""
        proof = self.copy.proof
        return Known(self.repository, proof.level or "-", proof.at, RECORD)

    def fact(self, name: FactName) -> Known | None:
        """Give something that was seen of its storage."""
        fact = None if self.storage is None else self.storage.of(name)
        if fact is None or fact.value is None:
            return None
        return Known(self.repository, f"{name.value} {fact.value}", fact.at, fact.source)

    def written(self, value: str | None) -> Known:
        """Give something that people wrote of it."""
        return Known(self.repository, value or "-", None, WRITTEN)


def kept_from(
    same: Iterable[JobAssessment], storage: Mapping[str, StorageFacts], now: datetime
) -> tuple[Kept, ...]:
    """List where one thing is kept; several generations in one repository are one copy."""
    found: dict[str, Kept] = {}
    for job in same:
        for copy in (job, *job.copies):
            kept = _kept(copy, storage.get(copy.plan.repository), now)
            known = found.get(kept.repository)
            if known is None or (kept.proven and not known.proven):
                found[kept.repository] = kept
    return tuple(found.values())


def _kept(copy: JobAssessment, storage: StorageFacts | None, now: datetime) -> Kept:
    mount = None if storage is None else storage.value(FactName.MOUNT)
    on_disk = storage is not None and storage.kind in _MOUNTED and isinstance(mount, str)
    repository = copy.plan.repository
    return Kept(
        copy=copy,
        storage=storage,
        # Two folders of one file system burn together, whatever they are called.
        place=f"{_machine(copy, storage)} {mount}" if on_disk else repository,
        seen=storage is not None and _was_seen(copy, storage, now),
        local=on_disk and storage is not None and _stands_here(storage),
    )


def _was_seen(copy: JobAssessment, storage: StorageFacts, now: datetime) -> bool:
    """Tell whether it was lately there to be seen, or away as it should be."""
    fact = storage.of(FactName.REACHABLE)
    if fact is None or not is_current(fact.at, now):
        return False
    return fact.value is True or (fact.value is False and copy.plan.medium in APART)


def _machine(copy: JobAssessment, storage: StorageFacts | None) -> str:
    here = storage is not None and storage.kind == "local"
    return "local" if here else copy.plan.keeper or copy.plan.repository


def _stands_here(storage: StorageFacts) -> bool:
    kind = str(storage.value(FactName.FILE_SYSTEM)).lower()
    return storage.kind == "local" and not is_networked(kind)


def is_networked(file_system: str) -> bool:
    """Tell whether a file system of this type is kept by another machine."""
    return file_system in _NETWORKED or file_system.startswith("fuse.")
