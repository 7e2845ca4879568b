"""Checking, beginning, forecasting and auditing from the command line."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from continuity.domain.evidence import Draft, RecordKind
from tests.support.databases import SqliteFile
from tests.support.story import REPOSITORY, Story, begin

HOUR = timedelta(hours=1)
NOTE = Draft(kind=RecordKind.SKIP_DECIDED, job="erp", body={"by": "ana"})


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A firm with a record of seven entries."""
    story = begin(tmp_path_factory.mktemp("told") / "firm")
    for job in ("erp", "post", "web"):
        story.passed(job, HOUR)
    return story


@pytest.fixture
def story(told: Story, tmp_path: Path) -> Story:
    return told.copied(tmp_path / "firm")


def test_check_says_that_nothing_is_wrong_and_with_how_much(tmp_path: Path) -> None:
    said = begin(tmp_path / "firm").run("check")

    assert said.code == 0
    assert "Systems: 3. Jobs: 3." in said.out


def test_check_names_every_problem_of_every_file_on_a_line_of_its_own(tmp_path: Path) -> None:
    story = begin(
        tmp_path / "firm",
        {
            "jobs/erp.yaml": "name: erp\ntitle: X\nsistem: billing\nrepository: disc\n",
            "config/people.yaml": "ana:\n  nam: Ana\n",
        },
    )

    said = story.run("check")

    lines = said.out.splitlines()
    assert said.code == 2
    assert [line for line in lines if line.startswith("jobs/erp.yaml:3: sistem: expected ")] != []
    assert [line for line in lines if line.startswith("config/people.yaml:2: ana.nam: ")] != []
    assert all(line.split(":")[1].isdigit() and ", found " in line for line in lines)
    assert f"{len(lines)} problems." in said.err


def test_check_reports_to_programs_as_well(tmp_path: Path) -> None:
    story = begin(tmp_path / "firm", {"config/people.yaml": "ana:\n  nam: Ana\n"})

    told = json.loads(story.run("check", "--json").out)

    assert told["ok"] is False
    assert {"file", "line", "key", "expected", "found"} == told["problems"][0].keys()


def test_check_without_a_workspace_says_so_with_2(tmp_path: Path) -> None:
    said = Story(root=tmp_path / "nowhere").run("check")

    assert said.code == 2
    assert "config/continuity.yaml" in said.out


def test_check_writes_schemas_for_editors(tmp_path: Path) -> None:
    said = begin(tmp_path / "firm").run("check", "--schema", str(tmp_path / "schemas"))

    assert said.code == 0
    assert json.loads((tmp_path / "schemas" / "job.schema.json").read_text())["type"] == "object"


def test_a_new_workspace_has_no_problems(tmp_path: Path) -> None:
    story = Story(root=tmp_path / "acme")
    (tmp_path / "data").mkdir()
    flags = ["--yes", "--organisation", "Acme", "--zone", "Europe/Madrid", "--engine", "rsync"]

    begun = story.run("init", str(story.root), *flags, "--path", str(tmp_path / "data"))

    assert begun.code == 0, begun.err
    assert story.run("check").out.startswith("No problems")
    assert "Acme" in (story.root / "config" / "continuity.yaml").read_text()


def test_a_new_workspace_needs_no_terminal_and_no_flags(tmp_path: Path) -> None:
    story = Story(root=tmp_path / "acme")

    assert story.run("--lang", "es", "init", str(story.root)).code == 0
    assert story.run("check").code == 0
    assert "language: es" in (story.root / "config" / "continuity.yaml").read_text()


def test_init_never_overwrites(tmp_path: Path) -> None:
    story = begin(tmp_path / "firm")
    before = {path: path.read_bytes() for path in story.root.rglob("*") if path.is_file()}

    said = story.run("init", str(story.root), "--yes")

    assert said.code == 2
    assert before == {path: path.read_bytes() for path in story.root.rglob("*") if path.is_file()}


def test_forecast_tells_order_time_and_loss(story: Story) -> None:
    said = story.run("forecast")

    rows = [line.split() for line in said.out.splitlines() if line[:1].isdigit()]
    assert [row[:3] for row in rows] == [
        ["1", "Billing", "10min"],
        ["2", "Mail", "20min"],
        ["3", "Shop", "30min"],
    ]
    assert said.code == 0


def test_more_lanes_bring_systems_back_sooner_but_not_before_what_they_need(story: Story) -> None:
    told = json.loads(story.run("forecast", "--lanes", "3", "--json").out)

    back = {system["name"]: system["back_seconds"] for system in told["systems"]}
    assert back == {"billing": 600, "mail": 600, "shop": 1_200}


def test_losing_the_only_copy_of_a_system_fails(story: Story) -> None:
    said = story.run("forecast", "--lose", "site:cellar", "--json")

    told = json.loads(said.out)
    mail = next(system for system in told["systems"] if system["name"] == "mail")
    assert (mail["survival"], mail["loss_seconds"], mail["lost_jobs"]) == ("lost", None, ["post"])
    assert told["verdict"] == "FAIL"
    assert said.code == 1


@pytest.mark.parametrize("lose", ["site:nowhere", "planet:earth", "everythin"])
def test_losing_what_does_not_exist_is_a_mistake(story: Story, lose: str) -> None:
    assert story.run("forecast", "--lose", lose).code == 2


def test_a_damaged_record_forecasts_nothing_as_proven(story: Story) -> None:
    SqliteFile(story.database).tamper("UPDATE evidence SET job = 'web' WHERE sequence = 2")

    said = story.run("forecast", "--json")

    assert '"proven"' not in said.out
    assert said.code == 1


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


HELPS = (
    "",
    "status",
    "forecast",
    "coverage",
    "audit",
    "audit verify",
    "audit checkpoint",
    "audit export",
    "check",
    "init",
    "doctor",
)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_help_has_an_example_and_the_exit_codes(language: str) -> None:
    program = (
        "from continuity.cli.entry import main\n"
        f"for words in {HELPS!r}:\n"
        f"    main(['--lang', {language!r}, *words.split(), '--help'])\n"
        "    print(chr(12), end='')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    pages = dict(zip(HELPS, done.stdout.split("\f"), strict=False))
    assert {words for words, page in pages.items() if f"  continuity {words}" not in page} == set()
    assert {words for words, page in pages.items() if "0 PASS" not in page} == set()
    assert {words for words, page in pages.items() if "130" not in page} == set()
    assert [line for line in done.stdout.splitlines() if len(line) > 80] == []
