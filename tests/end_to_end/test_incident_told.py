"""The whole chain: a corrupt copy, an incident, a ticket, a mail; repaired, tested, and over."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.simulators import github
from tests.simulators.held import Desk, Held
from tests.simulators.mail import Arrived, MailRoom, mail_server
from tests.simulators.simulator import Nasty
from tests.support.firm import Firm, Wishes, a_firm
from tests.support.terminal import filled, rot, run
from tests.support.trackers import GITHUB

_CHANNELS = """\
tiques:
  kind: github
  secrets: {{token: {{env: TRACKER}}}}
  options: {{address: "{tracker}", repository: acme/it}}
correo:
  kind: email
  options: {{sender: continuity@acme.example, host: 127.0.0.1, port: {mail}, security: none}}
"""


@dataclass(frozen=True)
class Outside:
    """A firm, and those who hear of it."""

    firm: Firm
    desk: Desk
    room: MailRoom

    def run(self, *words: str) -> int:
        return run(self.firm, *words, TRACKER=github.TOKEN).code

    def ticket(self) -> Held:
        (one,) = self.desk.held()
        return one

    def mails(self) -> list[Arrived]:
        return self.room.arrived

    def break_copy(self) -> None:
        self.run("backup")
        shutil.copytree(self.firm.repository(), self.firm.root / "kept", symlinks=True)
        rot(self.firm)
        self.run("drill")

    def mend_copy(self) -> None:
        shutil.rmtree(self.firm.repository())
        shutil.copytree(self.firm.root / "kept", self.firm.repository(), symlinks=True)


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    nasty, room = Nasty(), MailRoom(needs_login=False)
    with GITHUB.running(nasty) as (desk, address), mail_server(room) as port:
        assert isinstance(desk, github.Github)
        desk.clock.at = datetime.now(UTC)
        firm = filled(a_firm(tmp_path, Wishes(system={"rpo": "24h", "rto": "4h"})))
        channels = _CHANNELS.format(tracker=address, mail=port)
        (firm.workspace / "config/channels.yaml").write_text(channels)
        (firm.workspace / "config/people.yaml").write_text(
            "ana: {name: Ana, email: ana@acme.example}\n"
        )
        yield Outside(firm, desk, room)


def test_a_corrupt_copy_is_told_by_ticket_and_mail_and_ended_by_proof(outside: Outside) -> None:
    outside.break_copy()
    opened, told = outside.ticket(), len(outside.mails())
    outside.run("incidents", "resolve", "1", "--note", "put the copy back", "--by", "ana")
    outside.mend_copy()
    outside.run("incidents", "retest", "1")

    assert "CONT-0001" in opened.title
    assert told == 1
    assert outside.ticket().state == "closed completed"
    assert len(outside.mails()) == 2
    subjects = [str(one.mail["subject"]) for one in outside.mails()]
    assert ["CONT-0001" in subject for subject in subjects] == [True, True]
    assert outside.mails()[0].mail["references"] == outside.mails()[1].mail["references"]


def test_what_was_proven_to_be_over_and_comes_back_is_told_again_once(outside: Outside) -> None:
    outside.break_copy()
    outside.mend_copy()
    outside.run("incidents", "retest", "1")
    over = len(outside.mails())
    rot(outside.firm)
    outside.run("drill")
    outside.run("incidents", "update")
    back = outside.mails()[over:]

    body = back[0].mail.get_body(("plain",)) if back else None
    text = "" if body is None else " ".join(str(body.get_content()).split())

    assert over == 2
    assert [one.to for one in back] == [("ana@acme.example",)]
    assert "CONT-0001" in str(back[0].mail["subject"])
    assert "It was over, and has come back." in text
    assert "Nobody has taken it yet." in text
    assert "continuity incidents show 1" in text


def test_what_was_told_once_is_not_told_again_by_looking_again(outside: Outside) -> None:
    outside.break_copy()
    for _ in range(3):
        outside.run("incidents", "update")

    assert len(outside.mails()) == 1
    assert len(outside.desk.held()) == 1
    assert outside.ticket().notes == []


def test_a_ticket_closed_by_hand_ends_nothing_and_shows_who_closed_it(outside: Outside) -> None:
    outside.break_copy()
    outside.desk.moves("#1", "closed")
    outside.run("incidents", "update")

    shown = run(outside.firm, "incidents", "show", "1", TRACKER=github.TOKEN).out
    assert "in progress" in shown
    assert "anna" in shown
    assert "the ticket was closed there" in shown or "declared solved there" in shown
    assert "What was done?" in outside.ticket().notes[-1].text


def test_a_tracker_that_cannot_be_heard_is_named_and_stops_nothing(outside: Outside) -> None:
    outside.break_copy()
    outside.desk.nasty.storm = 10**6
    said = run(outside.firm, "incidents", "update", TRACKER=github.TOKEN)

    assert said.code == 0
    assert "GitHub" in said.err


def test_a_deleted_ticket_is_made_again_when_a_person_asks(outside: Outside) -> None:
    outside.break_copy()
    outside.desk.removes("#1")
    outside.run("incidents", "update")
    assert outside.desk.held() == []
    outside.run("incidents", "ticket", "1", "--by", "ana")

    assert "CONT-0001" in outside.ticket().title


def test_what_was_told_is_shown_with_its_way_and_its_end(outside: Outside) -> None:
    outside.room.greylisted = 1
    outside.break_copy()

    shown = run(outside.firm, "incidents", "show", "1", TRACKER=github.TOKEN).out
    assert "tiques: opened, confirmed" in shown
    assert "correo" in shown
    assert "waits until" in shown


def test_a_tracker_in_trouble_keeps_no_mail_from_being_sent(outside: Outside) -> None:
    outside.desk.nasty.storm = 10**6
    outside.break_copy()

    assert outside.desk.held() == []
    assert len(outside.mails()) == 1


def test_a_mail_server_that_comes_later_gets_everything(outside: Outside) -> None:
    outside.room.greylisted = 1
    outside.break_copy()
    assert outside.mails() == []

    # The next try is a minute away: what is due is sent by whatever command comes then.
    assert run(outside.firm, "incidents", "--json", TRACKER=github.TOKEN).code == 1


def test_no_secret_and_no_markup_of_file_names_is_in_what_is_told(outside: Outside) -> None:
    source = outside.firm.source("erp")
    (source / "<b>file 00").write_text("x\n")
    outside.break_copy()

    mail = outside.mails()[0].mail
    page = mail.get_body(("html",))
    assert page is not None
    assert github.TOKEN not in outside.mails()[0].raw.decode(errors="replace")
    assert github.TOKEN not in outside.ticket().text
    assert "&lt;b&gt;file 00" in page.get_content()
    assert "<b>file" not in page.get_content()
