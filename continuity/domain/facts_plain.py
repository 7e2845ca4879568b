"""Facts as plain values for a cache in JSON: rows instead of objects, so that it loads fast."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypedDict, cast  # cast: trusted as far as each conversion goes

from continuity.domain.clock import text_from_time
from continuity.domain.conducted import conducted_from_plain, plain_from_conducted
from continuity.domain.facts import (
    BackupRun,
    Canary,
    CheckRun,
    Damage,
    DrillRun,
    Facts,
    Identity,
    JobFacts,
    OpenRun,
    Point,
    Sighting,
    Skip,
)
from continuity.domain.failure import FailureClass
from continuity.domain.location import PlainStorage, plain_from_storage, storage_from_plain
from continuity.domain.pack_facts import PackFacts, PlainPacks, packs_from_plain, plain_from_packs
from continuity.domain.text import Message
from continuity.domain.verdict import Verdict

FORMAT = 10
"""Another number means: read the record again from its beginning."""

_read = datetime.fromisoformat


def plain_from_facts(facts: Facts) -> dict[str, object]:
    """Reduce facts to what JSON can hold."""
    return {
        "format": FORMAT,
        "sequence": facts.sequence,
        "newest": _text(facts.newest),
        "jobs": {name: _plain_job(job) for name, job in facts.jobs.items()},
        "storage": [plain_from_storage(storage) for storage in facts.storage.values()],
        "conducted": [plain_from_conducted(one) for one in facts.conducted],
    }


def facts_from_plain(plain: Mapping[str, object]) -> Facts:
    """Read back what ``plain_from_facts`` wrote.

    Raises ValueError for anything else, so that a damaged cache is thrown away, never believed.
    """
    if plain.get("format") != FORMAT:
        raise ValueError("facts of another format")
    try:
        # The shapes are trusted only as far as each conversion below goes through.
        jobs = cast("Mapping[str, _PlainJob]", plain["jobs"])
        ended = plain["conducted"]
        seen = map(storage_from_plain, cast("list[PlainStorage]", plain["storage"]))
        return Facts(
            jobs={name: _job(name, job) for name, job in jobs.items()},
            storage={storage.repository: storage for storage in seen},
            conducted=tuple(map(conducted_from_plain, cast("list[list[object]]", ended))),
            sequence=int(cast("int", plain["sequence"])),
            newest=_moment(cast("str | None", plain["newest"])),
        )
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError("facts that cannot be read") from error


_Columns = Sequence[Sequence[object]]
_PlainMessage = tuple[str, dict[str, str | int]]


class _PlainJob(TypedDict):
    began: str | None
    backups_made: int
    identities: list[list[str]]
    points: _Columns
    backups: _Columns
    drills: _Columns
    checks: _Columns
    open: _Columns
    sightings: _Columns
    canaries: _Columns
    damages: _Columns
    skip: tuple[str, str] | None


def _plain_job(job: JobFacts) -> _PlainJob:
    distinct = dict.fromkeys(
        fact.identity
        for facts in (job.points, job.backups, job.drills, job.checks, job.damages)
        for fact in facts
    )
    numbers = {identity: number for number, identity in enumerate(distinct)}
    skip = job.skip
    return {
        "began": _text(job.began),
        "backups_made": job.backups_made,
        "identities": [list(identity) for identity in numbers],
        "points": _columns(job.points, numbers),
        "backups": _columns(job.backups, numbers),
        "drills": _columns(job.drills, numbers),
        "checks": _columns(job.checks, numbers),
        "open": _columns(job.open_runs, numbers),
        "sightings": _columns(job.sightings, numbers),
        "canaries": _columns(job.canaries, numbers),
        "damages": _columns(job.damages, numbers),
        "skip": None if skip is None else (text_from_time(skip.until), skip.reason),
    }


def _columns(
    facts: Sequence[tuple[object, ...]], numbers: Mapping[Identity, int]
) -> list[list[object]]:
    return [[_cell(value, numbers) for value in column] for column in zip(*facts, strict=True)]


def _cell(value: object, numbers: Mapping[Identity, int]) -> object:
    match value:
        case Identity():
            return numbers[value]
        case datetime():
            return text_from_time(value)
        case PackFacts():
            return plain_from_packs(value)
        case Message(template=template, values=values):
            return [template, dict(values)]
        case _:
            return value


def _job(name: str, plain: _PlainJob) -> JobFacts:
    known = [Identity(*parts) for parts in plain["identities"]]
    skip = plain["skip"]
    return JobFacts(
        job=name,
        began=_moment(plain["began"]),
        backups_made=int(plain["backups_made"]),
        points=_points(plain["points"], known),
        backups=_backups(plain["backups"], known),
        drills=_drills(plain["drills"], known),
        checks=_checks(plain["checks"], known),
        open_runs=_open_runs(plain["open"]),
        sightings=_sightings(plain["sightings"]),
        canaries=_canaries(plain["canaries"]),
        damages=_damages(plain["damages"], known),
        skip=None if skip is None else Skip(until=_read(skip[0]), reason=skip[1]),
    )


def _points(columns: _Columns, known: list[Identity]) -> tuple[Point, ...]:
    if not columns:
        return ()
    ids, data, usable, identity, files, size = cast(
        "tuple[list[str], list[str], list[str], list[int], list[int], list[int]]", columns[:6]
    )
    whole, quarantined, doubtful, removed, accepted = cast(
        "tuple[list[bool], list[bool], list[bool], list[str | None], list[bool]]", columns[6:]
    )
    times, identities = (map(_read, data), map(_read, usable)), map(known.__getitem__, identity)
    sizes, last = (files, size), (whole, quarantined, doubtful, map(_moment, removed), accepted)
    return tuple(map(Point, ids, *times, identities, *sizes, *last))


def _backups(columns: _Columns, known: list[Identity]) -> tuple[BackupRun, ...]:
    if not columns:
        return ()
    points, identity, milliseconds, changed, added = cast(
        "tuple[list[str], list[int], list[int], list[int | None], list[int]]", columns[_OUTCOME:]
    )
    identities = map(known.__getitem__, identity)
    last = (points, identities, milliseconds, changed, added)
    return tuple(map(BackupRun, *_outcomes(columns), *last))


def _drills(columns: _Columns, known: list[Identity]) -> tuple[DrillRun, ...]:
    if not columns:
        return ()
    level, full, point, data, identity, *rest = columns[_OUTCOME:]
    milliseconds, measured, files, size, adopted = cast(
        "tuple[list[int], list[bool], list[int], list[int], list[bool]]", rest[:5]
    )
    moving, proven, provable = cast("tuple[list[int], list[int], list[int]]", rest[5:])
    return tuple(
        map(
            DrillRun,
            *_outcomes(columns),
            cast("list[str]", level),
            cast("list[bool]", full),
            cast("list[str]", point),
            map(_moment, cast("list[str | None]", data)),
            map(known.__getitem__, cast("list[int]", identity)),
            milliseconds,
            measured,
            files,
            size,
            adopted,
            moving,
            proven,
            provable,
        )
    )


def _checks(columns: _Columns, known: list[Identity]) -> tuple[CheckRun, ...]:
    if not columns:
        return ()
    k, n, identity, packs = cast(
        "tuple[list[int], list[int], list[int], list[PlainPacks | None]]", columns[_OUTCOME:]
    )
    last = (k, n, map(known.__getitem__, identity), map(packs_from_plain, packs))
    return tuple(map(CheckRun, *_outcomes(columns), *last))


def _damages(columns: _Columns, known: list[Identity]) -> tuple[Damage, ...]:
    if not columns:
        return ()
    identities = map(known.__getitem__, cast("list[int]", columns[_OUTCOME]))
    return tuple(map(Damage, *_outcomes(columns), identities))


_OUTCOME = 5


def _outcomes(
    columns: _Columns,
) -> tuple[
    list[str],
    Iterator[datetime],
    Iterator[Verdict],
    Iterator[FailureClass | None],
    Iterator[Message | None],
]:
    """Read the columns that every finished run starts with."""
    run_id, at, verdict, failure, reason = cast(
        "tuple[list[str], list[str], list[str], list[str | None], list[_PlainMessage | None]]",
        columns[:_OUTCOME],
    )
    return (
        run_id,
        map(_read, at),
        map(_VERDICT.__getitem__, verdict),
        map(_FAILURE.__getitem__, failure),
        map(_message, reason),
    )


_VERDICT: Mapping[str, Verdict] = {verdict.value: verdict for verdict in Verdict}
_FAILURE: Mapping[str | None, FailureClass | None] = {
    None: None,
    **{failure.value: failure for failure in FailureClass},
}


def _open_runs(columns: _Columns) -> tuple[OpenRun, ...]:
    if not columns:
        return ()
    run_id, kind, at = cast("tuple[list[str], list[str], list[str]]", columns)
    return tuple(map(OpenRun, run_id, kind, map(_read, at)))


def _sightings(columns: _Columns) -> tuple[Sighting, ...]:
    if not columns:
        return ()
    repository, identity, at, points = cast(
        "tuple[list[str], list[str], list[str], list[list[str]]]", columns
    )
    return tuple(map(Sighting, repository, identity, map(_read, at), map(tuple, points)))


def _canaries(columns: _Columns) -> tuple[Canary, ...]:
    if not columns:
        return ()
    kind, name, digest, at = cast("tuple[list[str], list[str], list[str], list[str]]", columns)
    return tuple(map(Canary, kind, name, digest, map(_read, at)))


def _message(plain: _PlainMessage | None) -> Message | None:
    return None if plain is None else Message(template=plain[0], values=plain[1])


def _moment(text: str | None) -> datetime | None:
    return None if text is None else _read(text)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else text_from_time(moment)
