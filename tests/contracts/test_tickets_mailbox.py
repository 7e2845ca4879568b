"""What only a mailbox does to those who send tickets to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from continuity.domain.attachment import Attachment
from continuity.domain.delivery import Confirmed, Retryable
from continuity.domain.failure import ToolError
from continuity.domain.ticket import TicketRef, TicketState
from continuity.tickets.mailbox import MailboxOptions
from continuity.tickets.ticket import TicketSystem
from tests.simulators.held import BEGINNING
from tests.simulators.mail import MailRoom, mail_server
from tests.support.trackers import MAILBOX
from tests.support.tracking import DRAFT, MARKER


@pytest.fixture
def room() -> MailRoom:
    return MailRoom()


@pytest.fixture
def system(room: MailRoom) -> Iterator[TicketSystem]:
    with mail_server(room) as port:
        yield MAILBOX.open(f"127.0.0.1:{port}")


@pytest.fixture
def ref(system: TicketSystem) -> TicketRef:
    made = system.create(DRAFT)
    assert isinstance(made, Confirmed)
    return TicketRef(id=made.id, key=made.key, url=made.url)


def test_the_subject_tells_the_incident_and_rules_can_read_the_facts(
    ref: TicketRef, room: MailRoom
) -> None:
    mail = room.arrived[0].mail

    assert mail["Subject"] == "[CONT-0042][S2] Accounting cannot be restored"
    assert mail["Message-ID"] == f"<{MARKER}@acme.example>"
    assert (ref.id, ref.key) == (f"<{MARKER}@acme.example>", "CONT-0042")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().splitlines()[-6:] == [
        "incident: CONT-0042",
        "severity: S2",
        "system: accounting",
        f"address: {DRAFT.url}",
        "labels: continuity-drill",
        f"[{MARKER}]",
    ]


def test_everything_about_one_incident_is_one_thread(
    ref: TicketRef, system: TicketSystem, room: MailRoom
) -> None:
    system.comment(ref, "The disk was exchanged.", "k1")
    system.move(ref, TicketState.RESOLVED, "Proven.")
    system.attach(ref, Attachment(name="a.pdf", media_type="application/pdf", content=b"a"))

    answers = [arrived.mail for arrived in room.arrived[1:]]
    assert [mail["References"] for mail in answers] == [ref.id] * 3
    assert len({mail["Message-ID"] for mail in answers} | {ref.id}) == 4
    assert [mail["Subject"] for mail in answers] == [
        "Re: [CONT-0042]",
        "Re: [CONT-0042] resolved",
        "Re: [CONT-0042] a.pdf",
    ]
    assert "state: resolved" in answers[1].get_content().splitlines()


def test_a_mail_that_is_sent_again_has_its_old_name(
    ref: TicketRef, system: TicketSystem, room: MailRoom
) -> None:
    for _ in range(2):
        system.comment(ref, "a", "k1")
        system.create(DRAFT)

    names = [str(arrived.mail["Message-ID"]) for arrived in room.arrived]
    assert len(names) == 5
    assert len(set(names)) == 2


def test_a_greylisted_ticket_can_be_sent_again(system: TicketSystem, room: MailRoom) -> None:
    room.greylisted = 1

    outcomes = [system.create(DRAFT), system.create(DRAFT)]

    assert [type(one) for one in outcomes] == [Retryable, Confirmed]


def test_that_nothing_comes_back_is_said_and_not_guessed(
    ref: TicketRef, system: TicketSystem
) -> None:
    with pytest.raises(ToolError):
        system.fetch(ref)

    assert system.find(MARKER) == ()
    assert system.changes_since(BEGINNING, (ref,)) == ()


@pytest.mark.parametrize("kind", ["text/html", "message/rfc822", "multipart/mixed", "x\r\ny: z"])
def test_a_file_never_becomes_a_part_that_is_shown(
    kind: str, ref: TicketRef, system: TicketSystem, room: MailRoom
) -> None:
    outcome = system.attach(ref, Attachment(name="a.html", media_type=kind, content=b"<b>a</b>"))

    (part,) = room.arrived[1].mail.iter_attachments()
    assert isinstance(outcome, Confirmed)
    assert part.get_content_type() == "application/octet-stream"
    assert part.get_content() == b"<b>a</b>"


@pytest.mark.parametrize(
    "address", ["", "help", "a@b@c", "a b@c", "<a@b>", "a@b\nBcc: c@d", "a@b,c@d"]
)
def test_an_address_that_is_none_is_refused_when_it_is_written(address: str) -> None:
    with pytest.raises(ValidationError):
        MailboxOptions(to=address, sender="a@b", host="mail")
