"""Each copy of a repository has its own proof and its own newest point."""

from datetime import datetime, timedelta
from typing import Any  # JSON, or keys of any dataclass

from continuity.domain.assessment import assess
from continuity.domain.evidence import RecordKind
from continuity.domain.facts import Facts
from continuity.domain.facts_plain import facts_from_plain, plain_from_facts
from continuity.domain.forecast import Forecast, forecast
from continuity.domain.job_judgement import JobAssessment
from continuity.domain.portfolio import Portfolio, Storage
from continuity.domain.surviving import Survival
from continuity.domain.verdict import Verdict
from tests.support.judgement import (
    CORRUPT,
    DAY,
    FULL,
    HOUR,
    START,
    Diary,
    a_job,
    a_system,
    point_of,
)

CLOUD = Storage(repository="cloud", engine="restic", site="far", medium="object")
AWAY = {"repository": "cloud", "repository_id": "c1", "copy_of": "vault"}


def a_week() -> Diary:
    """Seven nights of backups into the vault, the newest of them proven there."""
    diary = Diary()
    for day in range(7):
        diary.backup(START + day * DAY)
    return diary.drill(START + 6 * DAY + HOUR, START + 6 * DAY)


def seen(diary: Diary, at: datetime, *points: datetime, **changed: Any) -> Diary:
    """Look into the copy and find these points."""
    body = {**AWAY, "points": [point_of(point)["id"] for point in points], **changed}
    return diary.write(RecordKind.COPY_OBSERVED, at, body)


def portfolio(diary: Diary) -> Portfolio:
    return Portfolio(systems=(a_system(),), jobs=(a_job(copies=(CLOUD,)),), facts=diary.facts())


def judged(diary: Diary, at: datetime) -> JobAssessment:
    return assess(portfolio(diary), at).systems[0].jobs[0]


NOW = START + 6 * DAY + 2 * HOUR


def test_a_copy_nobody_looked_into_holds_nothing_and_proves_nothing() -> None:
    job = judged(a_week(), NOW)
    (copy,) = job.copies

    assert (job.proof.verdict, copy.proof.verdict) == (Verdict.PASS, Verdict.INCONCLUSIVE)
    assert (copy.rpo.now, copy.proof.level) == (None, None)
    assert job.verdict is Verdict.INCONCLUSIVE


def test_a_proof_in_the_copy_is_one_of_the_copy_alone() -> None:
    diary = a_week()
    seen(diary, NOW, START + 4 * DAY)
    diary.drill(NOW, START + 4 * DAY, **AWAY)
    job = judged(diary, NOW)
    (copy,) = job.copies

    assert (job.verdict, copy.verdict) == (Verdict.PASS, Verdict.PASS)
    assert copy.rpo.proven_now == 2 * DAY + 2 * HOUR + timedelta(minutes=5)
    assert job.rpo.proven_now == 2 * HOUR + timedelta(minutes=5)


def test_damage_in_the_copy_takes_no_proof_from_the_repository() -> None:
    diary = a_week()
    seen(diary, NOW, START + 6 * DAY)
    diary.drill(NOW, START + 6 * DAY, **AWAY, **CORRUPT)
    job = judged(diary, NOW)

    assert (job.proof.verdict, job.proof.fresh) == (Verdict.PASS, True)
    assert (job.copies[0].verdict, job.verdict) == (Verdict.FAIL, Verdict.FAIL)
    assert {reason.job for reason in job.reasons} == {"billing-files @ cloud"}


def test_a_copy_that_is_no_longer_filled_is_overdue_though_it_was_proven() -> None:
    diary = Diary()
    for day in range(20):
        diary.backup(START + day * DAY)
    at = START + 19 * DAY + HOUR
    diary.drill(at, START + 19 * DAY)
    seen(diary, at, START)
    diary.drill(at, START, **AWAY)
    (copy,) = judged(diary, at + HOUR).copies

    assert copy.verdict is Verdict.OVERDUE
    assert "older than the repository's" in str(copy.reasons[0].message)


def test_another_repository_in_the_place_of_the_copy_voids_its_proof() -> None:
    diary = a_week()
    seen(diary, NOW, START + 6 * DAY)
    diary.drill(NOW, START + 6 * DAY, **AWAY)
    seen(diary, NOW, START + 6 * DAY, repository_id="c2")
    (copy,) = judged(diary, NOW).copies

    assert copy.verdict is Verdict.INCONCLUSIVE
    assert "replaced" in str(copy.reasons[0].message)


def lost(diary: Diary, lose: str) -> Forecast:
    firm = portfolio(diary)
    return forecast(firm, assess(firm, NOW), NOW, lose=lose)


def test_what_is_lost_with_its_repository_comes_back_from_the_copy_with_the_copys_lag() -> None:
    diary = a_week()
    seen(diary, NOW, START + 4 * DAY)
    diary.drill(NOW, START + 4 * DAY, **{**FULL, **AWAY})
    (back,) = lost(diary, "repository:vault").returns

    assert (back.survival, back.repositories) == (Survival.PROVEN, ("cloud",))
    assert back.loss == 2 * DAY + 2 * HOUR + timedelta(minutes=5)
    assert back.back == timedelta(minutes=10)
    assert back.loses_too_much


def test_what_the_repository_forgot_still_stands_in_the_copy() -> None:
    diary = a_week()
    seen(diary, NOW, START + DAY)
    gone = {"verdict": "PASS", "removed": [point_of(START + DAY)["id"]]}
    diary.write(RecordKind.RETENTION_FINISHED, NOW, gone)
    (back,) = lost(diary, "site:office").returns

    assert back.survival is Survival.CLAIMED
    assert back.loss == 5 * DAY + 2 * HOUR + timedelta(minutes=5)


def test_what_is_known_of_copies_survives_the_cache() -> None:
    diary = a_week()
    seen(diary, NOW, START)
    planted = {"canaries": [{"kind": "file", "name": "/srv/x", "digest": "aa"}]}
    diary.write(RecordKind.CANARY_PLANTED, NOW, planted)
    facts = diary.facts()
    kept: Facts = facts_from_plain(plain_from_facts(facts))

    assert kept == facts
    assert kept.of("billing-files").sightings[0].points == (point_of(START)["id"],)
    assert kept.of("billing-files").canaries[0].name == "/srv/x"
