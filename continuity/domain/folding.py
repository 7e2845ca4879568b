"""From records of evidence to facts, one record after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter

from continuity.domain.checks import latest_checks
from continuity.domain.conducted import with_conducted
from continuity.domain.drills import latest_drills
from continuity.domain.evidence import Record, RecordKind
from continuity.domain.facts import (
    BackupRun,
    CheckRun,
    DrillRun,
    Facts,
    Identity,
    JobFacts,
    OpenRun,
    Point,
    Skip,
)
from continuity.domain.failure import FailureClass
from continuity.domain.learning import damaged, met_damage, observed_copy, planted, retired, sown
from continuity.domain.location import StorageFacts, learn_observation, observation_from_plain
from continuity.domain.plain import (
    flag_in,
    list_in,
    mapping_in,
    moment_in,
    number_in,
    text_in,
)
from continuity.domain.reading import (
    compared_outcome_in,
    identity_in,
    milliseconds_in,
    outcome_in,
    packs_in,
    phase_in,
    reason_in,
)
from continuity.domain.verdict import Verdict

KEPT_BACKUPS = 12
KEPT_DRILLS = 120
KEPT_CHECKS = 400
KEPT_OPEN = 40
KEPT_REMOVED = timedelta(days=45)
"""Removed points are kept for the window over which past exposure is shown, and some more."""

CLOCK_TOLERANCE = timedelta(seconds=60)
"""How far two honest clocks may differ."""


def fold(facts: Facts, record: Record) -> Facts:
    """Take one more record into account."""
    return fold_all(facts, (record,))


def fold_all(facts: Facts, records: Iterable[Record]) -> Facts:
    """Take records into account, in their order; those already known are passed over."""
    jobs, storage = dict(facts.jobs), dict(facts.storage)
    sequence, newest, conducted = facts.sequence, facts.newest, facts.conducted
    for record in records:
        if record.sequence <= sequence:
            continue
        sequence = record.sequence
        newest = record.recorded_at if newest is None else max(newest, record.recorded_at)
        learn = _LEARN.get(record.kind)
        if learn is not None and record.job is not None:
            known = jobs.get(record.job) or JobFacts(job=record.job, began=record.recorded_at)
            jobs[record.job] = learn(known, record)
        elif record.kind is RecordKind.LOCATION_OBSERVED:
            _observe(storage, record)
        elif record.kind is RecordKind.LOCATION_ACCEPTED:
            _accept_storage(storage, record)
        elif record.kind is RecordKind.RUNBOOK_MEASURED:
            conducted = with_conducted(conducted, record)
    return Facts(jobs=jobs, storage=storage, conducted=conducted, sequence=sequence, newest=newest)


def _observe(storage: dict[str, StorageFacts], record: Record) -> None:
    seen = observation_from_plain(record.body)
    # What claims to come from after its own record is no look at anything.
    if seen is not None and seen.at <= record.recorded_at + CLOCK_TOLERANCE:
        storage[seen.repository] = learn_observation(storage.get(seen.repository), seen)


def _accept_storage(storage: dict[str, StorageFacts], record: Record) -> None:
    known = storage.get(text_in(record.body, "repository"))
    if known is not None:
        storage[known.repository] = replace(known, protected_at=None)


def _started(facts: JobFacts, record: Record) -> JobFacts:
    kind = record.kind.value.removesuffix(".started")
    run = OpenRun(run_id=record.run_id or "", kind=kind, at=record.recorded_at)
    return replace(facts, open_runs=(*facts.open_runs, run)[-KEPT_OPEN:])


def _close(facts: JobFacts, run_id: str | None) -> JobFacts:
    left = tuple(run for run in facts.open_runs if run.run_id != run_id)
    return replace(facts, open_runs=left)


def _backed_up(facts: JobFacts, record: Record) -> JobFacts:
    body = record.body
    identity = identity_in(body)
    point = _point(record, identity)
    verdict, failure = outcome_in(body)
    if verdict is Verdict.PASS and point is None:
        verdict, failure = Verdict.INCONCLUSIVE, FailureClass.TOOL_ERROR
    changed = body.get("changed_percent")
    run = BackupRun(
        run_id=record.run_id or "",
        at=record.recorded_at,
        verdict=verdict,
        failure=failure,
        reason=reason_in(body, verdict),
        point="" if point is None else point.id,
        identity=identity,
        milliseconds=milliseconds_in(body),
        changed_percent=changed if isinstance(changed, int) else None,
        added=number_in(body, "added_bytes"),
    )
    closed = met_damage(_close(facts, record.run_id), record)
    points = closed.points if point is None else _with_point(closed.points, point)
    return replace(
        closed,
        points=_still_needed(points, record.recorded_at),
        backups=(*closed.backups, run)[-KEPT_BACKUPS:],
        backups_made=closed.backups_made + 1,
    )


def _point(record: Record, identity: Identity) -> Point | None:
    plain = mapping_in(record.body, "point")
    data_time, usable_time = moment_in(plain, "data_time"), moment_in(plain, "usable_time")
    name = text_in(plain, "id")
    if not name or data_time is None or usable_time is None:
        return None
    latest = record.recorded_at + CLOCK_TOLERANCE
    quarantined = flag_in(record.body, "quarantined")
    return Point(
        id=name,
        # Within the tolerance the later clock is the wrong one: exposure is never understated.
        data_time=min(data_time, usable_time, record.recorded_at),
        usable_time=min(usable_time, record.recorded_at),
        identity=identity,
        files=number_in(plain, "files"),
        bytes=number_in(plain, "bytes"),
        whole=outcome_in(record.body)[0] is Verdict.PASS and not quarantined,
        quarantined=quarantined,
        doubtful=usable_time > latest or data_time > usable_time + CLOCK_TOLERANCE,
    )


def _with_point(points: tuple[Point, ...], point: Point) -> tuple[Point, ...]:
    others = (known for known in points if known.id != point.id)
    return tuple(sorted((*others, point), key=attrgetter("usable_time", "data_time", "id")))


def _still_needed(points: tuple[Point, ...], now: datetime) -> tuple[Point, ...]:
    horizon = now - KEPT_REMOVED
    return tuple(
        point for point in points if point.removed_at is None or point.removed_at > horizon
    )


def _drilled(facts: JobFacts, record: Record) -> JobFacts:
    body = record.body
    point, restored = mapping_in(body, "point"), mapping_in(body, "restored")
    verdict, failure = compared_outcome_in(body)
    recovery, covered = mapping_in(body, "rto"), mapping_in(body, "coverage")
    run = DrillRun(
        run_id=record.run_id or "",
        at=record.recorded_at,
        verdict=verdict,
        failure=failure,
        reason=reason_in(body, verdict),
        level=text_in(body, "level"),
        full=flag_in(body, "full"),
        point=text_in(point, "id"),
        data_time=moment_in(point, "data_time"),
        identity=identity_in(body),
        milliseconds=number_in(recovery, "milliseconds") or milliseconds_in(body),
        measured=text_in(recovery, "kind").upper() == "MEASURED" and flag_in(body, "full"),
        files=number_in(restored, "files"),
        bytes=number_in(restored, "bytes"),
        adopted=flag_in(body, "adopted"),
        moving=phase_in(body, "restore"),
        proven=number_in(covered, "proven"),
        provable=number_in(covered, "files"),
    )
    closed = _close(facts, record.run_id)
    drills = latest_drills((*closed.drills, run), KEPT_DRILLS)
    return replace(closed, drills=drills, points=_with_adopted(closed.points, record, run))


def _with_adopted(points: tuple[Point, ...], record: Record, run: DrillRun) -> tuple[Point, ...]:
    """Count a point that somebody else's backup made, once a restore test knows it."""
    point = _point(record, run.identity)
    if point is None or not run.adopted or any(known.id == point.id for known in points):
        return points
    return _with_point(points, point._replace(whole=run.verdict is Verdict.PASS))


def _checked(facts: JobFacts, record: Record) -> JobFacts:
    verdict, failure = outcome_in(record.body)
    part = mapping_in(record.body, "slice")
    run = CheckRun(
        run_id=record.run_id or "",
        at=record.recorded_at,
        verdict=verdict,
        failure=failure,
        reason=reason_in(record.body, verdict),
        k=number_in(part, "k"),
        n=number_in(part, "n"),
        identity=identity_in(record.body),
        packs=packs_in(record.body),
    )
    closed = _close(facts, record.run_id)
    return replace(closed, checks=latest_checks((*closed.checks, run), KEPT_CHECKS))


def _retained(facts: JobFacts, record: Record) -> JobFacts:
    gone = {str(name) for name in list_in(record.body, "removed")}
    closed = met_damage(_close(facts, record.run_id), record)
    points = (
        point._replace(removed_at=record.recorded_at)
        if point.id in gone and point.removed_at is None
        else point
        for point in closed.points
    )
    return replace(closed, points=_still_needed(tuple(points), record.recorded_at))


def _closed(facts: JobFacts, record: Record) -> JobFacts:
    """Turn an interrupted run into a finished one that could not know."""
    run_id = text_in(record.body, "closes") or record.run_id or ""
    started = next((run for run in facts.open_runs if run.run_id == run_id), None)
    if started is None:
        return facts
    body = {**record.body, "verdict": "INCONCLUSIVE", "failure": FailureClass.INTERRUPTED.value}
    finish = _FINISH.get(started.kind, _ended)
    return finish(facts, replace(record, run_id=run_id, body=body))


def _ended(facts: JobFacts, record: Record) -> JobFacts:
    return _close(facts, record.run_id)


def _accepted(facts: JobFacts, record: Record) -> JobFacts:
    name = text_in(record.body, "point")
    points = (
        point._replace(whole=True, quarantined=False, accepted=True) if point.id == name else point
        for point in facts.points
    )
    return replace(facts, points=tuple(points))


def _skipped(facts: JobFacts, record: Record) -> JobFacts:
    until = moment_in(record.body, "until")
    if until is None:
        return facts
    return replace(facts, skip=Skip(until=until, reason=text_in(record.body, "reason_text")))


_Learn = Callable[[JobFacts, Record], JobFacts]
_FINISH: Mapping[str, _Learn] = {
    "backup": _backed_up,
    "drill": _drilled,
    "check": _checked,
    "retention": _retained,
}
_LEARN: Mapping[RecordKind, _Learn] = {
    RecordKind.BACKUP_STARTED: _started,
    RecordKind.DRILL_STARTED: _started,
    RecordKind.CHECK_STARTED: _started,
    RecordKind.RETENTION_STARTED: _started,
    RecordKind.BACKUP_FINISHED: _backed_up,
    RecordKind.DRILL_FINISHED: _drilled,
    RecordKind.CHECK_FINISHED: _checked,
    RecordKind.RETENTION_FINISHED: _retained,
    RecordKind.RUN_CLOSED: _closed,
    RecordKind.BASELINE_ACCEPTED: _accepted,
    RecordKind.SKIP_DECIDED: _skipped,
    RecordKind.COPY_OBSERVED: observed_copy,
    RecordKind.DAMAGE_FOUND: damaged,
    RecordKind.CANARY_SOWN: sown,
    RecordKind.CANARY_PLANTED: planted,
    RecordKind.CANARY_RETIRED: retired,
}
