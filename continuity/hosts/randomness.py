"""Do files look like noise? Encrypted ones do, and that they all do at once is the alarm."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from math import log2

_LOOK = 4096
# 4 KiB of random bytes come to 7.95 bits each; text, office files and databases stay below 7.
_NOISE_BITS = 7.6


def random_percent(paths: Iterable[bytes]) -> int | None:
    """Give the share of files whose beginning looks random, in whole percent; None of nothing.

    Only regular files are opened, no link is followed, and what cannot be read does not count.
    """
    looks = [look for look in map(_beginning, paths) if len(look) == _LOOK]
    if not looks:
        return None
    return sum(_bits(look) >= _NOISE_BITS for look in looks) * 100 // len(looks)


def _beginning(path: bytes) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(descriptor, _LOOK)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _bits(look: bytes) -> float:
    return -sum(count / _LOOK * log2(count / _LOOK) for count in Counter(look).values())
