"""A mail server, and behind it a desk that keeps tickets in a mailbox."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.simulators.simulator import Nasty
from tests.support.ports import free_port

USER, PASSWORD = "continuity@acme.example", "corréct-horse/battery+7"


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A mail as it came, and for whom."""

    sender: str
    to: tuple[str, ...]
    raw: bytes
    secured: bool

    @property
    def mail(self) -> EmailMessage:
        read = message_from_bytes(self.raw, policy=default)
        assert isinstance(read, EmailMessage)
        return read


@dataclass(kw_only=True)
class MailRoom:
    """What goes wrong and what arrived.

    Beside the common ones: ``greylisted`` recipients are sent away for now, ``unknown`` for ever;
    ``silent`` never answers the end of a mail; what is longer than ``largest`` is refused, and
    ``advertised`` is what it says that it takes.
    """

    nasty: Nasty = field(default_factory=Nasty)
    arrived: list[Arrived] = field(default_factory=list)
    greylisted: int = 0
    unknown: bool = False
    silent: bool = False
    largest: int = 0
    advertised: int = 33_554_432
    foreign_letters: bool = True
    needs_login: bool = True

    def check(
        self, server: SMTP, session: Session, envelope: Envelope, *given: object
    ) -> AuthResult:
        """Check a login; a careless server repeats what it was given."""
        mechanism, told = given
        assert isinstance(told, LoginPassword)
        if self.nasty.take("locked_out"):
            plain = base64.b64encode(b"\0" + told.login + b"\0" + told.password).decode()
            said = f"535 5.7.8 {told.login.decode()} {told.password.decode()} {plain} {mechanism}"
            return AuthResult(success=False, handled=False, message=said)
        right = (told.login, told.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False, message=None if right else "535 5.7.8 No")

    async def handle_MAIL(  # noqa: N802 - the library calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await asyncio.sleep(self.nasty.slow_seconds)
        if self.nasty.take("cuts"):
            _cut(server)
        if self.nasty.take("throttled"):
            return "421 4.7.0 Too many connections, slow down"
        if self.nasty.take("storm"):
            return "451 4.3.0 Local error in processing"
        if self.needs_login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - the library calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.greylisted > 0:
            self.greylisted -= 1
            return "450 4.2.0 Greylisted, come back in five minutes"
        if self.unknown:
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library calls it
        content = envelope.content
        assert isinstance(content, bytes)
        assert envelope.mail_from is not None
        if 0 < self.largest < len(content):
            return "552 5.3.4 Message size exceeds fixed limit"
        self.arrived.append(
            Arrived(
                sender=envelope.mail_from,
                to=tuple(envelope.rcpt_tos),
                raw=content,
                secured=session.ssl is not None,
            )
        )
        if self.nasty.take("drops") or self.nasty.take("mute"):
            _cut(server)
        if self.silent:
            await asyncio.sleep(60)
        return "250 2.0.0 Ok: queued as 4Bq9"


def _cut(server: SMTP) -> None:
    transport = server.transport
    assert isinstance(transport, asyncio.WriteTransport)
    transport.abort()


@contextmanager
def mail_server(
    room: MailRoom, tls: ssl.SSLContext | None = None, *, implicit: bool = False
) -> Iterator[int]:
    """Run it on a free port of this machine; gives the port."""
    port = free_port()
    control = Controller(
        room,
        hostname="127.0.0.1",
        port=port,
        ssl_context=tls if implicit else None,
        tls_context=None if implicit else tls,
        auth_require_tls=False,
        authenticator=room.check,
        enable_SMTPUTF8=room.foreign_letters,
        data_size_limit=room.advertised,
        server_hostname="mail.acme.example",
    )
    control.start()
    try:
        yield port
    finally:
        control.stop()
