"""What records tell of a job beside its runs: looks into copies, damage, and canaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from continuity.domain.evidence import Record, RecordKind
from continuity.domain.facts import SOWN, Canary, Damage, JobFacts, Sighting
from continuity.domain.failure import FailureClass
from continuity.domain.plain import list_in, text_in
from continuity.domain.reading import identity_in, outcome_in, reason_in
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict

KEPT_DAMAGES = 40


def observed_copy(facts: JobFacts, record: Record) -> JobFacts:
    """Keep the latest look into each copy of the repository; without a name it tells nothing."""
    seen = Sighting(
        repository=text_in(record.body, "repository"),
        repository_id=text_in(record.body, "repository_id"),
        at=record.recorded_at,
        points=tuple(name for name in list_in(record.body, "points") if isinstance(name, str)),
    )
    if not seen.repository:
        return facts
    others = (known for known in facts.sightings if known.repository != seen.repository)
    return replace(facts, sightings=(*others, seen))


def damaged(facts: JobFacts, record: Record) -> JobFacts:
    """Keep that a repository was found damaged; that it was is never doubted for its details."""
    found = Damage(
        run_id=record.run_id or "",
        at=record.recorded_at,
        verdict=Verdict.FAIL,
        failure=outcome_in(record.body)[1] or FailureClass.INTEGRITY,
        reason=reason_in(record.body, Verdict.FAIL),
        identity=identity_in(record.body),
    )
    return _with_damage(facts, found)


_MET = {
    RecordKind.BACKUP_FINISHED: N_(
        "The backup {run} found {repository} damaged: nothing in it counts as proven until a"
        " restore test of it passes."
    ),
    RecordKind.RETENTION_FINISHED: N_(
        "The removal of old copies {run} found {repository} damaged: nothing in it counts as"
        " proven until a restore test of it passes."
    ),
}


def met_damage(facts: JobFacts, record: Record) -> JobFacts:
    """Keep that a run which is no test ended at a damaged repository.

    The next run of its kind may well pass, as it reads next to nothing of what is stored.
    """
    told = _MET.get(record.kind)
    if told is None or outcome_in(record.body)[1] is not FailureClass.INTEGRITY:
        return facts
    run, identity = record.run_id or "", identity_in(record.body)
    found = Damage(
        run_id=run,
        at=record.recorded_at,
        verdict=Verdict.FAIL,
        failure=FailureClass.INTEGRITY,
        reason=say(told, run=run, repository=identity.repository),
        identity=identity,
    )
    return _with_damage(facts, found)


def _with_damage(facts: JobFacts, found: Damage) -> JobFacts:
    """Keep the first time and the latest since anything was tested: more tell nothing.

    A backup that fails each hour would else push out the moment at which proof ended.
    """
    known = facts.damages
    last = known[-2:]
    tested = bool(facts.drills and last and facts.drills[-1].at >= last[0].at)
    same = all(one.identity.repository == found.identity.repository for one in last)
    if len(last) > 1 and same and not tested:
        known = known[:-1]
    return replace(facts, damages=(*known, found)[-KEPT_DAMAGES:])


def sown(facts: JobFacts, record: Record) -> JobFacts:
    """Note what is about to be planted: until that is recorded, nobody knows whether it was."""
    return _with_canaries(facts, record, SOWN)


def planted(facts: JobFacts, record: Record) -> JobFacts:
    """Add canaries; one planted again replaces the older one of its name."""
    return _with_canaries(facts, record, "")


def _with_canaries(facts: JobFacts, record: Record, prefix: str) -> JobFacts:
    rows = [row for row in list_in(record.body, "canaries") if isinstance(row, Mapping)]
    fresh = [
        Canary(
            kind=prefix + text_in(row, "kind"),
            name=text_in(row, "name"),
            digest=text_in(row, "digest"),
            at=record.recorded_at,
        )
        for row in rows
    ]
    names = {canary.name for canary in fresh}
    others = (known for known in facts.canaries if known.name not in names)
    return replace(facts, canaries=(*others, *fresh))


def retired(facts: JobFacts, record: Record) -> JobFacts:
    """Take canaries away."""
    names = {str(name) for name in list_in(record.body, "names")}
    left = tuple(canary for canary in facts.canaries if canary.name not in names)
    return replace(facts, canaries=left)
