"""The channel that hands letters to a mail server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from continuity.domain.cleaned import one_line
from continuity.domain.clock import Now
from continuity.domain.delivery import Outcome, Rejected
from continuity.domain.document import Document, Envelope
from continuity.domain.examined import Examined, doubtful, guarded, sound
from continuity.domain.letter import Letter
from continuity.domain.text import N_, say, shown
from continuity.hosts.smtp import MailServer, deliver, knock
from continuity.notify.channel import Channel, ChannelOpening, Post
from continuity.notify.email.mail import mail_from_document, mail_from_letter, recipient_from_text
from continuity.notify.email.options import EmailOptions

_SERVER = say(N_("mail server"))


@dataclass(frozen=True)
class _Email:
    options: EmailOptions
    server: MailServer
    organisation: str
    now: Now

    def probe(self) -> tuple[Examined, ...]:
        return (guarded(_SERVER, self._probe),)

    def _probe(self) -> Examined:
        if self.options.user and self.server.login is None:
            return doubtful(
                _SERVER,
                say(N_("A user logs in, and no password is written.")),
                say(N_("Write under secrets where the password is kept.")),
            )
        knock(self.server)
        what = say(N_("It lets {address} in."), address=self.options.user or self.options.sender)
        return sound(_SERVER, what)

    def send(self, letter: Letter, to: str) -> Outcome:
        recipient = recipient_from_text(to)
        if recipient is None:
            return _no_address(to)
        mail = mail_from_letter(letter, recipient, self.options, self.organisation, self.now())
        return deliver(self.server, mail, self.options.sender, recipient.addr_spec)

    def post(self, document: Document, envelope: Envelope) -> Outcome:
        recipient = recipient_from_text(envelope.to)
        if recipient is None:
            return _no_address(envelope.to)
        mail = mail_from_document(document, envelope, self.options, self.organisation, self.now())
        return deliver(self.server, mail, self.options.sender, recipient.addr_spec)


def _no_address(to: str) -> Rejected:
    address = shown(one_line(to, 100).encode("utf-8", "replace"))
    what = N_("This is no mail address: {address}")
    return Rejected(reason=say(what, address=address or "-"), fields=("email",))


def open_email(opening: ChannelOpening) -> Channel:
    """Make the channel of what people wrote."""
    return _opened(opening)


def open_post(opening: ChannelOpening) -> Post:
    """Make the way of documents, which is the same."""
    return _opened(opening).post


def _opened(opening: ChannelOpening) -> _Email:
    options = opening.options
    if not isinstance(options, EmailOptions):
        raise TypeError("these are not the options of mail")
    secret = opening.secrets.get("password")
    server = MailServer(
        host=options.host,
        port=options.port,
        security=options.security,
        login=(options.user, secret) if options.user and secret is not None else None,
        ca_certificate=None if options.ca_certificate is None else Path(options.ca_certificate),
    )
    return _Email(options, server, opening.organisation, opening.now)
