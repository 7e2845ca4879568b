"""What is wrong with the storage of repositories, by the latest look at each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.facts import Facts, JobFacts
from continuity.domain.failure import FailureClass
from continuity.domain.location import PROTECTIONS, Fact, FactName, StorageFacts
from continuity.domain.reason import Reason
from continuity.domain.shown import shown_duration, shown_moment
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict

VALIDITY = timedelta(days=14)
"""How long what was seen of storage counts; after that nobody knows."""

APART = frozenset({"removable", "tape"})
"""Media that are meant to be away most of the time, which is no fault and a protection."""

_CLOCK_TOLERANCE = timedelta(seconds=60)
_MIB = 1 << 20
# Of these, not to know is not to be safe; the others are remarks.
_NEEDED = (
    FactName.REACHABLE,
    FactName.FREE_BYTES,
    FactName.IMMUTABLE,
    FactName.APPEND_ONLY,
    FactName.EXPIRES_AFTER,
    FactName.PUBLIC,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Keeping:
    """What is asked of the storage of one repository.

    ``need`` is what the next backups are likely to add to it, None when nobody can say;
    ``used_at`` is when a backup into it last passed.
    """

    repository: str
    medium: str = "disk"
    need: int | None = None
    used_at: datetime | None = None


def keeping_from(repository: str, medium: str, jobs: Iterable[str], facts: Facts) -> Keeping:
    """Work out what the backups of these jobs ask of a repository."""
    known = [facts.of(job) for job in jobs]
    needs = [need for one in known if (need := _need(one, repository)) is not None]
    passed = [
        run.at
        for one in known
        for run in one.backups
        if run.verdict is Verdict.PASS and run.identity.repository == repository
    ]
    return Keeping(
        repository=repository,
        medium=medium,
        need=sum(needs) if needs else None,
        used_at=max(passed, default=None),
    )


def _need(facts: JobFacts, repository: str) -> int | None:
    """Give the most that a recent backup added; the first one adds everything and never again."""
    first = 1 if facts.backups_made == len(facts.backups) else 0
    added = (run.added for run in facts.backups[first:] if run.identity.repository == repository)
    return max(added, default=None)


def is_current(at: datetime, now: datetime) -> bool:
    """Tell whether what was seen at a time still counts; what comes from the future does not."""
    return -_CLOCK_TOLERANCE <= now - at < VALIDITY


def protection(storage: StorageFacts) -> Fact | None:
    """Give what is known of deletions: the latest attempt, and of one look the refused one."""
    tried = [one for one in storage.facts if one.name in PROTECTIONS and one.value is not None]
    return max(tried, key=lambda fact: (fact.at, fact.value is True), default=None)


def refuses_deletion(storage: StorageFacts | None, now: datetime) -> bool:
    """Tell whether storage was seen lately to refuse the deletion of something."""
    fact = None if storage is None else protection(storage)
    return fact is not None and fact.value is True and is_current(fact.at, now)


def storage_faults(storage: StorageFacts, keeping: Keeping, zone: str) -> Iterator[Reason]:
    """Tell what is wrong; only another look makes it right, never time alone."""
    yield from _not_reached(storage, keeping)
    yield from _unprotected(storage, zone)
    yield from _expiring(storage)
    yield from _public(storage)
    yield from _full(storage, keeping)


def _not_reached(storage: StorageFacts, keeping: Keeping) -> Iterator[Reason]:
    fact = storage.of(FactName.REACHABLE)
    if fact is None or fact.value is not False or keeping.medium in APART:
        return
    if keeping.used_at is None or keeping.used_at <= fact.at:
        message = say(N_("The storage of {repository} was not reached."), repository=_name(storage))
        yield Reason(Verdict.INCONCLUSIVE, fact.failure, fact.note or message)


def has_lost_protection(storage: StorageFacts) -> bool:
    """Tell whether deletions were refused once, and the latest attempt succeeded."""
    fact = protection(storage)
    return fact is not None and fact.value is False and storage.protected_at is not None


def _unprotected(storage: StorageFacts, zone: str) -> Iterator[Reason]:
    fact = protection(storage)
    if fact is None or storage.protected_at is None or not has_lost_protection(storage):
        return
    message = say(
        N_(
            "The storage of {repository} refused deletions on {before}, and no longer does since "
            "{now}: copies in it can be deleted."
        ),
        repository=_name(storage),
        before=shown_moment(storage.protected_at, zone),
        now=shown_moment(fact.at, zone),
    )
    yield _exposed(message)


def _expiring(storage: StorageFacts) -> Iterator[Reason]:
    days = storage.value(FactName.EXPIRES_AFTER)
    if days is None or days is False:
        return
    message = say(
        N_(
            "The storage of {repository} deletes by itself what is older than {days} days. What "
            "never changes is stored once and needed for ever, so restore points break."
        ),
        repository=_name(storage),
        days=int(days),
    )
    yield _exposed(message)


def _public(storage: StorageFacts) -> Iterator[Reason]:
    if storage.value(FactName.PUBLIC) is True:
        sentence = N_("Anybody can look into the storage of {repository} without credentials.")
        yield _exposed(say(sentence, repository=_name(storage)))


def _full(storage: StorageFacts, keeping: Keeping) -> Iterator[Reason]:
    free, need = storage.value(FactName.FREE_BYTES), keeping.need
    if not isinstance(free, int) or need is None or free >= need:
        return
    message = say(
        N_("{free} MiB are free in the storage of {repository}; recent backups added {need} MiB."),
        free=free // _MIB,
        need=-(-need // _MIB),
        repository=_name(storage),
    )
    yield Reason(Verdict.INCONCLUSIVE, FailureClass.NO_SPACE, message)


def storage_doubts(
    storage: StorageFacts | None, keeping: Keeping, now: datetime, seen: Iterable[Fact] = ()
) -> Iterator[Reason]:
    """Tell what is not known of storage, or no longer; ``seen`` is what a look just told.

    What could not be seen just now is unknown, even where an earlier look saw it.
    """
    if storage is None:
        message = say(
            N_("Nobody has looked at the storage of {repository} yet."),
            repository=keeping.repository,
        )
        yield _unknown(message)
        return
    if not is_current(storage.at, now):
        message = say(
            N_("The storage of {repository} was last looked at {age} ago, too long to count."),
            repository=_name(storage),
            age=shown_duration(now - storage.at),
        )
        yield _unknown(message)
        return
    latest = {fact.name: fact for fact in (*storage.facts, *seen)}
    for name in _NEEDED:
        fact = latest.get(name)
        if fact is not None and (fact.value is None or not is_current(fact.at, now)):
            unseen = fact.note if fact.value is None else None
            yield _unknown(unseen or _stale(fact, now), fact.failure)


def _stale(fact: Fact, now: datetime) -> Message:
    return say(
        N_("{name} was last seen {age} ago, too long to count."),
        name=fact.name.value,
        age=shown_duration(now - fact.at),
    )


def _exposed(message: Message) -> Reason:
    return Reason(Verdict.FAIL, FailureClass.STORAGE_UNPROTECTED, message)


def _unknown(message: Message, failure: FailureClass | None = None) -> Reason:
    return Reason(Verdict.INCONCLUSIVE, failure or FailureClass.NO_PROOF, message)


def _name(storage: StorageFacts) -> str:
    return storage.repository


def remedy_for(reason: Reason, repository: str, storage: StorageFacts | None) -> Message:
    """Say what to do next about what is wrong with storage."""
    if storage is not None and reason.failure is FailureClass.STORAGE_UNPROTECTED:
        changed = N_(
            "See who changed the rules of the storage of {repository}, correct them, and look "
            "again."
        )
        if has_lost_protection(storage):
            changed = N_(
                "See who changed the lock or the rights of the storage, put them back, and look "
                "again. If it is meant: continuity locations --accept {repository}"
            )
        return say(changed, repository=repository)
    known = {
        FailureClass.TOOL_MISSING: N_(
            "Directories and addresses of sftp:, s3: and rest: can be looked at; for buckets, "
            "install continuity[s3]. Of {repository} only restore tests count until then."
        ),
        FailureClass.NO_SPACE: N_(
            "Make room there, or let the jobs keep fewer restore points; then look again."
        ),
        FailureClass.AUTHENTICATION: N_(
            "Compare the credentials of {repository} in config/repositories.yaml, and see whether "
            "they have expired."
        ),
        FailureClass.UNREACHABLE: N_(
            "See whether the storage of {repository} is running, mounted, and named right in "
            "config/repositories.yaml."
        ),
        FailureClass.CONFIGURATION: N_("Run: continuity check"),
        FailureClass.NO_PROOF: N_(
            "Look at {repository} again: continuity locations. What the credentials may not see, "
            "such as rules that delete, stays unknown until they are given the right to read it."
        ),
    }
    fallback = N_("Run `continuity doctor`, and look at the storage of {repository} again.")
    failure = reason.failure or FailureClass.TOOL_ERROR
    return say(known.get(failure, fallback), repository=repository)
