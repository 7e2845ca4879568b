"""Those who hear of a failure in the demonstration: a tracker like GitHub's, and a mail server."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from demo.servers import ADDRESS
from tests.simulators.github import TOKEN, Github
from tests.simulators.simulator import Nasty, simulator

_CHANNELS = """\
# yaml-language-server: $schema=schema/channels.schema.json
correo:
  kind: email
  options:
    sender: continuity@montelar.example
    host: {address}
    port: {port}
    security: none
tiques:
  kind: github
  secrets:
    token:
      file: secrets/tiques
  options:
    address: {tracker}
    repository: acme/it
"""


@dataclass
class Mailbox:
    """Every mail that arrived, whoever it was for."""

    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 - the library calls it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail."""
        del server, session
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        self.mails.append(message_from_bytes(raw, policy=default))
        return "250 2.0.0 Ok"


@dataclass(frozen=True, kw_only=True)
class Listeners:
    """What people see: the tickets and the mails."""

    tracker: Github
    mailbox: Mailbox

    @property
    def tickets(self) -> list[str]:
        """Each ticket in one line: its state and its title."""
        return [f"{one.state}: {one.title}" for one in self.tracker.held()]

    @property
    def numbers(self) -> list[str]:
        """The numbers of the incidents that have tickets."""
        return [_number(one.title) for one in self.tracker.held()]

    @property
    def closed(self) -> list[str]:
        """The numbers of the incidents whose tickets were closed as completed."""
        done = (one for one in self.tracker.held() if one.state == "closed completed")
        return [_number(one.title) for one in done]

    @property
    def letter(self) -> str:
        """The text of the first mail, as a plain reader shows it."""
        first = self.mailbox.mails[0]
        body = first.get_body(("plain",))
        text = "" if body is None else str(body.get_content())
        return f"To: {first['to']}\nSubject: {first['subject']}\n\n{text}"


def _number(title: str) -> str:
    found = re.search(r"CONT-(\d+)", title)
    return "" if found is None else str(int(found[1]))


@contextmanager
def listening(firm: Path) -> Iterator[Listeners]:
    """Start both, and write them into the firm's workspace."""
    tracker, mailbox = Github(nasty=Nasty()), Mailbox()
    with socket.socket() as found:
        found.bind((ADDRESS, 0))
        port: int = found.getsockname()[1]
    control = Controller(mailbox, hostname=ADDRESS, port=port)
    control.start()
    try:
        with simulator(tracker, tracker.nasty) as server:
            (firm / "secrets" / "tiques").write_text(TOKEN, encoding="ascii")
            (firm / "secrets" / "tiques").chmod(0o600)
            channels = _CHANNELS.format(address=ADDRESS, port=port, tracker=server.address)
            (firm / "config" / "channels.yaml").write_text(channels, encoding="utf-8")
            yield Listeners(tracker=tracker, mailbox=mailbox)
    finally:
        control.stop()
