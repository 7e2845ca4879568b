"""How long restic may try again what its storage refuses.

It tries each operation again for 15 minutes, whatever the reason: a wrong key and a bucket that is
gone as well (seen with 0.18 and 0.19), while it reports progress four times a second.
"""

from __future__ import annotations

import re
import time

from continuity.domain.failure import ContinuityError, UnreachableError
from continuity.engines.restic.failures import error_from_words, meaning_of
from continuity.engines.restic.meanings import GENERAL

_AGAIN = re.compile(rb"(\w+)(\([^)]*\)) returned error, retrying after [^:]+: (.*)", re.DOTALL)
_ENOUGH = 3
# More operations than these never run at the same time.
_MOST = 1_000


class Tries:
    """Listens to what restic tries again, and gives up where that has no sense."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._since: dict[bytes, float] = {}
        self._lasting = 0
        self._last = b""

    def hear(self, line: bytes) -> None:
        """Take a line of standard error. Raises the matching error when it is time to give up."""
        found = _AGAIN.search(line)
        if found is None:
            return
        verb, thing, why = found.groups()
        self._last = why
        meaning = meaning_of((why,))
        # Immutable storage may well refuse that something is removed; that alone harms nothing.
        if meaning is not None and meaning.lasting and verb != b"Remove":
            self._lasting += 1
        if len(self._since) > _MOST:
            self._since.clear()
        now = time.monotonic()
        since = self._since.setdefault(verb + thing, now)
        if self._lasting >= _ENOUGH or now - since > self._patience:
            raise error_from_words(meaning or GENERAL[UnreachableError], why)

    def given_up(self) -> ContinuityError | None:
        """Say what it was trying again when its time was up; None when that was not it."""
        if not self._last:
            return None
        meaning = meaning_of((self._last,)) or GENERAL[UnreachableError]
        return error_from_words(meaning, self._last)
