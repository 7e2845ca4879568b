"""Names as they look after a tool replaced what is not UTF-8 in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

REPLACEMENT: Final = "\ufffd".encode()
_ESCAPED = re.compile("[\udc80-\udcff]")


def lossy_form(name: bytes) -> bytes:
    """Replace every byte that is not part of valid UTF-8 by U+FFFD, one for each byte.

    So does restic's JSON (Go's encoding/json); decoders that replace a whole broken sequence by
    one U+FFFD give another text.
    """
    if name.isascii():
        return name
    text = name.decode("utf-8", "surrogateescape")
    return _ESCAPED.sub("\ufffd", text).encode("utf-8")


def ambiguous_names(names: Iterable[bytes]) -> frozenset[bytes]:
    """Find the names of one directory whose lossy form another of them has too."""
    first: dict[bytes, bytes] = {}
    doubtful: set[bytes] = set()
    for name in names:
        other = first.setdefault(lossy_form(name), name)
        if other != name:
            doubtful.update((name, other))
    return frozenset(doubtful)
