"""Addresses that let everybody in who knows them: whether they may be used, and who is there."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from continuity.domain.clock import Now
from continuity.domain.delivery import Rejected
from continuity.domain.examined import Examined, doubtful, guarded, sound
from continuity.domain.secret import Secret
from continuity.domain.text import N_, Message, say
from continuity.hosts.web import Ask, Site, Web
from continuity.hosts.web_answer import Answer, RefusedError

_NEAR = (".local", ".lan", ".internal", ".home.arpa", ".localhost")
_REMEDY = say(
    N_("Put the whole address, as the other side gave it, where the secret is kept: https://…")
)


def refused_address(name: str, address: Secret) -> Rejected | None:
    """Refuse an address that is none, or over which letters would go through the open network."""
    parts = _parts(address)
    if parts is None or not parts.hostname or parts.scheme not in {"http", "https"}:
        return Rejected(
            reason=say(N_("What is kept as the address of {name} is no web address."), name=name),
            fields=("secrets",),
        )
    if parts.scheme == "http" and not _is_near(parts.hostname):
        return Rejected(
            reason=say(
                N_("Letters to {name} would go through the open network in clear text."), name=name
            ),
            fields=("secrets",),
        )
    return None


def examine_address(name: str, address: Secret, now: Now, what: Message) -> Examined:
    """Look who is at the root of that site; the address itself is not asked for anything."""
    subject = say("{name}", name=name)
    refused = refused_address(name, address)
    if refused is not None:
        return doubtful(subject, refused.reason, _REMEDY)
    parts = urlsplit(address.reveal())
    root = Secret(f"{parts.scheme}://{parts.netloc}/")
    web = Web(Site(name=name, address=root, now=now, hidden=(address,)))

    def look() -> Examined:
        try:
            web.send(Ask(method="HEAD", path=""))
        except RefusedError as error:
            # Whatever it answers, and wherever it leads: it was reached, and trusted over TLS.
            if not error.status:
                raise
        return sound(subject, what)

    return guarded(subject, look)


def is_page(answer: Answer) -> bool:
    """Tell whether a page for people came back, as from the network of a hotel."""
    return answer.content[:200].lstrip().startswith(b"<")


def _parts(address: Secret) -> SplitResult | None:
    text = address.reveal()
    if not text.isascii() or not text.isprintable() or " " in text:
        return None
    try:
        parts = urlsplit(text)
        # Reading the port is what finds a wrong one.
        return parts if parts.port is None or parts.port else None
    except ValueError:
        return None


def _is_near(host: str) -> bool:
    """Tell whether this is a machine of the house."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(_NEAR)
