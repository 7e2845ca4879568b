"""A real mail server of this machine, and the mailbox into which it puts what arrives."""

from __future__ import annotations

import mailbox
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from demo.servers import ADDRESS

CHANNEL = """\
correo:
  kind: email
  options:
    sender: continuity@montelar.example
    host: {address}
    port: {port}
    security: none
"""


@dataclass
class Mailbox:
    """Every mail that arrived, whoever it was for; ``arrived`` hears of each."""

    place: Path
    arrived: Callable[[EmailMessage], None] = lambda _mail: None
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 - the library calls it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail."""
        del server, session
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        mailbox.Maildir(self.place, create=True).add(raw)
        mail = message_from_bytes(raw, policy=default)
        self.mails.append(mail)
        self.arrived(mail)
        return "250 2.0.0 Ok"


@contextmanager
def post_office(taken: Mailbox) -> Iterator[str]:
    """Run the server; gives how it is written into a workspace as a channel."""
    with socket.socket() as found:
        found.bind((ADDRESS, 0))
        port: int = found.getsockname()[1]
    control = Controller(taken, hostname=ADDRESS, port=port)
    control.start()
    try:
        yield CHANNEL.format(address=ADDRESS, port=port)
    finally:
        control.stop()


def text_of(mail: EmailMessage) -> str:
    """Give a mail as a plain reader shows it."""
    body = mail.get_body(("plain",))
    text = "" if body is None else str(body.get_content())
    return f"To: {mail['to']}\nSubject: {mail['subject']}\n\n{text}"
