"""What a provider writes about the firms whose signed digests it collects."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from continuity.domain.text import N_, say
from continuity.domain.written import Duration, ExpectedError, LocalPath, Name, Written

_HEAD = b"\0\0\0\x0bssh-ed25519\0\0\0\x20"
_LENGTH = 32
_KEY = re.compile(r"ssh-ed25519 ([A-Za-z0-9+/]{60,80}={0,2})(?: [ -~]*)?")


def _public_key(text: str) -> str:
    found = _KEY.fullmatch(text.strip())
    expected = ExpectedError(say(N_("a public key that begins with ssh-ed25519")))
    if found is None:
        raise expected
    try:
        blob = base64.b64decode(found[1], validate=True)
    except binascii.Error:
        raise expected from None
    if not blob.startswith(_HEAD) or len(blob) != len(_HEAD) + _LENGTH:
        raise expected
    return f"ssh-ed25519 {found[1]}"


class Client(Written):
    """A firm whose digests arrive here."""

    title: str = Field(min_length=1, description="what the firm is called")
    keys: tuple[Annotated[str, AfterValidator(_public_key)], ...] = Field(
        min_length=1,
        description="its public keys, which it finds in state/keys/checkpoint.key.pub",
        examples=[["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI… continuity"]],
    )
    drop: LocalPath = Field(
        description="directory where its digests arrive, as files or as mail in a Maildir; nobody"
        " but this firm should be able to write there"
    )
    every: Duration = Field(
        default=timedelta(hours=24), description="longest time between two digests"
    )
    grace: Duration = Field(
        default=timedelta(hours=12), description="how late one may be before it is overdue"
    )
    tell_red: bool = Field(
        default=False, description="what is red in its digest is an incident here, too"
    )
    system: Name | None = Field(
        default=None, description="business system whose owner is told; nobody's in particular"
    )
