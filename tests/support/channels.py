"""Every kind of channel with the other end of it, and how a person would set it up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urlsplit

from continuity.domain.secret import Secret
from continuity.notify.channel import Channel, ChannelOpening
from continuity.notify.registry import channel_kinds
from tests.simulators import chats, mail, receivers
from tests.simulators.seen import Seen, Wall, page_from_text
from tests.simulators.simulator import Nasty, Vendor, simulator

NOW = datetime(2026, 11, 21, 3, 12, tzinfo=UTC)
ANA = "ana@acme.example"

Written = tuple[Mapping[str, object], Mapping[str, str]]


class WallVendor(Vendor, Wall, Protocol):
    """A vendor whose messages people can see."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to people. ``written`` gives options and secrets for an address.

    ``blind`` where nothing but a yes or no comes back; ``repeatable`` where saying it twice is the
    same as once; ``looks`` where it looks first whether it said it; ``linked`` where a link can
    be clicked.
    """

    name: str
    kind: str
    running: Callable[[Nasty], AbstractContextManager[tuple[Wall, str]]]
    written: Callable[[str], Written]
    hidden: tuple[str, ...]
    to: str = ""
    blind: bool = False
    repeatable: bool = False
    looks: bool = False
    linked: bool = True

    def open(self, address: str) -> Channel:
        """Open it as a workspace would."""
        kind = channel_kinds()[self.kind]
        options, secrets = self.written(address)
        return kind.open(
            ChannelOpening(
                options=kind.options.model_validate(options),
                organisation="Acme, S.L.",
                now=lambda: NOW,
                secrets={name: Secret(text) for name, text in secrets.items()},
            )
        )


def over_http(
    vendor: Callable[[], WallVendor],
) -> Callable[[Nasty], AbstractContextManager[tuple[Wall, str]]]:
    """Let somebody receive over HTTP."""

    @contextmanager
    def running(nasty: Nasty) -> Iterator[tuple[Wall, str]]:
        wall = vendor()
        with simulator(wall, nasty) as server:
            yield wall, server.address

    return running


@dataclass(kw_only=True)
class Mailbox:
    """A mail server, and what a mail reader shows."""

    room: mail.MailRoom = field(default_factory=mail.MailRoom)

    @property
    def seen(self) -> list[Seen]:
        return [_seen(one) for one in self.room.arrived]

    @seen.setter
    def seen(self, seen: list[Seen]) -> None:
        raise NotImplementedError

    @property
    def gone(self) -> bool:
        return self.room.unknown

    @gone.setter
    def gone(self, gone: bool) -> None:
        self.room.unknown = gone


def _seen(one: mail.Arrived) -> Seen:
    whole = one.mail
    plain, page = (whole.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert page is not None
    read = page_from_text(page.get_content())
    return Seen(
        text=f"{whole['Subject']}\n{plain.get_content()}",
        links=tuple(read.links),
        raw=one.raw,
        thread=str(whole["References"]),
        name=str(whole["Message-ID"]),
    )


@contextmanager
def _mailbox(nasty: Nasty) -> Iterator[tuple[Wall, str]]:
    box = Mailbox(room=mail.MailRoom(nasty=nasty))
    with mail.mail_server(box.room) as port:
        yield box, f"http://127.0.0.1:{port}"


def _email(address: str) -> Written:
    place = urlsplit(address)
    return {
        "sender": "continuity@acme.example",
        "host": place.hostname,
        "port": place.port,
        "security": "none",
        "user": mail.USER,
    }, {"password": mail.PASSWORD}


def _plain(address: str) -> str:
    return address.replace("http://", "json://") + receivers.PLACE


_WEBHOOK = {"key": f"whsec_{receivers.KEY}", "token": receivers.BEARER}

WAYS: dict[str, Way] = {
    way.name: way
    for way in (
        Way(
            name="email",
            kind="email",
            running=_mailbox,
            written=_email,
            hidden=(mail.PASSWORD,),
            to=ANA,
        ),
        Way(
            name="slack",
            kind="slack",
            running=over_http(chats.SlackHook),
            written=lambda address: ({}, {"webhook": address + chats.HOOK}),
            hidden=(chats.HOOK, chats.HOOK[-24:]),
        ),
        Way(
            name="slack-bot",
            kind="slack",
            running=over_http(chats.SlackApi),
            written=lambda address: (
                {"channel": chats.CHANNEL, "address": f"{address}/api"},
                {"token": chats.TOKEN},
            ),
            hidden=(chats.TOKEN,),
            looks=True,
        ),
        Way(
            name="teams",
            kind="teams",
            running=over_http(chats.Teams),
            written=lambda address: (
                {},
                {"address": f"{address}{chats.FLOW}?api-version=1&{chats.SIGNATURE}"},
            ),
            hidden=(chats.FLOW, chats.SIGNATURE, chats.SIGNATURE[4:]),
        ),
        Way(
            name="webhook",
            kind="webhook",
            running=over_http(receivers.Receiver),
            written=lambda address: ({}, {"address": address + receivers.PLACE, **_WEBHOOK}),
            hidden=(receivers.PLACE, receivers.KEY, receivers.BEARER),
        ),
        Way(
            name="heartbeat",
            kind="heartbeat",
            running=over_http(receivers.Watcher),
            written=lambda address: ({}, {"address": f"{address}/{receivers.CHECK}"}),
            hidden=(receivers.CHECK,),
            repeatable=True,
            linked=False,
        ),
        Way(
            name="apprise",
            kind="apprise",
            running=over_http(lambda: receivers.Receiver(plain=True)),
            written=lambda address: ({}, {"address": _plain(address)}),
            hidden=(receivers.PLACE,),
            blind=True,
            linked=False,
        ),
    )
}
