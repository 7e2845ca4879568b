"""What a pack says about itself at its end."""

from __future__ import annotations

import struct

from continuity.domain.text import N_, say
from continuity.witness.index import Place
from continuity.witness.limits import SEAL_BYTES
from continuity.witness.seal import Unsealer
from continuity.witness.trouble import UnfitError, unfamiliar

_LENGTH = struct.Struct("<I")
# Type, sealed length and hash; compressed blobs have their plain length before the hash.
_PLAIN = struct.Struct("<BI32s")
_PACKED = struct.Struct("<BII32s")
_KINDS, _COMPRESSED = 4, 2


def blobs_in_header(unsealer: Unsealer, pack: bytes) -> list[tuple[Place, bytes]]:
    """Read which blobs a whole pack names, sorted, and that they fill it. Raises UnfitError,
    and ToolError for what is not known.
    """
    if len(pack) < _LENGTH.size:
        raise UnfitError(say(N_("the pack ends before it.")))
    (length,) = _LENGTH.unpack_from(pack, len(pack) - _LENGTH.size)
    begin = len(pack) - _LENGTH.size - length
    if begin < 0 or length < SEAL_BYTES:
        raise UnfitError(say(N_("it states a length that it cannot have.")))
    named, end = _blobs(unsealer.unseal(memoryview(pack)[begin : begin + length]))
    if end != begin:
        raise UnfitError(say(N_("the blobs that it names do not fill the pack.")))
    return sorted(named)


def _blobs(header: bytes) -> tuple[list[tuple[Place, bytes]], int]:
    named: list[tuple[Place, bytes]] = []
    at = offset = 0
    while at < len(header):
        if header[at] >= _KINDS:
            raise unfamiliar("header", f"blob of type {header[at]}")
        packed = header[at] >= _COMPRESSED
        form = _PACKED if packed else _PLAIN
        if at + form.size > len(header):
            raise UnfitError(say(N_("it ends within a blob's entry.")))
        _, length, *more, id = form.unpack_from(header, at)
        plain = more[0] if packed else length - SEAL_BYTES
        named.append((Place(0, offset, length, plain, packed), id))
        at += form.size
        offset += length
    return named, offset
