"""Whether the copies for the worst day are where they should be, and of today's edition. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.clock import text_from_time
from continuity.domain.evidence import Record, RecordKind
from continuity.domain.failure import FailureClass
from continuity.domain.fault import CheckKind, Fault, FaultKind
from continuity.domain.observation import Observation
from continuity.domain.plain import mapping_in, text_in
from continuity.domain.shown import shown_duration
from continuity.domain.text import N_, Message, message_from_plain, say
from continuity.domain.verdict import Verdict

OFFLINE_KINDS = (RecordKind.BUNDLE_PUBLISHED, RecordKind.BUNDLE_FAILED)

TIME_TO_PUBLISH = timedelta(hours=26)
"""An edit is published by the next night at the latest; until then nobody is called for it."""

DAILY = timedelta(days=1)
AFTER_AN_EDIT = timedelta(minutes=10)
"""Who edits saves more than once, and few copies are kept."""

AFTER_A_FAILURE = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelved:
    """What a place last got, and what kept it from getting more since; None for neither."""

    at: datetime | None = None
    name: str = ""
    digest: str = ""
    edition: str = ""
    runbooks: Mapping[str, str] | None = None
    failed_at: datetime | None = None
    reason: Message | None = None


def shelved_from_records(records: Iterable[Record]) -> dict[str, Shelved]:
    """Fold records, oldest first, into what each place has."""
    places: dict[str, Shelved] = {}
    for record in records:
        place = text_in(record.body, "place")
        known = places.get(place, Shelved())
        if record.kind is RecordKind.BUNDLE_PUBLISHED:
            hashes = mapping_in(record.body, "runbooks")
            places[place] = Shelved(
                at=record.recorded_at,
                name=text_in(record.body, "bundle"),
                digest=text_in(record.body, "digest"),
                edition=text_in(record.body, "edition"),
                runbooks={name: str(one) for name, one in hashes.items()},
            )
        elif record.kind is RecordKind.BUNDLE_FAILED:
            places[place] = Shelved(
                at=known.at,
                name=known.name,
                digest=known.digest,
                edition=known.edition,
                runbooks=known.runbooks,
                failed_at=record.recorded_at,
                reason=_reason(record.body),
            )
    return places


def _reason(body: Mapping[str, object]) -> Message | None:
    plain = mapping_in(body, "reason")
    try:
        return message_from_plain(plain) if plain else None
    except (KeyError, TypeError):
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is expected of every place: how young a copy is, and of which edition."""

    stale_after: timedelta
    edition: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The verdict on one place; ``age`` is None where nothing ever arrived."""

    verdict: Verdict
    age: timedelta | None
    reason: Message | None = None


def judge_place(shelved: Shelved | None, wanted: Wanted, now: datetime) -> Standing:
    """Judge one place as it is now; what failed last is told with the age of what is there."""
    if shelved is None or shelved.at is None:
        why = None if shelved is None else shelved.reason
        return Standing(
            verdict=Verdict.INCONCLUSIVE, age=None, reason=why or say(N_("It never got a copy."))
        )
    age = max(timedelta(), now - shelved.at)
    if shelved.edition != wanted.edition:
        reason: Message | None = say(N_("Something that people wrote was changed since."))
    elif age > wanted.stale_after:
        reason = say(N_("It is {age} old."), age=shown_duration(age))
    else:
        reason = None
    failed = shelved.failed_at is not None and shelved.failed_at >= shelved.at
    if failed:
        reason = shelved.reason or reason or say(N_("The last publication did not arrive."))
    return Standing(
        verdict=Verdict.PASS if reason is None else Verdict.OVERDUE, age=age, reason=reason
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Rhythm:
    """How often a place gets a new copy, and how long after the last one an edit brings another."""

    every: timedelta = DAILY
    after_an_edit: timedelta = AFTER_AN_EDIT


def rhythm_of_mail(stale_after: timedelta) -> Rhythm:
    """Give that of a mailbox: seldom enough to be read, and in time before the last one is old."""
    return Rhythm(every=max(DAILY, stale_after * 6 / 7), after_an_edit=DAILY)


def places_due(
    places: Mapping[str, Rhythm], shelved: Mapping[str, Shelved], edition: str, now: datetime
) -> tuple[str, ...]:
    """Name the places that get a new copy now."""
    return tuple(
        name
        for name, rhythm in places.items()
        if _is_due(shelved.get(name, Shelved()), rhythm, edition, now)
    )


def _is_due(have: Shelved, rhythm: Rhythm, edition: str, now: datetime) -> bool:
    if have.failed_at is not None and now - have.failed_at < AFTER_A_FAILURE:
        return False
    if have.at is None:
        return True
    age = now - have.at
    is_edited = have.edition != edition and age >= rhythm.after_an_edit
    return age >= rhythm.every or is_edited


def offline_signals(
    organisation: str,
    places: Iterable[str],
    shelved: Mapping[str, Shelved],
    wanted: Wanted,
    now: datetime,
) -> Iterator[Observation]:
    """Answer for each configured place whether somebody has to look after it."""
    for place in places:
        have = shelved.get(place)
        standing = judge_place(have, wanted, now)
        at = None if have is None else have.at
        key = "never" if at is None else text_from_time(at)
        target = f"offline:{place}"
        good = Observation(check=CheckKind.OFFLINE, target=target, at=now, key=f"good:{key}")
        if standing.verdict is Verdict.PASS:
            yield good
        elif standing.age is None or standing.age > TIME_TO_PUBLISH:
            fault = Fault(
                organisation=organisation,
                system="",
                check=CheckKind.OFFLINE,
                kind=FaultKind.OFFLINE_OLD,
                target=target,
                failure=FailureClass.OVERDUE,
            )
            yield Observation(
                check=CheckKind.OFFLINE,
                target=target,
                at=now,
                key=f"old:{key}",
                fault=fault,
                reason=standing.reason,
            )
