"""Signatures in OpenSSH's format, which an auditor checks with ``ssh-keygen`` alone."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from typing import TYPE_CHECKING

from continuity.domain.checkpoint import NAMESPACE
from continuity.domain.failure import RecordError
from continuity.domain.text import N_, say

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig
_MAGIC = b"SSHSIG"
_VERSION = 1
_HASH = b"sha512"
_ALGORITHM = b"ssh-ed25519"
_BEGIN = "-----BEGIN SSH SIGNATURE-----"
_END = "-----END SSH SIGNATURE-----"
_WIDTH = 70
_LONGEST = 4096


def sign(key: Ed25519PrivateKey, message: bytes, namespace: str = NAMESPACE) -> str:
    """Sign a text; gives what ``ssh-keygen -Y sign -n continuity-checkpoint`` would write.

    What is signed for one ``namespace`` is nothing in another.
    """
    signature = key.sign(_signed_bytes(message, namespace))
    blob = (
        _MAGIC
        + struct.pack(">I", _VERSION)
        + _string(public_blob(key.public_key().public_bytes_raw()))
        + _string(namespace.encode())
        + _string(b"")
        + _string(_HASH)
        + _string(_string(_ALGORITHM) + _string(signature))
    )
    text = base64.b64encode(blob).decode()
    rows = [text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH)]
    return "\n".join([_BEGIN, *rows, _END, ""])


def verify(message: bytes, armoured: str) -> bytes:
    """Check a signature and give the public key, 32 bytes, that made it; trust is another question.

    Raises RecordError when the signature is not one, or not of this message.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        public, signature = _unpacked(armoured)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _signed_bytes(message))
    except (ValueError, struct.error, InvalidSignature) as error:
        raise RecordError(
            say(N_("The signature of a checkpoint does not belong to its text.")),
            remedy=say(N_("Compare it with the checkpoint in your mail; one of them was altered.")),
        ) from error
    return public


def _signed_bytes(message: bytes, namespace: str = NAMESPACE) -> bytes:
    digest = hashlib.sha512(message).digest()
    return _MAGIC + _string(namespace.encode()) + _string(b"") + _string(_HASH) + _string(digest)


def _unpacked(armoured: str) -> tuple[bytes, bytes]:
    """Give public key and signature of an armoured text, refusing all but our own choices."""
    text = armoured.strip()
    if len(text) > _LONGEST or not text.startswith(_BEGIN) or not text.endswith(_END):
        raise ValueError("not a signature")
    encoded = text.removeprefix(_BEGIN).removesuffix(_END)
    letters = "".join(encoded.split())
    blob = base64.b64decode(letters, validate=True)
    # The last letter can carry bits that mean nothing: one signature has one spelling here.
    if base64.b64encode(blob).decode() != letters:
        raise ValueError("not as it was written")
    key, after_key = _take(blob.removeprefix(_MAGIC + struct.pack(">I", _VERSION)))
    expected = _string(NAMESPACE.encode()) + _string(b"") + _string(_HASH)
    if not blob.startswith(_MAGIC) or not after_key.startswith(expected):
        raise ValueError("not a signature of a checkpoint")
    wrapped, rest = _take(after_key.removeprefix(expected))
    if rest:
        raise ValueError("more than a signature")
    return _inner(key), _inner(wrapped)


def _inner(blob: bytes) -> bytes:
    algorithm, after = _take(blob)
    value, rest = _take(after)
    if algorithm != _ALGORITHM or rest:
        raise ValueError("not an Ed25519 key")
    return value


def _string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def _take(blob: bytes) -> tuple[bytes, bytes]:
    (length,) = struct.unpack_from(">I", blob)
    if len(blob) < 4 + length:
        raise ValueError("cut short")
    return blob[4 : 4 + length], blob[4 + length :]


def public_blob(public: bytes) -> bytes:
    """Write a public key as OpenSSH does inside its files, before base64."""
    return _string(_ALGORITHM) + _string(public)


def public_from_blob(text: str) -> bytes:
    """Read the base64 of ``public_blob``; raises ValueError."""
    try:
        return _inner(base64.b64decode(text, validate=True))
    except (binascii.Error, struct.error) as error:
        raise ValueError("not an Ed25519 key") from error


def fingerprint(public: bytes) -> str:
    """Name a public key as ``ssh-keygen -l`` does."""
    digest = hashlib.sha256(public_blob(public)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")
