"""The whole record verified: whatever was done to it is found and named."""

from __future__ import annotations

from pathlib import Path

import pytest

from continuity.domain.audit import AuditAnswer, AuditResult, Witness, explain_audit
from continuity.domain.failure import AuthenticationError
from continuity.store.audit import audit
from continuity.store.keys import Keys, open_keys, rotate_keys
from continuity.store.signing import fingerprint
from continuity.store.store import Store
from tests.support.databases import START, Database, SqliteFile, opened
from tests.support.records import checkpoint, fill


def told(result: AuditResult) -> tuple[AuditAnswer, int | None, int | None]:
    return result.answer, result.first, result.last


def test_an_untouched_record_is_intact_and_says_how_far_it_is_guarded(
    store: Store, keys: Keys
) -> None:
    fill(store, keys)
    result = audit(store, keys.signers())

    assert told(result) == (AuditAnswer.INTACT, None, None)
    assert (result.records, result.checkpoints, result.witnessed) == (8, 2, 7)


def test_a_checkpoint_is_signed_also_when_nothing_happened(store: Store, keys: Keys) -> None:
    signed = [checkpoint(store, keys) for _ in range(3)]

    assert signed == [1, 2, 3]
    assert [one.body["sequence"] for one in store.records(after=1)] == [1, 2, 3]
    assert audit(store, keys.signers()).answer is AuditAnswer.INTACT


def test_a_checkpoint_that_cannot_be_signed_leaves_no_trace(store: Store, keys: Keys) -> None:
    (keys.directory / "checkpoint.key").unlink()
    with pytest.raises(AuthenticationError):
        checkpoint(store, keys)

    assert store.checkpoints() == []
    assert list(store.records()) == []


TAMPERED = {
    "edit": (
        'UPDATE evidence SET body = \'{"verdict":"FAIL"}\' WHERE sequence = 2',
        (AuditAnswer.ALTERED, 2, 2),
    ),
    "later": (
        "UPDATE evidence SET recorded_at = '2027-03-01T02:00:00.000000Z' WHERE sequence = 5",
        (AuditAnswer.ALTERED, 5, 5),
    ),
    "other job": (
        "UPDATE evidence SET job = NULL WHERE sequence = 5",
        (AuditAnswer.ALTERED, 5, 5),
    ),
    "gap": (
        "DELETE FROM evidence WHERE sequence IN (3, 4)",
        (AuditAnswer.MISSING, 3, 4),
    ),
    "end cut off": (
        "DELETE FROM evidence WHERE sequence > 5",
        (AuditAnswer.TRUNCATED, 6, 7),
    ),
    "everything gone": (
        "DELETE FROM evidence",
        (AuditAnswer.TRUNCATED, 1, 3),
    ),
    "checkpoint gone": (
        "DELETE FROM checkpoint WHERE sequence = 3",
        (AuditAnswer.CHECKPOINT_ALTERED, 3, 3),
    ),
    "checkpoint text": (
        "UPDATE checkpoint SET text = replace(text, 'Acme', 'Acne') WHERE sequence = 7",
        (AuditAnswer.CHECKPOINT_ALTERED, 7, 7),
    ),
    "checkpoint moved": (
        "UPDATE checkpoint SET sequence = 8 WHERE sequence = 7",
        (AuditAnswer.CHECKPOINT_ALTERED, 8, 8),
    ),
    "signature": (
        "UPDATE checkpoint SET signature = '' WHERE sequence = 3",
        (AuditAnswer.CHECKPOINT_ALTERED, 3, 3),
    ),
    "other names": (
        'UPDATE personal SET body = \'{"by":"Eva"}\' WHERE sequence = 6',
        (AuditAnswer.ALTERED, 6, 6),
    ),
}


@pytest.mark.parametrize(("statement", "answer"), TAMPERED.values(), ids=list(TAMPERED))
def test_whatever_is_tampered_with_is_found_and_named(
    database: Database,
    keys: Keys,
    statement: str,
    answer: tuple[AuditAnswer, int, int],
) -> None:
    with opened(database) as store:
        fill(store, keys)
        database.tamper("DELETE FROM personal WHERE sequence <> 6", statement)
        result = audit(store, keys.signers())

    assert told(result) == answer
    assert str(answer[1]) in str(explain_audit(result))


@pytest.mark.parametrize("value", ["X'ff00'", "CAST(X'7b22ff227d' AS TEXT)", "7", "1.5"])
@pytest.mark.parametrize("column", ["body", "job", "kind", "recorded_at", "personal_hash", "hash"])
def test_bytes_that_are_no_text_are_an_alteration_and_no_crash(
    sqlite_file: SqliteFile, keys: Keys, column: str, value: str
) -> None:
    with opened(sqlite_file) as store:
        fill(store, keys)
        sqlite_file.tamper(f"UPDATE evidence SET {column} = {value} WHERE sequence = 2")  # noqa: S608 - both are written above
        result = audit(store, keys.signers())

    assert told(result) == (AuditAnswer.ALTERED, 2, 2)


def test_a_record_cut_off_with_its_checkpoints_is_caught_by_one_in_a_mail(
    database: Database, keys: Keys
) -> None:
    with opened(database) as store:
        fill(store, keys)
        mailed = Witness(sequence=8, hash=store.head().hash)
        database.tamper(
            "DELETE FROM personal WHERE sequence > 5",
            "DELETE FROM checkpoint WHERE sequence > 5",
            "DELETE FROM evidence WHERE sequence > 5",
        )
        unseen = audit(store, keys.signers())
        seen = audit(store, keys.signers(), against=[mailed])

    assert told(unseen) == (AuditAnswer.INTACT, None, None)
    assert told(seen) == (AuditAnswer.TRUNCATED, 6, 8)


def test_a_checkpoint_signed_with_a_key_of_somebody_else_is_named(
    store: Store, keys: Keys, tmp_path: Path
) -> None:
    other = open_keys(tmp_path / "other")
    fill(store, keys)
    checkpoint(store, other)
    result = audit(store, keys.signers())

    assert told(result) == (AuditAnswer.UNKNOWN_KEY, 8, 8)
    assert fingerprint(other.public()) in str(explain_audit(result))


def test_checkpoints_of_a_replaced_key_still_verify(store: Store, keys: Keys) -> None:
    fill(store, keys)
    rotate_keys(keys, START.replace(hour=3))
    checkpoint(store, keys)
    result = audit(store, keys.signers())

    assert (result.answer, result.checkpoints) == (AuditAnswer.INTACT, 3)


def test_names_may_be_erased_and_the_audit_stays_intact(store: Store, keys: Keys) -> None:
    fill(store, keys)
    with store.transaction() as transaction:
        erased = transaction.erase_person("Ana")

    assert erased.records == (2, 5, 6, 7)
    assert audit(store, keys.signers()).answer is AuditAnswer.INTACT
