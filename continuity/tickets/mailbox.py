"""Tickets as mail to a mailbox that somebody, or some other system, keeps an eye on.

No state ever comes back. A mail that is sent again has the same Message-ID, by which mailboxes and
help desks tell it from a new one.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Annotated, Literal

from pydantic import Field

from continuity.domain.attachment import Attachment
from continuity.domain.clock import Now
from continuity.domain.delivery import Confirmed, Outcome, Rejected
from continuity.domain.examined import Examined, guarded, sound
from continuity.domain.failure import ToolError
from continuity.domain.text import N_, say
from continuity.domain.ticket import RemoteChange, RemoteTicket, TicketDraft, TicketRef, TicketState
from continuity.domain.written import Written
from continuity.hosts.mail_parts import enclose
from continuity.hosts.smtp import MailServer, Security, deliver, knock
from continuity.tickets.ticket import (
    Abilities,
    TicketKind,
    TicketOpening,
    TicketSystem,
)
from continuity.tickets.writing import (
    clean,
    file_name,
    key_line,
    key_of_move,
    marker_line,
    one_line,
)

_SUBJECT, _TEXT = 200, 100_000
_LARGEST_FILE = 10 << 20

MailAddress = Annotated[str, Field(pattern=r"^[^\s@<>,;:\"()\[\]]{1,64}@[A-Za-z0-9.-]{1,190}$")]


class MailboxOptions(Written):
    """Where the mail goes, and through which server."""

    kind: Literal["mailbox"] = Field(default="mailbox", description="mail to a ticket mailbox")
    to: MailAddress = Field(description="address of the mailbox", examples=["help@acme.example"])
    sender: MailAddress = Field(description="address that it comes from")
    host: str = Field(pattern=r"^[A-Za-z0-9.:-]+$", description="name of the mail server")
    port: int = Field(default=587, gt=0, lt=65_536)
    security: Security = Field(default=Security.STARTTLS, description="how the way is protected")
    user: str = Field(default="", description="who logs in; nobody if absent")


@dataclass(frozen=True)
class _Mailbox:
    options: MailboxOptions
    server: MailServer
    now: Now

    @property
    def abilities(self) -> Abilities:
        return Abilities(
            internal_notes=False, reads=False, idempotent=True, attachment_bytes=_LARGEST_FILE
        )

    def probe(self) -> tuple[Examined, ...]:
        return (guarded(say(N_("mail server")), self._probe),)

    def _probe(self) -> Examined:
        knock(self.server)
        what = say(N_("It takes mail for {address}; nothing comes back."), address=self.options.to)
        return sound(say(N_("mail server")), what)

    def create(self, draft: TicketDraft) -> Outcome:
        facts = [
            ("incident", draft.number),
            ("severity", draft.severity.value),
            ("system", draft.system),
            ("address", draft.url),
            ("asset", draft.asset),
            ("labels", ", ".join(draft.labels)),
        ]
        tail = "\n".join([*_lines(facts), marker_line(draft.marker)])
        mail = self._mail(f"[{draft.number}][{draft.severity}] {draft.title}")
        mail["Message-ID"] = self._id(draft.marker)
        _write(mail, draft.body, tail)
        return self._send(mail, draft.number)

    def find(self, marker: str) -> tuple[TicketRef, ...]:
        return ()

    def comment(self, ref: TicketRef, text: str, key: str) -> Outcome:
        mail = self._answer(ref, key, "")
        _write(mail, text, key_line(key))
        return self._send(mail, ref.key)

    def move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        key = key_of_move(to, note)
        mail = self._answer(ref, key, to.value)
        tail = "\n".join([*_lines([("incident", ref.key), ("state", to.value)]), key_line(key)])
        _write(mail, note, tail)
        return self._send(mail, ref.key)

    def attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        if len(attachment.content) > _LARGEST_FILE:
            return Rejected(reason=say(N_("The file is too large for {name}."), name="mail"))
        named = file_name(attachment.name)
        key = f"file-{named}-{hashlib.sha256(attachment.content).hexdigest()}"
        mail = self._answer(ref, key, named)
        _write(mail, named, key_line(key))
        enclose(mail, attachment, named)
        return self._send(mail, ref.key)

    def fetch(self, ref: TicketRef) -> RemoteTicket:
        raise ToolError(say(N_("No state comes back from a mailbox.")))

    def changes_since(
        self, moment: datetime, refs: tuple[TicketRef, ...]
    ) -> tuple[RemoteChange, ...]:
        return ()

    def _mail(self, subject: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = Address("Continuity", addr_spec=self.options.sender)
        mail["To"] = self.options.to
        mail["Subject"] = one_line(subject, _SUBJECT)
        mail["Date"] = format_datetime(self.now())
        # Nobody's holiday greeting is to be answered by another.
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        return mail

    def _answer(self, ref: TicketRef, key: str, what: str) -> EmailMessage:
        mail = self._mail(f"Re: [{ref.key}] {what}")
        thread = one_line(ref.id, _SUBJECT)
        mail["Message-ID"] = self._id(thread, key)
        mail["In-Reply-To"] = thread
        mail["References"] = thread
        return mail

    def _id(self, *names: str) -> str:
        """Make the same name for the same mail, whenever it is sent."""
        own = re.sub(r"[^a-z0-9-]", "", names[0].partition("@")[0].lower())
        if len(names) > 1:
            told = "\n".join(names).encode("utf-8", "replace")
            own += f".{hashlib.sha256(told).hexdigest()[:24]}"
        return f"<{own}@{self.options.sender.rpartition('@')[2]}>"

    def _send(self, mail: EmailMessage, number: str) -> Outcome:
        outcome = deliver(self.server, mail, self.options.sender, self.options.to)
        if isinstance(outcome, Confirmed):
            return Confirmed(id=outcome.id, key=number)
        return outcome


def _lines(facts: list[tuple[str, str]]) -> list[str]:
    """Write facts so that rules of a mailbox can read them."""
    return [f"{name}: {one_line(value, _SUBJECT)}" for name, value in facts if value]


def _write(mail: EmailMessage, body: str, tail: str) -> None:
    text = f"{clean(body.rstrip(), _TEXT)}\n\n{tail}\n".lstrip("\n")
    mail.set_content(text, charset="utf-8", cte="quoted-printable")


def _open(opening: TicketOpening) -> TicketSystem:
    options = opening.options
    if not isinstance(options, MailboxOptions):
        raise TypeError("these are not the options of a mailbox")
    secret = opening.secrets.get("password")
    server = MailServer(
        host=options.host,
        port=options.port,
        security=options.security,
        login=(options.user, secret) if options.user and secret is not None else None,
    )
    return _Mailbox(options, server, opening.now)


TICKETS = TicketKind(name="mailbox", options=MailboxOptions, secrets=("password",), open=_open)
