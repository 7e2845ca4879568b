"""Config, snapshots and indexes: single files, sealed, and compressed since version 2."""

from __future__ import annotations

import hashlib
import io
import re
from typing import TypeVar

import msgspec
import zstandard

from continuity.domain.text import N_, say
from continuity.locations.objects import Objects
from continuity.witness.limits import FEW_VALUES, SEAL_BYTES, VALUE_BYTES
from continuity.witness.seal import Unsealer
from continuity.witness.trouble import UnfitError, brief, damaged, unfamiliar

_COMPRESSED = 2
_PLAIN = b"{["
_WINDOW = 1 << 27
_FULL_ID = re.compile("[0-9a-f]{64}")
_UNFINISHED = re.compile("[0-9a-f]{64}-(?:tmp|restic-temp)-[0-9a-zA-Z]+")

Shape = TypeVar("Shape", bound=msgspec.Struct)


def read_unpacked(
    objects: Objects, unsealer: Unsealer, name: str, shape: type[Shape], most: int
) -> Shape:
    """Read one file that is not a pack, of at most ``most`` bytes.

    Its bytes must fit its name, then its code, and then its form: DamagedError for the first two,
    ToolError for the last.
    """
    shown = shown_name(name)
    sealed = objects.read(name, 0, most + SEAL_BYTES + 1)
    if len(sealed) > most + SEAL_BYTES:
        raise unfamiliar(shown, f"more than {most} bytes")
    id = name.rpartition("/")[2]
    try:
        if _FULL_ID.fullmatch(id) and hashlib.sha256(sealed).hexdigest() != id:
            raise UnfitError(say(N_("its bytes do not fit its name.")))
        content = unsealer.unseal(sealed)
    except UnfitError as error:
        raise damaged(shown, error.how) from error
    try:
        return msgspec.json.decode(sparse(_unpacked(content, most)), type=shape)
    except (ValueError, RecursionError, zstandard.ZstdError) as error:
        raise unfamiliar(shown, str(error)) from error


def _unpacked(content: bytes, most: int) -> bytes:
    if content[:1] in (_PLAIN[:1], _PLAIN[1:]):
        return content
    if content[:1] != bytes([_COMPRESSED]):
        raise ValueError(f"encoding {content[:1].hex() or 'of nothing'}")
    return inflated(content[1:], most)


def sparse(text: bytes, least: int = VALUE_BYTES) -> bytes:
    """Give JSON back that has no more values than its length allows. Raises ValueError."""
    if text.count(b",") > max(FEW_VALUES, len(text) // least):
        raise ValueError("more values than there is room for")
    return text


def inflated(content: bytes, most: int) -> bytes:
    """Decompress one frame that may not say how long it becomes. Raises ValueError beyond."""
    unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    with unpacker.stream_reader(io.BytesIO(content), read_across_frames=False) as reader:
        plain = reader.read(most + 1)
    if len(plain) > most:
        raise ValueError(f"more than {most} bytes when decompressed")
    return plain


def is_id(text: str) -> bool:
    """Tell whether this is a complete id: 64 hexadecimal digits."""
    return _FULL_ID.fullmatch(text) is not None


def is_unfinished(name: str) -> bool:
    """Tell whether restic was still writing this, into a directory or over SFTP, or died there."""
    return _UNFINISHED.fullmatch(name) is not None


def shown_name(name: str) -> str:
    """Write the name of an object with a short id."""
    folder, slash, id = name.rpartition("/")
    return f"{folder.split('/')[0]}{slash}{brief(id)}"
