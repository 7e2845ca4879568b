"""The whole record verified, by us and by somebody who has nothing of ours."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from continuity.domain.audit import AuditAnswer, AuditResult, Witness, explain_audit
from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.failure import AuthenticationError, ConfigurationError
from continuity.store.audit import audit
from continuity.store.export import Exported, export_lines, export_record
from continuity.store.keys import Keys, open_keys, rotate_keys
from continuity.store.signing import fingerprint
from continuity.store.store import Store
from tests.support.databases import START, Database, SqliteFile, opened
from tests.support.programs import ROOT
from tests.support.witnesses import documented_answer, documented_program, ssh_keygen_accepts

DRILL = Draft(
    kind=RecordKind.DRILL_FINISHED,
    job="mail",
    run_id="run-1",
    body={"verdict": "PASS", "level": "L3", "findings": [{"path": "/ñ\\n", "class": "match"}]},
    personal={"by": "Ana"},
)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """The keys of the record."""
    return open_keys(tmp_path / "keys")


def checkpoint(store: Store, keys: Keys) -> int:
    with store.transaction() as transaction:
        return transaction.sign_checkpoint("Acme", keys).sequence


def fill(store: Store, keys: Keys) -> None:
    """Write eight records: 3 is signed by a checkpoint, and 7 by another."""
    store.open_record("Acme")
    store.append(DRILL, Draft(kind=RecordKind.SKIP_DECIDED, job="web"))
    checkpoint(store, keys)
    store.append(DRILL, DRILL, DRILL)
    checkpoint(store, keys)


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

    assert erased == (2, 5, 6, 7)
    assert audit(store, keys.signers()).answer is AuditAnswer.INTACT


def test_the_export_of_an_intact_record_satisfies_the_documented_program(
    store: Store, keys: Keys, tmp_path: Path
) -> None:
    fill(store, keys)
    written = export_record(store, keys, tmp_path / "export")
    answer = documented_answer(documented_program(tmp_path), tmp_path / "export")

    assert written == Exported(records=8, checkpoints=2, drills=4)
    assert answer == f"INTACT: 8 records, 2 checkpoints, head {store.head().hash}"
    assert (tmp_path / "export" / "records.jsonl").read_text() == "".join(
        f"{line}\n" for line in export_lines(store)
    )
    assert b"Ana" not in (tmp_path / "export" / "records.jsonl").read_bytes()


def test_the_documented_program_accepts_checkpoints_of_a_replaced_key(
    store: Store, keys: Keys, tmp_path: Path
) -> None:
    fill(store, keys)
    rotate_keys(keys, START.replace(hour=3))
    checkpoint(store, keys)
    export_record(store, keys, tmp_path / "export")
    answer = documented_answer(documented_program(tmp_path), tmp_path / "export")

    assert answer.startswith("INTACT: 9 records, 3 checkpoints")


@pytest.fixture
def export(sqlite_file: SqliteFile, keys: Keys, tmp_path: Path) -> Path:
    """An export of eight records and two checkpoints."""
    with opened(sqlite_file) as store:
        fill(store, keys)
        export_record(store, keys, tmp_path / "export")
    return tmp_path / "export"


def test_the_documented_program_catches_an_edit_of_any_line(export: Path, tmp_path: Path) -> None:
    verifier = documented_program(tmp_path)
    lines = (export / "records.jsonl").read_text().splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        edited = line.replace('"recorded_at":"2026', '"recorded_at":"2027')
        changed = [*lines[: number - 1], edited, *lines[number:]]
        (export / "records.jsonl").write_text("".join(changed))

        assert documented_answer(verifier, export) == f"NOT INTACT: record {number} was altered"


@pytest.mark.parametrize(
    ("kept", "answer"),
    [
        ([0, 1, 2, 4, 5, 6, 7], "record 4 is missing"),
        ([1, 2, 3, 4, 5, 6, 7], "record 1 is missing"),
        ([0, 1, 2, 3], "the end was cut off: record 7 was signed and is gone"),
        ([], "the end was cut off: record 7 was signed and is gone"),
    ],
)
def test_the_documented_program_catches_gaps_and_a_missing_end(
    export: Path, tmp_path: Path, kept: list[int], answer: str
) -> None:
    lines = (export / "records.jsonl").read_text().splitlines(keepends=True)
    (export / "records.jsonl").write_text("".join(lines[number] for number in kept))

    said = documented_answer(documented_program(tmp_path), export)
    assert said == f"NOT INTACT: {answer}"


def test_the_documented_program_catches_a_forged_and_a_removed_checkpoint(
    export: Path, tmp_path: Path
) -> None:
    verifier = documented_program(tmp_path)
    text = export / "checkpoints" / "000000000003.txt"
    text.write_text(text.read_text().replace("Acme", "Acne"))
    forged = documented_answer(verifier, export)
    text.unlink()
    removed = documented_answer(verifier, export)

    assert forged.startswith("NOT INTACT: checkpoint 000000000003.txt")
    assert removed == "NOT INTACT: the checkpoint of record 3 is missing"


def test_the_commands_in_the_documentation_do_what_it_says(export: Path) -> None:
    page = (ROOT / "docs" / "verify-the-record.md").read_text()
    (command,) = re.findall(r"^    \$ (sed .*)$", page, re.M)
    printed = subprocess.run(
        ["sh", "-c", command], cwd=export, capture_output=True, text=True, check=True
    ).stdout
    seventh = json.loads((export / "records.jsonl").read_text().splitlines()[6])

    assert printed.split()[0] == seventh["hash"]
    assert ssh_keygen_accepts(
        export / "checkpoints" / "000000000007.txt", export / "allowed_signers"
    )


def test_each_drill_is_a_signed_in_toto_statement_about_its_record(
    export: Path, keys: Keys
) -> None:
    records = [json.loads(line) for line in (export / "records.jsonl").read_text().splitlines()]
    drills = [record for record in records if record["kind"] == "drill.finished"]
    envelopes = (export / "drills.intoto.jsonl").read_text().splitlines()
    key = Ed25519PublicKey.from_public_bytes(keys.public())

    assert len(envelopes) == len(drills) == 4
    for drill, envelope in zip(drills, map(json.loads, envelopes), strict=True):
        payload = base64.b64decode(envelope["payload"])
        (signature,) = envelope["signatures"]
        signed = b"DSSEv1 28 application/vnd.in-toto+json %d %b" % (len(payload), payload)
        key.verify(base64.b64decode(signature["sig"]), signed)
        statement = json.loads(payload)

        assert envelope["payloadType"] == "application/vnd.in-toto+json"
        assert signature["keyid"] == fingerprint(keys.public())
        assert statement["_type"] == "https://in-toto.io/Statement/v1"
        assert statement["subject"] == [
            {"name": f"evidence/{drill['sequence']}", "digest": {"sha256": drill["hash"]}}
        ]
        assert statement["predicate"] == {**drill["body"], "job": "mail"}


def test_an_altered_drill_is_exported_as_it_stands_but_never_signed(
    sqlite_file: SqliteFile, keys: Keys, tmp_path: Path
) -> None:
    with opened(sqlite_file) as store:
        fill(store, keys)
        sqlite_file.tamper("UPDATE evidence SET body = '{\"verdict\":1}' WHERE sequence = 2")
        written = export_record(store, keys, tmp_path / "export")
    answer = documented_answer(documented_program(tmp_path), tmp_path / "export")

    assert (written.records, written.drills) == (8, 3)
    assert answer == "NOT INTACT: record 2 was altered"


def test_an_export_never_mixes_with_what_is_already_there(
    sqlite_file: SqliteFile, keys: Keys, export: Path
) -> None:
    with opened(sqlite_file) as store, pytest.raises(ConfigurationError) as caught:
        export_record(store, keys, export)

    assert caught.value.remedy is not None
    shutil.rmtree(export)
