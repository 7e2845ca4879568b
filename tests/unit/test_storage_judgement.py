"""What is wrong with storage counts until another look finds it right; what is unknown is told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.evidence import RecordKind
from continuity.domain.facts_plain import facts_from_plain, plain_from_facts
from continuity.domain.failure import FailureClass
from continuity.domain.location import FactName, StorageFacts, Value, learn_observation
from continuity.domain.portfolio import Storage
from continuity.domain.reason import Reason
from continuity.domain.storage_judgement import (
    VALIDITY,
    Keeping,
    keeping_from,
    remedy_for,
    storage_doubts,
    storage_faults,
)
from continuity.domain.text import say
from continuity.domain.verdict import Verdict
from tests.support.judgement import DAY, HOUR, NOW, START, Diary, a_good_week, a_job
from tests.support.sightings import (
    GONE,
    LOCKED_BUCKET,
    OFFICE_DISK,
    OPEN_BUCKET,
    Seen,
    look,
    seen,
)

VAULT = Keeping(repository="vault")


def known(*looks: tuple[datetime, Seen]) -> StorageFacts:
    """Learn from looks at a bucket, one after the other."""
    storage = None
    for at, facts in looks:
        storage = learn_observation(storage, seen(at, facts, kind="s3"))
    assert storage is not None
    return storage


def faults(storage: StorageFacts, keeping: Keeping = VAULT) -> list[tuple[Verdict, str]]:
    return [_short(reason) for reason in storage_faults(storage, keeping, "UTC")]


def _short(reason: Reason) -> tuple[Verdict, str]:
    return reason.verdict, "" if reason.failure is None else reason.failure.value


LOST = (Verdict.FAIL, "storage-unprotected")


def test_a_lock_that_was_seen_and_is_gone_is_a_failure() -> None:
    storage = known((START, LOCKED_BUCKET), (START + DAY, OPEN_BUCKET))

    assert faults(storage) == [LOST]


def test_storage_that_never_protected_anything_has_lost_nothing() -> None:
    assert faults(known((START, OPEN_BUCKET))) == []


def test_a_lock_that_cannot_be_tried_is_not_a_lost_lock() -> None:
    blind = {**LOCKED_BUCKET, FactName.IMMUTABLE: None}

    assert faults(known((START, LOCKED_BUCKET), (START + DAY, blind))) == []


def test_a_permission_that_protected_and_no_longer_does_is_a_failure() -> None:
    kept = {**OPEN_BUCKET, FactName.APPEND_ONLY: True}

    assert faults(known((START, kept), (START + DAY, OPEN_BUCKET))) == [LOST]


def test_a_protection_that_is_back_is_no_failure_any_more() -> None:
    storage = known((START, LOCKED_BUCKET), (START + DAY, OPEN_BUCKET), (NOW, LOCKED_BUCKET))

    assert faults(storage) == []


@pytest.mark.parametrize(
    ("fact", "value"),
    [(FactName.EXPIRES_AFTER, 30), (FactName.EXPIRES_AFTER, 0), (FactName.PUBLIC, True)],
)
def test_storage_that_deletes_by_itself_or_is_open_to_anybody_fails(
    fact: FactName, value: Value
) -> None:
    assert faults(known((START, {**OPEN_BUCKET, fact: value}))) == [LOST]


def test_storage_that_was_not_reached_is_not_known_until_a_backup_reaches_it() -> None:
    storage = known((START, GONE))
    used = Keeping(repository="vault", used_at=START + HOUR)

    assert faults(storage) == [(Verdict.INCONCLUSIVE, "unreachable")]
    assert faults(storage, used) == []


def test_a_disk_in_a_drawer_is_not_missed() -> None:
    assert faults(known((START, GONE)), Keeping(repository="vault", medium="removable")) == []


def test_less_room_than_recent_backups_needed_is_told_in_time() -> None:
    diary = Diary()
    for day in range(4):
        diary.backup(START + day * DAY, added_bytes=(900 if day == 0 else 60) << 30)
    keeping = keeping_from("vault", "disk", ["billing-files"], diary.facts())

    assert keeping.need == 60 << 30
    assert faults(known((NOW, OFFICE_DISK)), keeping) == [(Verdict.INCONCLUSIVE, "no-space")]


def test_nobody_knows_what_a_second_backup_will_need() -> None:
    first = Diary().backup(START, added_bytes=900 << 30)

    assert keeping_from("vault", "disk", ["billing-files"], first.facts()).need is None


@pytest.mark.parametrize(
    ("storage", "seen_now"),
    [
        (None, {}),
        (known((NOW - VALIDITY, LOCKED_BUCKET)), {}),
        (known((NOW + HOUR, LOCKED_BUCKET)), {}),
        (known((NOW, {FactName.REACHABLE: None})), {}),
        (known((NOW, LOCKED_BUCKET)), {FactName.REACHABLE: None}),
        (known((NOW - 20 * DAY, LOCKED_BUCKET), (NOW, {FactName.REACHABLE: True})), {}),
    ],
)
def test_what_was_not_seen_lately_is_unknown(storage: StorageFacts | None, seen_now: Seen) -> None:
    doubts = storage_doubts(storage, VAULT, NOW, seen(NOW, seen_now).facts)

    assert {reason.verdict for reason in doubts} == {Verdict.INCONCLUSIVE}


def test_what_was_seen_just_now_leaves_no_doubt() -> None:
    assert list(storage_doubts(known((NOW, LOCKED_BUCKET)), VAULT, NOW)) == []


@pytest.mark.parametrize("failure", [*FailureClass, None])
def test_every_reason_comes_with_a_remedy(failure: FailureClass | None) -> None:
    reason = Reason(Verdict.INCONCLUSIVE, failure, say("It is so."))

    assert str(remedy_for(reason, "vault", None))


def test_only_a_lost_protection_can_be_accepted() -> None:
    lost = known((START, LOCKED_BUCKET), (NOW, OPEN_BUCKET))
    opened = known((START, LOCKED_BUCKET), (NOW, {**LOCKED_BUCKET, FactName.PUBLIC: True}))

    told = [
        str(remedy_for(reason, "vault", storage))
        for storage in (lost, opened)
        for reason in storage_faults(storage, VAULT, "UTC")
    ]

    assert ["--accept vault" in text for text in told] == [True, False]


def test_lost_protection_counts_against_the_job_and_its_system() -> None:
    diary = a_good_week()
    assert diary.judged(NOW).verdict is Verdict.PASS
    look(diary, NOW - 2 * HOUR, LOCKED_BUCKET, kind="s3")
    assert diary.judged(NOW).verdict is Verdict.PASS

    look(diary, NOW - HOUR, OPEN_BUCKET, kind="s3")

    system = diary.judged(NOW).systems[0]
    assert (system.verdict, system.reasons[0].failure) == LOST
    assert system.reasons[0].job == "billing-files"


def test_lost_protection_of_a_copy_counts_against_the_job_too() -> None:
    diary = a_good_week()
    job = a_job(copies=(Storage(repository="far", engine="restic"),))
    look(diary, NOW - 2 * HOUR, LOCKED_BUCKET, kind="s3", repository="far")
    look(diary, NOW - HOUR, OPEN_BUCKET, kind="s3", repository="far")

    judged = diary.judged(NOW, job=job).systems[0].jobs[0]

    assert judged.verdict is Verdict.FAIL
    assert judged.copies[0].verdict is Verdict.FAIL
    assert judged.reasons[0].job == "billing-files @ far"


def test_a_person_may_decide_that_a_storage_need_not_protect() -> None:
    diary = a_good_week()
    look(diary, NOW - 2 * HOUR, LOCKED_BUCKET, kind="s3")
    look(diary, NOW - HOUR, OPEN_BUCKET, kind="s3")

    diary.write(RecordKind.LOCATION_ACCEPTED, NOW, {"repository": "vault"}, job=None)

    assert diary.judged(NOW).verdict is Verdict.PASS


def test_what_is_known_of_storage_survives_the_memory_between_two_calls() -> None:
    diary = a_good_week()
    look(diary, NOW - 2 * HOUR, LOCKED_BUCKET, kind="s3")
    facts = look(diary, NOW - HOUR, GONE, kind="s3").facts()

    assert facts_from_plain(plain_from_facts(facts)) == facts


_LOOKS = st.lists(
    st.tuples(
        st.sampled_from([LOCKED_BUCKET, OPEN_BUCKET, GONE, OFFICE_DISK, {}]),
        st.integers(1, 30),
    ),
    min_size=1,
    max_size=8,
)


@given(_LOOKS)
def test_time_alone_never_makes_storage_better(looks: list[tuple[Seen, int]]) -> None:
    at, timed = START, []
    for facts, days in looks:
        at += timedelta(days=days)
        timed.append((at, facts))
    storage = known(*timed)

    def doubts(later: timedelta) -> int:
        return len(list(storage_doubts(storage, VAULT, at + later)))

    assert bool(doubts(timedelta())) <= bool(doubts(VALIDITY))
