"""Letters as signed JSON to any address, for programs of the firm's own.

The headers are those of Standard Webhooks, so that receivers find a library in their language.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field

from continuity.domain.clock import Now, text_from_time
from continuity.domain.delivery import Confirmed, Outcome
from continuity.domain.examined import Examined
from continuity.domain.letter import Letter
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say
from continuity.domain.written import Written
from continuity.hosts.web import Ask, Body, Site, Web
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_words import json_bytes
from continuity.hosts.web_writes import write
from continuity.notify.address import examine_address, is_page, refused_address
from continuity.notify.channel import Channel, ChannelKind, ChannelOpening
from continuity.notify.paragraphs import facts_of, parts_of, plain_text, subject_of

_NAME = "webhook"
_SEED = "whsec_"


class WebhookOptions(Written):
    """Nothing: address and key are secrets."""

    kind: Literal["webhook"] = Field(
        default="webhook", description="signed JSON to an address of the firm's own"
    )


@dataclass(frozen=True)
class _Webhook:
    address: Secret
    key: Secret
    token: Secret | None
    organisation: str
    now: Now

    def probe(self) -> tuple[Examined, ...]:
        what = say(N_("Reached; it is asked for nothing before there is something to tell."))
        return (examine_address(_NAME, self.address, self.now, what),)

    def send(self, letter: Letter, to: str) -> Outcome:
        refused = refused_address(_NAME, self.address)
        if refused is not None:
            return refused
        at = self.now()
        content = json_bytes(_plain(letter, self.organisation, at))
        own: dict[str, str | Secret] = dict(signed_headers(self.key, letter.key, content, at))
        if self.token is not None:
            own["Authorization"] = Secret(f"Bearer {self.token.reveal()}")
        site = Site(name=_NAME, address=self.address, now=self.now, headers=own, hidden=(self.key,))
        body = Body(content=content, media_type="application/json; charset=utf-8")
        return write(Web(site), Ask(method="POST", path="", body=body), _taken)


def _taken(answer: Answer) -> Outcome | None:
    return None if is_page(answer) else Confirmed(key=str(answer.status))


def signed_headers(key: Secret, name: str, content: bytes, at: datetime) -> dict[str, str]:
    """Sign a message; what is sent again has the same id and another time."""
    id_ = f"msg_{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:32]}"
    seconds = str(int(at.timestamp()))
    signed = b".".join([id_.encode(), seconds.encode(), content])
    seal = base64.b64encode(hmac.digest(_key_bytes(key), signed, "sha256")).decode()
    return {"webhook-id": id_, "webhook-timestamp": seconds, "webhook-signature": f"v1,{seal}"}


def _key_bytes(key: Secret) -> bytes:
    """Read a key as Standard Webhooks writes it; any other text is taken as it is."""
    text = key.reveal()
    if text.startswith(_SEED):
        with suppress(binascii.Error):  # no base64: taken as it is, below
            return base64.b64decode(text.removeprefix(_SEED), validate=True)
    return text.encode()


def _plain(letter: Letter, organisation: str, at: datetime) -> dict[str, object]:
    return {
        "type": "incident.recovered" if letter.recovered else "incident.told",
        "timestamp": text_from_time(at),
        "version": 1,
        "organisation": organisation,
        "number": letter.number,
        "severity": letter.severity.value,
        "recovered": letter.recovered,
        "drill": letter.drill,
        "language": letter.language,
        "subject": subject_of(letter),
        "parts": [{"head": part.head, "text": part.text} for part in parts_of(letter)],
        "facts": [{"label": label, "value": value} for label, value in facts_of(letter)],
        "url": letter.url,
        "text": plain_text(letter),
        "thread": letter.thread,
        "key": letter.key,
    }


def _open(opening: ChannelOpening) -> Channel:
    secrets = opening.secrets
    return _Webhook(
        secrets["address"], secrets["key"], secrets.get("token"), opening.organisation, opening.now
    )


CHANNEL = ChannelKind(
    name="webhook",
    options=WebhookOptions,
    secrets=("address", "key"),
    personal=False,
    open=_open,
    optional_secrets=("token",),
)
