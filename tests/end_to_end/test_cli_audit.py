"""Auditing the record from the command line."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from continuity.domain.evidence import Draft, RecordKind
from tests.support.databases import SqliteFile
from tests.support.story import Story, begin

HOUR = timedelta(hours=1)
NOTE = Draft(kind=RecordKind.SKIP_DECIDED, job="erp", body={"by": "ana"})


def test_an_intact_record_is_told_so_in_words(story: Story) -> None:
    said = story.run("audit", "verify")

    assert said.out.startswith("PASS  All 7 records are intact")
    assert said.code == 0


def test_nothing_recorded_proves_nothing(tmp_path: Path) -> None:
    story = begin(tmp_path / "firm")

    assert story.run("audit", "verify").code == 3
    assert not (story.root / "state").exists()


@pytest.mark.parametrize(
    ("edit", "words", "answer"),
    [
        ("UPDATE evidence SET job = 'web' WHERE sequence = 3", "Record 3 was altered", "altered"),
        ("DELETE FROM evidence WHERE sequence = 3", "Record 3 is missing", "missing"),
        ("DELETE FROM evidence WHERE sequence > 5", "cut off", "truncated"),
    ],
)
def test_tampering_is_named(story: Story, edit: str, words: str, answer: str) -> None:
    assert story.run("audit", "checkpoint").code == 0
    SqliteFile(story.database).tamper(edit)

    said, told = story.run("audit", "verify"), story.run("audit", "verify", "--json")

    assert words in said.out
    assert json.loads(told.out)["answer"] == answer
    assert (said.code, told.code) == (1, 1)


def test_a_checkpoint_kept_elsewhere_shows_a_missing_end(story: Story, tmp_path: Path) -> None:
    kept = tmp_path / "checkpoint.txt"
    kept.write_text(story.run("audit", "checkpoint").out)
    assert story.run("audit", "verify", "--against", str(kept)).code == 0
    edits = ("DELETE FROM checkpoint", "DELETE FROM evidence WHERE sequence > 5")
    SqliteFile(story.database).tamper(*edits)

    without = story.run("audit", "verify")
    against = story.run("audit", "verify", "--against", str(kept))

    assert (without.code, against.code) == (0, 1)
    assert "6 to 7 were cut off" in against.out


def test_a_checkpoint_convicts_a_database_that_is_gone(story: Story, tmp_path: Path) -> None:
    kept = tmp_path / "checkpoint.txt"
    kept.write_text(story.run("audit", "checkpoint").out)
    story.database.unlink()

    said = story.run("audit", "verify", "--against", str(kept))

    assert "1 to 7 were cut off" in said.out
    assert said.code == 1


def test_a_checkpoint_by_another_key_is_not_trusted(story: Story, tmp_path: Path) -> None:
    story.run("audit", "checkpoint")
    for file in (story.root / "state" / "keys").iterdir():
        file.unlink()
    story.run("audit", "checkpoint")

    said = story.run("audit", "verify")

    assert "not signed by a known key" in said.out
    assert said.code == 1


def test_a_file_that_is_no_checkpoint_is_a_mistake(story: Story, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear auditor")

    assert story.run("audit", "verify", "--against", str(tmp_path / "letter")).code == 2
    assert story.run("audit", "verify", "--against", str(tmp_path / "missing")).code == 2


def test_an_altered_record_is_never_signed(story: Story) -> None:
    SqliteFile(story.database).tamper("UPDATE evidence SET job = 'web' WHERE sequence = 3")

    said = story.run("audit", "checkpoint")

    assert (said.code, said.out) == (1, "")


def test_the_record_is_exported_line_by_line(story: Story, tmp_path: Path) -> None:
    target = tmp_path / "records.jsonl"

    said = story.run("audit", "export", "--to", str(target))

    lines = [json.loads(line) for line in target.read_text().splitlines()]
    assert [line["sequence"] for line in lines] == list(range(1, 8))
    assert said.code == 0
    assert story.run("audit", "export", "--to", str(target)).code == 2


def test_each_restore_test_is_exported_in_an_envelope(story: Story) -> None:
    said = story.run("audit", "export", "--format", "dsse")

    envelopes = [json.loads(line) for line in said.out.splitlines()]
    assert [one["payloadType"] for one in envelopes] == ["application/vnd.in-toto+json"] * 3


def test_an_auditor_gets_everything_in_a_directory(story: Story, tmp_path: Path) -> None:
    story.run("audit", "checkpoint")

    assert story.run("audit", "export", str(tmp_path / "evidence")).code == 0
    assert {path.name for path in (tmp_path / "evidence").iterdir()} == {
        "records.jsonl",
        "drills.intoto.jsonl",
        "checkpoints",
        "allowed_signers",
    }


def test_a_long_record_is_read_in_pieces_and_a_gap_in_it_is_found(tmp_path: Path) -> None:
    story = begin(tmp_path / "firm")
    story.record(HOUR, *([NOTE] * 1_200))
    SqliteFile(story.database).tamper("DELETE FROM evidence WHERE sequence = 1100")

    assert "Record 1100 is missing" in story.run("status").out
