"""`forecast`, `coverage` and every help, as operators meet them."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest

from tests.support.databases import SqliteFile
from tests.support.story import REPOSITORY, Story
from tests.support.terminal import in_spanish

HOUR = timedelta(hours=1)


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


HELPS = (
    "",
    "status",
    "forecast",
    "coverage",
    "audit",
    "audit verify",
    "audit checkpoint",
    "audit export",
    "audit erase",
    "audit rotate-key",
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
    english = [word in done.stdout for word in ("[OPTIONS]", " COMMAND [ARGS]...")]
    assert english == [language == "en"] * 2


def test_what_stands_for_a_value_is_said_in_the_language_in_use(story: Story) -> None:
    text, number = in_spanish("TEXT"), in_spanish("INTEGER RANGE")
    said = [story.run("--lang", "es", name, "--help").out for name in ("init", "schedule")]
    english = story.run("--lang", "en", "init", "--help").out

    assert f"--organisation {text} " in said[0]
    assert f"--days {number} " in said[1]
    assert "--organisation TEXT " in english
