"""What `continuity status` says, to people and to programs."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.story import Story, backup, begin, drill

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Billing passes, mail's drill found damage, the shop was never backed up."""
    story = begin(tmp_path_factory.mktemp("told") / "firm")
    story.passed("post", 30 * HOUR)
    damage = {"match": 90, "corrupt": 3}
    story.record(20 * HOUR, drill("post", 20 * HOUR, verdict="FAIL", classes=damage))
    story.passed("erp", 3 * HOUR)
    return story


@pytest.fixture
def story(told: Story, tmp_path: Path) -> Story:
    return told.copied(tmp_path / "firm")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Everything passed."""
    story = begin(tmp_path_factory.mktemp("sound") / "firm")
    for job in ("erp", "post", "web"):
        story.passed(job, HOUR)
    return story


def lines_of(text: str, start: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(start)]


def test_what_is_not_proven_stands_above_what_passed(story: Story) -> None:
    said = story.run("status")

    rows = [line.split()[:2] for line in said.out.splitlines() if line[:1].isupper()]
    assert rows[1:4] == [["FAIL", "Mail"], ["INCONCLUSIVE", "Shop"], ["PASS", "Billing"]]
    assert "3 systems: 1 FAIL, 1 INCONCLUSIVE, 1 PASS" in said.out
    assert said.code == 1
    assert said.err == ""


def test_a_row_tells_loss_time_and_proof(story: Story) -> None:
    (row,) = lines_of(story.run("status").out, "PASS")

    told = re.sub(r"3h0\d", "3h0", " ".join(row.split()))
    assert told == "PASS Billing vital 3h0 3h0 24h =10min 4h L4 3h0"


def test_the_gravest_reasons_stand_beneath_what_did_not_pass(story: Story) -> None:
    out = story.run("status").out.splitlines()

    at = next(number for number, line in enumerate(out) if line.startswith("FAIL"))
    assert out[at + 1].startswith("    post: ")
    assert sum(line.startswith("    post: ") for line in out) <= 2


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_line_fits_a_screen_of_80_columns_in_both_languages(
    story: Story, language: str
) -> None:
    said = story.run("--lang", language, "status")

    assert [line for line in said.out.splitlines() if len(line) > 80] == []


def test_nothing_recorded_is_not_green_and_says_what_to_do_next(tmp_path: Path) -> None:
    story = begin(tmp_path / "firm")

    said = story.run("status")

    assert said.code == 3
    assert "continuity backup erp" in said.out
    assert "3 systems: 3 INCONCLUSIVE" in said.out
    assert not (story.root / "state").exists()


def test_everything_green_ends_with_0(sound: Story) -> None:
    said = sound.run("status")

    assert "3 systems: 3 PASS" in said.out
    assert said.code == 0


def test_json_holds_what_programs_were_promised(story: Story) -> None:
    said = story.run("status", "--json")

    told = json.loads(said.out)
    system = next(one for one in told["systems"] if one["name"] == "billing")
    assert said.code == 1
    assert told["incidents_open"] == 0
    assert told["generated_at"].endswith("Z")
    assert system["criticality"] == "vital"
    assert system["verdict"] == "PASS"
    assert {"target_seconds", "now_seconds", "worst_seconds", "worst_at", "proven_now_seconds"} < (
        system["rpo"].keys()
    )
    assert system["rpo"]["target_seconds"] == 86_400
    assert system["rto"]["kind"] == "MEASURED"
    assert {"target_seconds", "seconds", "kind", "verdict"} <= system["rto"].keys()
    assert system["proof"]["level"] == "L4"
    assert {"level", "age_seconds", "verdict"} <= system["proof"].keys()
    assert [job["name"] for job in system["jobs"]] == ["erp"]


def test_one_system_is_shown_in_full_and_gives_its_own_verdict(story: Story) -> None:
    said = story.run("status", "--system", "billing")

    assert said.code == 0
    assert "Mail" not in said.out
    assert "erp" in said.out


def test_an_unknown_system_is_a_mistake_that_names_the_known_ones(story: Story) -> None:
    said = story.run("status", "--system", "biling")

    assert said.code == 2
    assert "billing, mail, shop" in said.err


def test_a_broken_job_is_named_and_the_sound_ones_are_still_judged(story: Story) -> None:
    (story.root / "jobs" / "post.yaml").write_text("name: post\nsistem: mail\n")

    said = story.run("status")

    assert said.out.index("jobs/post.yaml") < said.out.index("Billing")
    assert lines_of(said.out, "PASS")[0].split()[1] == "Billing"
    assert said.code == 3


def test_nothing_is_green_while_a_file_is_broken(sound: Story, tmp_path: Path) -> None:
    story = sound.copied(tmp_path / "firm")
    (story.root / "jobs" / "other.yaml").write_text("name: [\n")

    assert story.run("status", "--system", "billing").code == 3
    assert json.loads(story.run("status", "--json").out)["verdict"] == "INCONCLUSIVE"


def test_broken_settings_stop_with_2_before_anything_is_judged(story: Story) -> None:
    (story.root / "config" / "systems.yaml").write_text("billing: 3\n")

    said = story.run("status")

    assert said.code == 2
    assert said.out == ""


def test_names_cannot_trick_the_terminal(tmp_path: Path) -> None:
    evil = "config/systems.yaml"
    story = begin(tmp_path / "firm")
    text = (story.root / evil).read_text().replace("title: Mail", r'title: "M\e[2Jail\nPASS x"')
    (story.root / evil).write_text(text)

    said = story.run("status")

    assert "\x1b" not in said.out
    assert r"M\x1b[2Jail" in said.out
    assert lines_of(said.out, "PASS") == []


def test_no_colours_where_nobody_looks(story: Story) -> None:
    assert "\x1b" not in story.run("status").out
    assert "\x1b" not in story.run("status", "--system", "billing").out


def test_a_character_set_without_accents_is_no_reason_to_fail(story: Story) -> None:
    title = (story.root / "config" / "systems.yaml").read_text().replace("Billing", "Facturación")
    (story.root / "config" / "systems.yaml").write_text(title)

    said = story.run("status", PYTHONIOENCODING="ascii")

    assert said.code == 1
    assert "Facturaci?n" in said.out


def test_a_backup_that_has_just_failed_shows_at_once(story: Story) -> None:
    assert story.run("status", "--system", "billing").code == 0

    story.record(timedelta(0), backup("erp", timedelta(0), verdict="FAIL", failure="integrity"))

    assert story.run("status", "--system", "billing").code == 1


def test_a_job_for_continuity_itself_that_has_a_problem_is_not_called_no_backup(
    story: Story,
) -> None:
    said = "Continuity itself is in no backup"
    before = story.run("status").out
    job = "name: own\nsystem: billing\nrepository: far\nsource: {kind: continuity}\n"
    (story.root / "jobs" / "own.yaml").write_text(job, encoding="utf-8")

    after = story.run("status").out

    assert (said in before, said in after) == (True, False)
    assert "jobs/own.yaml" in after
