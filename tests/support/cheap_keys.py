"""A key for a restic repository that costs no time to derive.

restic makes every call pay half a second for the derivation. The master key, and with it all that
is stored, stays restic's own; only the password's work factor is small here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR, ECB
from cryptography.hazmat.primitives.poly1305 import Poly1305

_NONCE = 16
_MAC = 16
_CHEAP = {"N": 16, "r": 1, "p": 1}


def cheapen(repository: Path, password: str) -> None:
    """Replace the only key of a repository by one with the same password and little work."""
    (old,) = (repository / "keys").iterdir()
    key = json.loads(old.read_text())
    sealed = base64.b64decode(key["data"])
    nonce, content = sealed[:_NONCE], sealed[_NONCE:-_MAC]
    master = _crypt(_derive(password, key), nonce, content)
    key |= _CHEAP
    fresh = os.urandom(_NONCE)
    secret = _derive(password, key)
    content = _crypt(secret, fresh, master)
    tag = _tag(secret, fresh, content)
    key["data"] = base64.b64encode(fresh + content + tag).decode()
    text = json.dumps(key).encode()
    old.unlink()
    (repository / "keys" / hashlib.sha256(text).hexdigest()).write_bytes(text)


def _derive(password: str, key: dict[str, str | int]) -> bytes:
    salt = base64.b64decode(str(key["salt"]))
    n, r, p = (int(key[name]) for name in "Nrp")
    return hashlib.scrypt(
        password.encode(), salt=salt, n=n, r=r, p=p, maxmem=256 * n * r + (1 << 20), dklen=64
    )


def _crypt(secret: bytes, nonce: bytes, content: bytes) -> bytes:
    return Cipher(AES(secret[:32]), CTR(nonce)).encryptor().update(content)


def _tag(secret: bytes, nonce: bytes, content: bytes) -> bytes:
    masked = Cipher(AES(secret[32:48]), ECB()).encryptor().update(nonce)  # noqa: S305 - one block, as Poly1305-AES has it
    return Poly1305.generate_tag(secret[48:64] + masked, content)
