"""How long to wait before something that did not arrive is sent again. Pure."""

from __future__ import annotations

import hashlib
from datetime import timedelta

_FIRST = timedelta(minutes=1)
_LONGEST = timedelta(hours=1)
_DOUBLINGS = 6
_SPREAD = 5
"""One fifth of a wait is spread, so that not everything comes back in the same second."""


def wait_before(attempts: int, key: str, asked: timedelta | None = None) -> timedelta:
    """Give the wait after so many tries: a minute, doubled up to an hour, and never less than what
    the other side asked for.

    The same key waits equally long after the same try.
    """
    wait = min(_LONGEST, _FIRST * (1 << min(max(0, attempts - 1), _DOUBLINGS)))
    digest = hashlib.sha256(f"{key}:{attempts}".encode()).digest()
    wait += wait / _SPREAD * (int.from_bytes(digest[:4], "big") / 2**32)
    return wait if asked is None else max(wait, asked)
