"""The record exported, and verified by somebody who has nothing of ours."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from continuity.domain.failure import ConfigurationError
from continuity.store.export import Exported, export_lines, export_record
from continuity.store.keys import Keys, rotate_keys
from continuity.store.signing import fingerprint
from continuity.store.store import Store
from tests.support.databases import START, SqliteFile, opened
from tests.support.programs import ROOT
from tests.support.records import checkpoint, fill
from tests.support.witnesses import documented_answer, documented_program, ssh_keygen_accepts


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
