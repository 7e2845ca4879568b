"""AES-256 in counter mode under a Poly1305-AES code: the code is checked before anything else."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR, ECB
from cryptography.hazmat.primitives.poly1305 import Poly1305

from continuity.domain.text import N_, say
from continuity.witness.limits import SEAL_BYTES
from continuity.witness.trouble import UnfitError

_NONCE = 16
_CODE = 16


@dataclass(frozen=True, kw_only=True, repr=False)
class Key:
    """What one content is sealed with: ``encrypt`` 32 bytes, ``k`` and ``r`` of the code 16 each.

    It never shows itself.
    """

    encrypt: bytes
    k: bytes
    r: bytes


class Unsealer:
    """Opens what was sealed with one key. Not for two threads at once."""

    def __init__(self, key: Key) -> None:
        self._r = key.r
        # One block for each nonce, as Poly1305-AES is defined; nothing is hidden by it.
        self._masks = Cipher(AES(key.k), ECB()).encryptor()  # noqa: S305 - see above
        self._stream = Cipher(AES(key.encrypt), CTR(bytes(_NONCE))).decryptor()

    def unseal(self, sealed: bytes | memoryview) -> bytes:
        """Check the code and give the content. Raises UnfitError.

        The library masks ``r`` as the authors of Poly1305 demand.
        """
        if len(sealed) < SEAL_BYTES:
            raise UnfitError(say(N_("it is too short to be sealed.")))
        view = memoryview(sealed)
        nonce, content, code = view[:_NONCE], view[_NONCE:-_CODE], view[-_CODE:]
        made = Poly1305.generate_tag(self._r + self._masks.update(nonce), content)
        if not hmac.compare_digest(made, code):
            raise UnfitError(say(N_("its authentication code does not fit.")))
        self._stream.reset_nonce(bytes(nonce))
        return self._stream.update(content)
