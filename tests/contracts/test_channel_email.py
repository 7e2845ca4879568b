"""What only mail promises: threads, senders that hold, pages that are safe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

import pytest

from continuity.domain.delivery import Confirmed, Outcome, Rejected
from continuity.domain.letter import Letter
from continuity.domain.ticket import Severity
from continuity.notify.channel import Channel
from tests.simulators.mail import MailRoom, mail_server
from tests.simulators.seen import Page, page_from_text
from tests.support.channels import ANA, WAYS
from tests.support.letters import ENDLESS, HOSTILE, LETTER, OVER


@pytest.fixture
def room() -> MailRoom:
    return MailRoom()


@pytest.fixture
def channel(room: MailRoom) -> Iterator[Channel]:
    with mail_server(room) as port:
        yield WAYS["email"].open(f"http://127.0.0.1:{port}")


def mailed(
    channel: Channel, room: MailRoom, letter: Letter = LETTER, to: str = ANA
) -> EmailMessage:
    outcome: Outcome = channel.send(letter, to)
    assert isinstance(outcome, Confirmed), outcome
    return room.arrived[-1].mail


def page_of(mail: EmailMessage) -> Page:
    part = mail.get_body(("html",))
    assert part is not None
    return page_from_text(part.get_content())


def test_all_about_one_incident_hangs_together(channel: Channel, room: MailRoom) -> None:
    first, second = mailed(channel, room), mailed(channel, room, OVER)
    other = mailed(channel, room, replace(LETTER, thread="f2-43", key="43"))

    assert first["References"] == first["In-Reply-To"] == second["References"]
    assert other["References"] != first["References"]
    assert len({one["Message-ID"] for one in (first, second, other)}) == 3


def test_names_of_people_do_not_travel_in_the_names_of_mails(
    channel: Channel, room: MailRoom
) -> None:
    mail = mailed(channel, room)

    assert re.fullmatch(r"<cont-0042\.[0-9a-f]{24}@acme\.example>", mail["Message-ID"])


def test_the_sender_is_who_was_configured_in_mail_and_envelope(
    channel: Channel, room: MailRoom
) -> None:
    mail = mailed(channel, room)

    assert mail["From"] == "Continuity <continuity@acme.example>"
    assert room.arrived[0].sender == "continuity@acme.example"
    assert (mail["Sender"], mail["Return-Path"]) == (None, None)
    assert mail["Date"] == "Sat, 21 Nov 2026 03:12:00 +0000"


def test_machines_know_it_for_a_machine_and_rules_can_sort_it(
    channel: Channel, room: MailRoom
) -> None:
    mail = mailed(channel, room)

    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "Continuity <acme-s-l.continuity.acme.example>"
    assert (mail["X-Continuity-Incident"], mail["X-Continuity-Severity"]) == ("CONT-0042", "S1")


@pytest.mark.parametrize(
    ("letter", "importance"),
    [
        (LETTER, "high"),
        (OVER, None),
        (replace(LETTER, drill=True), None),
        (replace(LETTER, severity=Severity.S3), None),
    ],
)
def test_only_what_is_urgent_says_that_it_is(
    letter: Letter, importance: str | None, channel: Channel, room: MailRoom
) -> None:
    assert mailed(channel, room, letter)["Importance"] == importance


def test_no_name_of_a_file_adds_a_header(channel: Channel, room: MailRoom) -> None:
    mail, plain = mailed(channel, room, HOSTILE), mailed(channel, room)

    assert mail.keys() == plain.keys()
    assert mail["Bcc"] is None
    assert len(mail["Subject"].splitlines()) == 1


def test_no_name_of_a_file_becomes_markup(channel: Channel, room: MailRoom) -> None:
    hostile, plain = page_of(mailed(channel, room, HOSTILE)), page_of(mailed(channel, room))

    assert set(hostile.tags) <= set(plain.tags) | {"br"}
    assert hostile.links == [LETTER.url]


def test_a_page_fetches_nothing_and_says_its_language(channel: Channel, room: MailRoom) -> None:
    mail = mailed(channel, room, replace(LETTER, language="es"))
    part = mail.get_body(("html",))

    assert part is not None
    assert page_of(mail).fetched == []
    assert '<html lang="es"' in part.get_content()
    assert re.findall(r"https?://(?!continuity\.acme\.example)", part.get_content()) == []
    assert mail["Content-Language"] == "es"


def test_what_a_colour_says_is_said_in_words(channel: Channel, room: MailRoom) -> None:
    banners = [
        page_of(mailed(channel, room, replace(LETTER, severity=severity))).words
        for severity in Severity
    ]

    for severity, words in zip(Severity, banners, strict=True):
        assert any(f"({severity})" in word for word in words)


def test_every_line_is_one_that_all_servers_take(channel: Channel, room: MailRoom) -> None:
    for letter in (LETTER, HOSTILE, ENDLESS):
        mailed(channel, room, letter)

    for one in room.arrived:
        assert one.raw.isascii()
        assert max(map(len, one.raw.splitlines())) <= 998


def test_a_page_is_below_what_mail_readers_cut(channel: Channel, room: MailRoom) -> None:
    part = mailed(channel, room, ENDLESS).get_body(("html",))

    assert part is not None
    assert len(part.get_content().encode()) < 100_000


def test_foreign_names_are_written_as_they_are(channel: Channel, room: MailRoom) -> None:
    mail = mailed(channel, room, to="josé@añil.example")

    assert room.arrived[0].to == ("josé@xn--ail-7ma.example",)
    assert "josé" in str(mail["To"])


@pytest.mark.parametrize(
    "address",
    ["", "ana", "a@b\r\nBcc: c@d", "a b@c", "ana@acme.example, all@acme.example", "a@b@c"],
)
def test_what_is_no_address_gets_no_mail(address: str, channel: Channel, room: MailRoom) -> None:
    outcome = channel.send(LETTER, address)

    assert isinstance(outcome, Rejected)
    assert outcome.fields == ("email",)
    assert room.arrived == []
