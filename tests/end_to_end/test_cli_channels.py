"""`continuity channels`: tried, seen, confirmed, and doubted when nobody looks any more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any  # JSON, or keys of any dataclass

import pytest

from continuity.domain.evidence import Draft, RecordKind
from tests.simulators.mail import PASSWORD, MailRoom, mail_server
from tests.support.announced import with_mail
from tests.support.channels import ANA
from tests.support.story import Story, begin

_TRACKER = """\
tiques:
  kind: github
  secrets:
    token: {env: NO_SUCH_TOKEN}
  options: {repository: acme/it, address: "http://127.0.0.1:1"}
"""


@pytest.fixture
def room() -> MailRoom:
    return MailRoom()


@pytest.fixture
def story(tmp_path: Path, room: MailRoom) -> Iterator[Story]:
    with mail_server(room) as port:
        yield with_mail(tmp_path / "firm", port)


def listed(story: Story) -> dict[str, Any]:
    outlets: list[dict[str, Any]] = json.loads(story.run("channels", "--json").out)["outlets"]
    (one,) = outlets
    return one


def doubts(story: Story) -> list[tuple[str, str]]:
    rows = json.loads(story.run("doctor", "--json").out)["examined"]
    return [(row["verdict"], row["what"]) for row in rows if row["subject"] == "channel mail"]


def code_in(room: MailRoom) -> str:
    found = re.search(r"channels confirm ([A-Z2-9]{6})$", str(room.arrived[-1].mail), re.M)
    assert found is not None
    return found[1]


def test_a_channel_that_a_person_saw_is_sound(story: Story, room: MailRoom) -> None:
    before = listed(story)
    sent = story.run("channels", "test", "mail", "--to", "ana")
    waiting, code = listed(story), code_in(room)
    said = story.run("channels", "confirm", code.lower())
    after = listed(story)

    assert [one["verdict"] for one in (before, waiting, after)] == [
        "INCONCLUSIVE",
        "INCONCLUSIVE",
        "PASS",
    ]
    assert (sent.code, said.code) == (0, 0)
    assert room.arrived[0].to == (ANA,)
    assert "Recorded: the channel mail was seen." in said.out
    assert doubts(story) == [("PASS", after["what"])]


def test_the_code_is_nowhere_but_in_the_message(story: Story, room: MailRoom) -> None:
    said = story.run("channels", "test", "mail", "--to", "ana", "--json")
    exported = story.run("audit", "export", "--format", "jsonl")

    assert code_in(room) not in said.out + said.err + exported.out
    assert PASSWORD not in said.out + said.err + exported.out


def test_a_wrong_code_confirms_nothing(story: Story) -> None:
    story.run("channels", "test", "mail", "--to", "ana")
    said = story.run("channels", "confirm", "AAAAAA")

    assert said.code == 2
    assert "What to do:" in said.err
    assert listed(story)["confirmed_at"] is None


def test_a_channel_that_nobody_tries_any_more_is_doubted(story: Story) -> None:
    tested = Draft(
        kind=RecordKind.CHANNEL_TESTED,
        body={"channel": "mail", "kind": "email", "outcome": "confirmed", "code_hash": "1"},
    )
    seen = Draft(kind=RecordKind.CHANNEL_CONFIRMED, body={"channel": "mail", "test": 2})
    story.record(timedelta(days=32), tested, seen)
    said = story.run("channels")

    assert said.code == 3
    assert "The last test was on" in said.out
    assert "continuity channels test mail" in said.out
    assert [verdict for verdict, _what in doubts(story)] == ["INCONCLUSIVE"]


def test_probing_asks_every_outlet_and_tells_nobody(tmp_path: Path, room: MailRoom) -> None:
    with mail_server(room) as port:
        story = with_mail(tmp_path / "firm", port, more=_TRACKER)
        whole = story.run("channels", "probe", "--json")
        one = story.run("channels", "probe", "mail")
        rows = json.loads(whole.out)["examined"]

    assert [(row["name"], row["verdict"]) for row in rows] == [
        ("mail", "PASS"),
        ("tiques", "INCONCLUSIVE"),
    ]
    assert "NO_SUCH_TOKEN" in rows[1]["what"]
    assert (whole.code, one.code) == (3, 0)
    assert room.arrived == []


def test_a_person_without_an_address_gets_nothing_and_it_is_said(
    story: Story, room: MailRoom
) -> None:
    (story.root / "config/people.yaml").write_text("ana:\n  name: Ana\n")
    said = story.run("channels", "test", "mail", "--to", "ana")

    assert said.code == 3
    assert "no mail address" in said.out
    assert room.arrived == []
    assert "did not go out" in listed(story)["what"]


@pytest.mark.parametrize(
    "words", [("test", "mail"), ("test", "mail", "--to", "bob"), ("test", "m"), ("probe", "m")]
)
def test_who_and_what_must_exist(words: tuple[str, ...], story: Story, room: MailRoom) -> None:
    said = story.run("channels", *words)

    assert said.code == 2
    assert room.arrived == []


def test_a_firm_without_channels_is_told_that_nobody_is_and_that_is_no_pass(
    tmp_path: Path,
) -> None:
    firm = begin(tmp_path / "firm")
    listed = firm.run("channels")
    probed = firm.run("channels", "probe")
    plain = json.loads(firm.run("channels", "probe", "--json").out)

    assert (listed.code, probed.code) == (3, 3)
    assert "Nobody is told of anything" in listed.out
    assert "Nobody is told of anything" in probed.out
    assert plain == {"verdict": "INCONCLUSIVE", "examined": []}


def test_a_reader_is_written_to_in_the_own_language(story: Story, room: MailRoom) -> None:
    (story.root / "config/people.yaml").write_text(
        f"ana:\n  name: Ana\n  email: {ANA}\n  language: es\n"
    )
    story.run("channels", "test", "mail", "--to", "ana")

    assert room.arrived[0].mail["Content-Language"] == "es"
