"""Envelopes whose signature covers what is in them and what it claims to be.

https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from continuity.store.signing import fingerprint

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class ForgedError(ValueError):
    """None of the keys that count has signed it."""


def seal(payload: bytes, kind: str, key: Ed25519PrivateKey) -> bytes:
    """Sign and wrap."""
    signature = key.sign(pre_authentication(payload, kind))
    name = fingerprint(key.public_key().public_bytes_raw())
    written = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": kind,
        "signatures": [{"keyid": name, "sig": base64.b64encode(signature).decode()}],
    }
    return json.dumps(written, separators=(",", ":")).encode()


def unseal(text: bytes, kind: str, publics: Iterable[bytes]) -> bytes:
    """Give what one of these keys has signed, byte by byte.

    Raises ForgedError when none has, and ValueError for what is no envelope of this kind.
    """
    payload, signatures = _unpacked(text, kind)
    message = pre_authentication(payload, kind)
    keys = list(publics)
    if not any(_is_signed(message, one, key) for one in signatures for key in keys):
        raise ForgedError("not signed by any of these keys")
    return payload


def _unpacked(text: bytes, kind: str) -> tuple[bytes, list[bytes]]:
    try:
        written = json.loads(text)
        if written["payloadType"] != kind:
            raise ValueError("another kind")
        signatures = [base64.b64decode(one["sig"], validate=True) for one in written["signatures"]]
        return base64.b64decode(written["payload"], validate=True), signatures[:_MOST]
    except (KeyError, TypeError, binascii.Error, RecursionError) as error:
        raise ValueError("no envelope") from error


_MOST = 8


def _is_signed(message: bytes, signature: bytes, public: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (ValueError, InvalidSignature):
        return False
    return True


def pre_authentication(payload: bytes, kind: str) -> bytes:
    """Give the bytes that a signature covers."""
    name = kind.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)
