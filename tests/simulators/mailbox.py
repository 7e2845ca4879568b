"""A help desk that eats mail: one ticket per thread, and no mail twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import EmailMessage

from tests.simulators.held import Held, Note
from tests.simulators.mail import MailRoom
from tests.simulators.simulator import Nasty


@dataclass(kw_only=True)
class MailDesk:
    """The desk reads the room's mail whenever somebody looks; nothing ever goes back."""

    room: MailRoom = field(default_factory=MailRoom)

    @property
    def nasty(self) -> Nasty:
        return self.room.nasty

    @nasty.setter
    def nasty(self, nasty: Nasty) -> None:
        self.room.nasty = nasty

    def held(self) -> list[Held]:
        tickets: dict[str, Held] = {}
        seen: set[str] = set()
        for arrived in self.room.arrived:
            mail = arrived.mail
            name = str(mail["Message-ID"])
            if name not in seen:
                seen.add(name)
                _keep(tickets, mail, name)
        return list(tickets.values())

    def says(self, key: str, text: str) -> None:
        raise NotImplementedError

    def moves(self, key: str, state: str) -> None:
        raise NotImplementedError

    def removes(self, key: str) -> None:
        raise NotImplementedError


def _keep(tickets: dict[str, Held], mail: EmailMessage, name: str) -> None:
    text = _text(mail)
    thread = str(mail["In-Reply-To"] or "")
    if thread in tickets:
        ticket = tickets[thread]
        files = {str(one.get_filename()): one.get_content() for one in mail.iter_attachments()}
        ticket.files |= files
        if not files:
            ticket.notes.append(Note(text=text, internal=False, actor=str(mail["From"])))
        return
    subject = str(mail["Subject"])
    tickets[name] = Held(key=name, title=subject, text=text, state="open")


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    text = part.get_content()
    assert isinstance(text, str)
    return text.replace("\r\n", "\n")
