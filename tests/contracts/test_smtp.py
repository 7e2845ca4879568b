"""Mail handed to a real server that has good and bad days."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from continuity.domain.delivery import Confirmed, Outcome, Rejected, Retryable, Uncertain
from continuity.domain.failure import AuthenticationError, ToolError, UnreachableError
from continuity.domain.secret import Secret
from continuity.hosts.smtp import SIZE, MailServer, Security, deliver, knock
from tests.simulators.mail import PASSWORD, USER, MailRoom, mail_server
from tests.support.ports import free_port
from tests.support.storages import certificate

SENDER, ANNA = "continuity@acme.example", "anna@acme.example"


@pytest.fixture
def room() -> MailRoom:
    return MailRoom()


@pytest.fixture
def server(room: MailRoom) -> Iterator[MailServer]:
    with mail_server(room) as port:
        yield MailServer(
            host="127.0.0.1",
            port=port,
            security=Security.NONE,
            login=(USER, Secret(PASSWORD)),
            seconds=10,
            whole_seconds=30,
        )


def a_mail(text: str = "Hello\n.\n..two\n.one\nBye ñ\n") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = SENDER, ANNA, "Accounting cannot be restored"
    mail["Message-ID"] = "<cont-0042@acme.example>"
    mail.set_content(text, cte="quoted-printable")
    return mail


def sent(server: MailServer, to: str = ANNA) -> Outcome:
    return deliver(server, a_mail(), SENDER, to)


def test_a_mail_arrives_as_it_was_written(server: MailServer, room: MailRoom) -> None:
    outcome = sent(server)

    (one,) = room.arrived
    assert outcome == Confirmed(id="<cont-0042@acme.example>", key="250 2.0.0 Ok: queued as 4Bq9")
    assert (one.sender, one.to) == (SENDER, (ANNA,))
    assert one.mail.get_content().splitlines() == a_mail().get_content().splitlines()
    assert one.raw.isascii()


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_way_that_is_to_be_secured_is_secured(
    security: Security, room: MailRoom, tmp_path: Path
) -> None:
    vouched, key = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(vouched, key)
    with mail_server(room, context, implicit=security is Security.TLS) as port:
        trusting = MailServer(
            host="127.0.0.1",
            port=port,
            security=security,
            login=(USER, Secret(PASSWORD)),
            ca_certificate=vouched,
            seconds=10,
        )
        outcomes = [sent(trusting), sent(replace(trusting, ca_certificate=None))]

    assert [type(one) for one in outcomes] == [Confirmed, Retryable]
    assert len(room.arrived) == 1
    assert "trusted" in repr(outcomes[1])


def test_a_server_that_cannot_secure_the_way_gets_neither_password_nor_mail(
    server: MailServer, room: MailRoom
) -> None:
    outcome = sent(replace(server, security=Security.STARTTLS))

    assert isinstance(outcome, Rejected)
    assert room.arrived == []


def test_a_password_never_goes_over_a_network_in_clear_text(server: MailServer) -> None:
    outcome = sent(replace(server, host="mail.acme.example"))

    assert isinstance(outcome, Rejected)
    assert "clear text" in str(outcome.reason)


def test_a_refused_login_is_a_setting_to_change_and_stays_secret(
    server: MailServer, room: MailRoom
) -> None:
    room.nasty.locked_out = 10

    outcome = sent(server)
    with pytest.raises(AuthenticationError) as caught:
        knock(server)

    told = repr(outcome) + repr(caught.value) + repr(server)
    assert isinstance(outcome, Rejected)
    assert [word for word in (PASSWORD, "corr", "horse") if word in told] == []


def test_knocking_hands_over_nothing(server: MailServer, room: MailRoom) -> None:
    knock(server)

    assert room.arrived == []


def test_a_greylisted_mail_comes_again(server: MailServer, room: MailRoom) -> None:
    room.greylisted = 1

    outcomes = [sent(server), sent(server)]

    assert [type(one) for one in outcomes] == [Retryable, Confirmed]
    assert "Greylisted" in repr(outcomes[0])


@pytest.mark.parametrize("knob", ["throttled", "storm", "cuts"])
def test_a_server_in_trouble_surely_has_no_mail(
    knob: str, server: MailServer, room: MailRoom
) -> None:
    setattr(room.nasty, knob, 1)

    outcome = sent(server)

    assert isinstance(outcome, Retryable)
    assert room.arrived == []


def test_nobody_there_is_no_mail_surely(server: MailServer) -> None:
    outcome = sent(replace(server, port=free_port()))

    assert isinstance(outcome, Retryable)


def test_a_slow_server_surely_has_no_mail(server: MailServer, room: MailRoom) -> None:
    room.nasty.slow_seconds = 0.8

    assert isinstance(sent(replace(server, seconds=0.5)), Retryable)
    assert room.arrived == []


def test_a_server_that_falls_silent_after_the_mail_may_have_it(
    server: MailServer, room: MailRoom
) -> None:
    room.nasty.drops = 1
    dropped = sent(server)
    room.silent = True
    silent = sent(replace(server, seconds=2))

    assert isinstance(dropped, Uncertain)
    assert isinstance(silent, Uncertain)
    assert len(room.arrived) == 2


def test_an_unknown_recipient_is_refused(server: MailServer, room: MailRoom) -> None:
    room.unknown = True

    outcome = sent(server)

    assert isinstance(outcome, Rejected)
    assert "No such user" in str(outcome.reason)


@pytest.mark.parametrize("address", ["a@b\r\nRCPT TO:<evil@x>", "a b@c", "a@b>\x00"])
def test_an_address_cannot_smuggle_a_command(
    address: str, server: MailServer, room: MailRoom
) -> None:
    outcome = sent(server, address)

    assert not isinstance(outcome, Uncertain)
    assert [to for one in room.arrived for to in one.to if "evil" in to] == []


def test_letters_that_a_server_does_not_know_are_refused_and_not_mangled() -> None:
    room = MailRoom(foreign_letters=False, needs_login=False)
    with mail_server(room) as port:
        plain = MailServer(host="127.0.0.1", port=port, security=Security.NONE)
        outcomes = [sent(plain, "josé@acme.example"), sent(plain)]

    assert [type(one) for one in outcomes] == [Rejected, Confirmed]


def test_letters_that_a_server_knows_go_through(server: MailServer, room: MailRoom) -> None:
    outcome = sent(server, "josé@acme.example")

    assert isinstance(outcome, Confirmed)
    assert room.arrived[0].to == ("josé@acme.example",)


def test_a_server_that_never_comes_to_the_point_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_draw_out, args=(listener,), daemon=True)
        thread.start()
        endless = MailServer(
            host="127.0.0.1",
            port=listener.getsockname()[1],
            security=Security.NONE,
            seconds=1.0,
            whole_seconds=0.8,
        )

        outcome = sent(endless)
        thread.join(5)

    assert isinstance(outcome, Retryable)
    assert not thread.is_alive()


def _draw_out(listener: socket.socket) -> None:
    caller, _ = listener.accept()
    with caller:
        caller.sendall(b"220 Welcome\r\n")
        try:
            while True:
                caller.sendall(b"250-and another thing\r\n")
                threading.Event().wait(0.05)
        except OSError:
            return


def test_trouble_is_told_apart_when_only_looking(server: MailServer) -> None:
    with pytest.raises(UnreachableError):
        knock(replace(server, port=free_port()))
    with pytest.raises(ToolError):
        knock(replace(server, security=Security.STARTTLS))


@pytest.mark.parametrize("told_before", [True, False])
def test_a_mail_that_is_too_large_is_refused_as_such(room: MailRoom, *, told_before: bool) -> None:
    if told_before:
        room.advertised = 20_000
    else:
        room.largest = 20_000
    with mail_server(room) as port:
        server = MailServer(
            host="127.0.0.1", port=port, security=Security.NONE, login=(USER, Secret(PASSWORD))
        )
        large = deliver(server, a_mail("word " * 10_000), SENDER, ANNA)
        small = deliver(server, a_mail(), SENDER, ANNA)

    assert isinstance(large, Rejected)
    assert large.fields == (SIZE,)
    assert isinstance(small, Confirmed)
    assert len(room.arrived) == 1
