"""The entries of a stored directory, with their names as they were."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final, Literal, NamedTuple

import msgspec

from continuity.domain.manifest import Kind
from continuity.witness.limits import ID_VALUE_BYTES, LEAST_ENTRY_BYTES
from continuity.witness.unpacked import sparse

_KINDS: Final[Mapping[str, Kind | None]] = {
    "file": Kind.FILE,
    "dir": Kind.DIRECTORY,
    "symlink": Kind.SYMLINK,
    "fifo": Kind.FIFO,
    "socket": Kind.SOCKET,
    "chardev": Kind.CHARACTER_DEVICE,
    "dev": Kind.BLOCK_DEVICE,
    # Kept of what the backup found and nobody can bring back.
    "irregular": None,
}
# Go's mode bits for setuid, setgid and sticky, and the ones of POSIX.
_SPECIAL: Final = ((1 << 23, 0o4000), (1 << 22, 0o2000), (1 << 20, 0o1000))
_NO_ATTRIBUTES: Final = (b"", b"[]", b"null")
_ESCAPE: Final = re.compile(
    rb"\\(?:([abfnrtv\\'\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|)"
)
_SIMPLE: Final = dict(zip(b"abfnrtv\\'\"", b"\a\b\f\n\r\t\v\\'\"", strict=True))
_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
_ID: Final = re.compile("[0-9a-f]{64}")


class StoredNode(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One entry exactly as stored; a key that is not here is a form that is not known."""

    name: str
    type: str
    mtime: str
    atime: str
    ctime: str
    uid: int
    gid: int
    mode: int = 0
    user: str = ""
    group: str = ""
    inode: int = 0
    device_id: int = 0
    size: int = 0
    links: int = 0
    linktarget: str = ""
    linktarget_raw: str | None = None
    extended_attributes: msgspec.Raw = msgspec.Raw()
    generic_attributes: msgspec.Raw = msgspec.Raw()
    device: int = 0
    content: list[str] | None = None
    subtree: str | None = None
    error: str = ""


class Directory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stored directory."""

    nodes: list[StoredNode] | None


class _Outline(msgspec.Struct, frozen=True, gc=False):
    """That there is an entry, told without taking memory for what it says."""

    type: Literal["file", "dir", "symlink", "fifo", "socket", "chardev", "dev", "irregular"]


class _Outlines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    nodes: list[_Outline] | None


class LargeDirectory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A directory whose entries are taken one at a time, for there are very many."""

    nodes: list[msgspec.Raw] | None


class Node(NamedTuple):
    """One entry: ``content`` are the ids of a file's pieces in order, 32 bytes each.

    ``kind`` is None for what nobody can bring back. ``mode`` holds permission bits only.
    ``extended`` where attributes or access lists of the file system are stored with it.
    """

    name: bytes
    kind: Kind | None
    mode: int
    mtime_ns: int
    uid: int
    gid: int
    inode: int
    device: int
    links: int
    link_target: bytes | None
    content: tuple[bytes, ...]
    subtree: bytes | None
    size: int
    extended: bool = False


_DIRECTORY = msgspec.json.Decoder(Directory)
_LARGE_DIRECTORY = msgspec.json.Decoder(LargeDirectory)
_NODE = msgspec.json.Decoder(StoredNode)
_OUTLINES = msgspec.json.Decoder(_Outlines)
_LARGE = 1 << 23


def read_nodes(text: bytes) -> Iterator[tuple[bytes, StoredNode]]:
    """Read a stored directory: names in order, with what is stored under each.

    The form of every entry is checked; what it says only when somebody asks, since of a hundred
    entries a sample wants one. Raises ValueError for any form that is not known.
    """
    last = b""
    for stored in _stored(text):
        if stored.type not in _KINDS:
            raise ValueError(f"an entry of type {stored.type[:20]}")
        name = _name(stored.name)
        if name <= last:
            raise ValueError("entries out of order, or twice")
        last = name
        yield name, stored


def _stored(text: bytes) -> Iterator[StoredNode]:
    if len(sparse(text)) <= _LARGE:
        yield from _DIRECTORY.decode(text).nodes or ()
        return
    # Numbers, say, would take many times their length; what are entries at least are counted.
    if len(_OUTLINES.decode(text).nodes or ()) * LEAST_ENTRY_BYTES > len(text):
        raise ValueError("entries that are shorter than any")
    for raw in _LARGE_DIRECTORY.decode(text).nodes or ():
        yield _NODE.decode(sparse(bytes(raw), ID_VALUE_BYTES))


def node_from_stored(name: bytes, stored: StoredNode) -> Node:
    """Translate one entry. Raises ValueError."""
    kind = _KINDS[stored.type]
    if (kind is Kind.DIRECTORY) != (stored.subtree is not None):
        raise ValueError("a directory without content, or content that is none")
    if stored.content and kind is not Kind.FILE:
        raise ValueError("content of what is no file")
    return Node(
        name=name,
        kind=kind,
        mode=(stored.mode & 0o777) | sum(posix for go, posix in _SPECIAL if stored.mode & go),
        mtime_ns=ns_from_time(stored.mtime),
        uid=stored.uid,
        gid=stored.gid,
        inode=stored.inode,
        device=stored.device_id,
        links=stored.links,
        link_target=_target(stored) if kind is Kind.SYMLINK else None,
        content=tuple(map(_binary, stored.content or ())),
        subtree=None if stored.subtree is None else _binary(stored.subtree),
        size=stored.size,
        extended=bytes(stored.extended_attributes) not in _NO_ATTRIBUTES,
    )


def _name(text: str) -> bytes:
    """Give the bytes of a name, which is stored like a quoted text of Go (strconv.Quote)."""
    name = text.encode()
    if b"\\" in name:
        name = _ESCAPE.sub(_unescaped, name)
    if not name or name in (b".", b"..") or b"/" in name or b"\0" in name:
        raise ValueError("a name that no file can have")
    return name


def _unescaped(found: re.Match[bytes]) -> bytes:
    simple, byte, short, long, octal = found.groups()
    if simple is not None:
        return bytes([_SIMPLE[simple[0]]])
    if byte is not None:
        return bytes([int(byte, 16)])
    if octal is not None:
        return bytes([int(octal, 8)])
    if short is None and long is None:
        raise ValueError("an escape in a name that means nothing")
    return chr(int(short or long, 16)).encode()


def _target(stored: StoredNode) -> bytes:
    if stored.linktarget_raw is None:
        return stored.linktarget.encode()
    try:
        return base64.b64decode(stored.linktarget_raw, validate=True)
    except binascii.Error:
        raise ValueError("a link's target that is not base64") from None


def _binary(id: str) -> bytes:
    if not _ID.fullmatch(id):
        raise ValueError("an id that is none")
    return bytes.fromhex(id)


def ns_from_time(text: str) -> int:
    """Read a time of RFC 3339 to the nanosecond. Raises ValueError."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError("a time that is none")
    whole, fraction, zone = found.groups()
    return _seconds(whole, zone) * 1_000_000_000 + int((fraction or "").ljust(9, "0"))


@lru_cache(maxsize=4096)
def _seconds(whole: str, zone: str) -> int:
    if whole.startswith("0000"):
        # The format's lowest year, which Python's calendar does not have: a leap year of its own.
        later = datetime.fromisoformat("0400" + whole[4:] + zone)
        return int((later - _EPOCH).total_seconds()) - _FOUR_CENTURIES
    return int((datetime.fromisoformat(whole + zone) - _EPOCH).total_seconds())


_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_FOUR_CENTURIES: Final = 146_097 * 86_400
