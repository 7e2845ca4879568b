"""`continuity bundle` on the command line: what is written, said, and told by the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.story import Story, begin

SETTINGS = "organisation: Acme\nlanguage: en\nzone: Europe/Madrid\n"


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """A firm with two places at other sites, one of which is not there."""
    for name in ("stick", "safe"):
        (tmp_path / name).mkdir()
    places = "".join(
        f"    {name}: {{kind: directory, path: {tmp_path}/{name}, site: {name}}}\n"
        for name in ("stick", "safe")
    )
    offline = {"config/continuity.yaml": f"{SETTINGS}offline:\n  places:\n{places}"}
    return begin(tmp_path / "acme", offline)


def test_a_copy_to_look_at_is_a_folder_that_opens_by_itself(story: Story, tmp_path: Path) -> None:
    said = story.run("bundle", "--to", str(tmp_path / "look"))
    again = story.run("bundle", "--to", str(tmp_path / "look"))

    assert said.code == 0, said.err
    for name in ("index.html", "README.txt", "MANIFEST.sha256", "kit/erp.sh", "kit/web.sh"):
        assert (tmp_path / "look" / name).is_file()
    assert again.code == 2
    assert "Name a new directory" in again.err


def test_without_a_place_it_says_what_to_write(tmp_path: Path) -> None:
    story = begin(tmp_path / "acme")
    published, stood = story.run("bundle", "publish"), story.run("bundle", "status")

    assert published.code == 2
    assert "offline: places:" in published.err
    assert stood.code == 3
    assert "Of 2 places needed" in stood.out


def test_published_then_edited_then_published_again(story: Story) -> None:
    before = json.loads(story.run("bundle", "status", "--json").out)
    published = story.run("bundle", "publish")
    fresh = story.run("bundle", "status", "--json")
    people = story.root / "config/people.yaml"
    people.write_text(people.read_text().replace("Ana", "Ana Ruiz"))
    edited = story.run("bundle", "status")
    story.run("bundle", "publish")
    after = story.run("bundle", "status", "--json")

    assert {one["verdict"] for one in before["places"]} == {"INCONCLUSIVE"}
    assert published.code == 0, published.err
    assert published.out.splitlines() == ["safe: published", "stick: published"]
    assert (fresh.code, after.code) == (0, 0)
    assert edited.code not in {0, 2}
    assert "changed since" in edited.out
    assert [one["verdict"] for one in json.loads(after.out)["places"]] == ["PASS", "PASS"]


def test_a_place_that_is_away_is_told_and_the_other_gets_its_copy(story: Story) -> None:
    (story.root.parent / "safe").rmdir()
    said = story.run("bundle", "publish", "--json")
    result = json.loads(said.out)

    assert said.code == 3
    assert [one["verdict"] for one in result["places"]] == ["INCONCLUSIVE", "PASS"]
    assert "cannot be written" in result["places"][0]["reason"]
    assert (story.root.parent / "stick" / result["bundle"] / "index.html").is_file()


def test_an_old_place_becomes_an_incident(story: Story) -> None:
    updated = story.run("incidents", "update")
    told = " ".join(story.run("incidents", "show", "1", "--json").out.split())

    assert "defect" not in updated.err
    assert "offline-old" in told
    assert "offline:" in told


def test_a_tick_publishes_once_a_day_by_itself(story: Story) -> None:
    first, second = story.run("tick"), story.run("tick")
    stick = story.root.parent / "stick"
    names = sorted(one.name for one in stick.iterdir())

    assert (first.err, second.err) == ("", "")
    assert len(names) == 2
    assert names[-1] == "LATEST.txt"


def test_doctor_names_the_place_and_the_command(story: Story) -> None:
    told = story.run("doctor")

    assert "offline copy at stick" in told.out
    assert "continuity bundle publish" in " ".join(told.out.split())
