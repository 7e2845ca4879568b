"""What was seen of the storage of a repository, by looking and never by believing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypedDict

from continuity.domain.clock import text_from_time, time_from_text
from continuity.domain.failure import FailureClass
from continuity.domain.plain import list_in, mapping_in, moment_in, text_in
from continuity.domain.text import Message, message_from_plain, plain_from_message


class FactName(StrEnum):
    """What is asked of storage: a closed list, in the order in which it is shown."""

    REACHABLE = "reachable"
    FREE_BYTES = "free-bytes"
    TOTAL_BYTES = "total-bytes"
    FREE_FILES = "free-files"
    FILE_SYSTEM = "file-system"
    MOUNT = "mount"
    VERSIONING = "versioning"
    OBJECT_LOCK = "object-lock"
    RETENTION_DAYS = "retention-days"
    IMMUTABLE = "immutable"
    APPEND_ONLY = "append-only"
    EXPIRES_AFTER = "expires-after"
    PUBLIC = "public"
    NEWEST = "newest"
    OBJECTS = "objects"
    SIZE_BYTES = "size-bytes"


Value = bool | int | str


class Fact(NamedTuple):
    """One thing that was seen, when, and by what; the value is None when it could not be known.

    ``source`` names the question that was asked, the same in every language. ``note`` tells what
    must be known with the value, or why there is none; ``failure`` why storage was not reached.
    Times are RFC 3339 text. ``expires-after`` counts days; False means that nothing expires.
    """

    name: FactName
    value: Value | None
    at: datetime
    source: str
    note: Message | None = None
    failure: FailureClass | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """One look at the storage of a repository; ``kind`` is the sort of storage."""

    repository: str
    kind: str
    at: datetime
    facts: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class StorageFacts:
    """All that is known of the storage of a repository, the latest of each.

    ``at`` is the latest look. ``protected_at`` is the last time that a deletion was refused.
    """

    repository: str
    kind: str
    at: datetime
    facts: tuple[Fact, ...] = ()
    protected_at: datetime | None = None

    def of(self, name: FactName) -> Fact | None:
        """Give the latest fact of this name."""
        return next((fact for fact in self.facts if fact.name is name), None)

    def value(self, name: FactName) -> Value | None:
        """Give what is known of this name; None when nothing is."""
        fact = self.of(name)
        return None if fact is None else fact.value


PROTECTIONS = (FactName.IMMUTABLE, FactName.APPEND_ONLY)
"""Either one is enough: what is kept cannot be deleted with the credentials of a backup."""


def learn_observation(known: StorageFacts | None, seen: Observation) -> StorageFacts:
    """Take a look into account; what could not be known does not undo what was known before."""
    if known is not None and known.at > seen.at:
        return known
    facts = (
        {} if known is None or known.kind != seen.kind else {one.name: one for one in known.facts}
    )
    for fact in seen.facts:
        before = facts.get(fact.name)
        if fact.value is not None or before is None or before.value is None:
            facts[fact.name] = fact
    protected = [one.at for one in seen.facts if one.name in PROTECTIONS and one.value is True]
    return StorageFacts(
        repository=seen.repository,
        kind=seen.kind,
        at=seen.at,
        facts=tuple(facts[name] for name in FactName if name in facts),
        protected_at=max(protected, default=None if known is None else known.protected_at),
    )


def plain_from_observation(seen: Observation) -> dict[str, object]:
    """Reduce a look to the body of its record."""
    return {
        "repository": seen.repository,
        "kind": seen.kind,
        "observed_at": text_from_time(seen.at),
        "facts": [plain_from_fact(fact) for fact in seen.facts],
    }


def plain_from_fact(fact: Fact) -> dict[str, object]:
    """Reduce a fact to plain values; what is unknown has no value."""
    plain: dict[str, object] = {
        "name": fact.name.value,
        "observed_at": text_from_time(fact.at),
        "source": fact.source,
    }
    if fact.value is not None:
        plain["value"] = fact.value
    if fact.note is not None:
        plain["note"] = plain_from_message(fact.note)
    if fact.failure is not None:
        plain["failure"] = fact.failure.value
    return plain


def observation_from_plain(body: Mapping[str, object]) -> Observation | None:
    """Read the body of a record; None when it says nothing that can be understood."""
    at, repository = moment_in(body, "observed_at"), text_in(body, "repository")
    if at is None or not repository:
        return None
    return Observation(
        repository=repository,
        kind=text_in(body, "kind"),
        at=at,
        facts=facts_from_plain(list_in(body, "facts")),
    )


def facts_from_plain(plain: Sequence[object]) -> tuple[Fact, ...]:
    """Read facts; what another version of the program wrote and this one does not know is left."""
    found = (_fact({str(key): value for key, value in one.items()}) for one in _mappings(plain))
    return tuple(fact for fact in found if fact is not None)


def _mappings(plain: Sequence[object]) -> list[Mapping[object, object]]:
    return [one for one in plain if isinstance(one, Mapping)]


def _fact(plain: Mapping[str, object]) -> Fact | None:
    at = moment_in(plain, "observed_at")
    name, failure = text_in(plain, "name"), text_in(plain, "failure")
    value, note = plain.get("value"), mapping_in(plain, "note")
    if at is None or name not in _NAMES:
        return None
    return Fact(
        name=FactName(name),
        value=value if isinstance(value, bool | int | str) else None,
        at=at,
        source=text_in(plain, "source"),
        note=message_from_plain(note) if "template" in note and "values" in note else None,
        failure=FailureClass(failure) if failure in _FAILURES else None,
    )


_NAMES = frozenset(name.value for name in FactName)
_FAILURES = frozenset(failure.value for failure in FailureClass)


class PlainStorage(TypedDict):
    """What is known of storage, as a cache keeps it."""

    repository: str
    kind: str
    at: str
    facts: list[dict[str, object]]
    protected_at: str | None


def plain_from_storage(storage: StorageFacts) -> PlainStorage:
    """Reduce what is known of storage to plain values."""
    protected = storage.protected_at
    return {
        "repository": storage.repository,
        "kind": storage.kind,
        "at": text_from_time(storage.at),
        "facts": [plain_from_fact(fact) for fact in storage.facts],
        "protected_at": None if protected is None else text_from_time(protected),
    }


def storage_from_plain(plain: PlainStorage) -> StorageFacts:
    """Read back what ``plain_from_storage`` wrote. Raises ValueError, KeyError or TypeError."""
    protected = plain["protected_at"]
    return StorageFacts(
        repository=plain["repository"],
        kind=plain["kind"],
        at=time_from_text(plain["at"]),
        facts=facts_from_plain(plain["facts"]),
        protected_at=None if protected is None else time_from_text(protected),
    )
