"""The lines of a stored manifest: a header, blocks of entries as columns, a trailer.

Paths and link targets are text with two rules: a backslash is written twice, and a byte that is
not UTF-8 as ``\\xNN``. Times and numbers that grow from entry to entry are written as differences:
``ctime`` to ``mtime``, ``inode`` to the entry before it in the block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final, TypeVar

import msgspec

from continuity.domain.manifest import Entry, Kind, ManifestSummary, Seal

FORMAT: Final = "continuity-manifest-1"
BLOCK_ENTRIES: Final = 4000
# A block is closed before its paths take more than this, so that a reader can bound a line.
BLOCK_BYTES: Final = 1 << 20
LONGEST_LINE: Final = 1 << 24

_NEEDS_ESCAPE = re.compile("[\\\\\udc80-\udcff]")
_ESCAPED = re.compile(r"\\(\\|x[0-9a-f]{2})")


class HeaderLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The first line; ``header`` says what the manifest was made of and when."""

    format: str
    header: dict[str, str | int | bool]


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Some thousand entries, one list for each of their properties."""

    path: list[str]
    sha256: list[str]
    kind: list[Kind]
    size: list[int]
    mtime_ns: list[int]
    ctime_after_mtime_ns: list[int]
    device: list[int]
    inode_after_previous: list[int]
    links: list[int]
    mode: list[int]
    uid: list[int]
    gid: list[int]
    link_target: dict[int, str]
    seal: list[Seal]
    reason: list[str]


class Trailer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The last line: what there has to be before it."""

    entries: int
    files: int
    bytes: int
    sealed: int
    unsealed: int
    unstable: int
    unreadable: int


Header = Mapping[str, str | int | bool]
_Line = TypeVar("_Line")
_ENCODER: Final = msgspec.json.Encoder()
_HEADERS: Final = msgspec.json.Decoder(HeaderLine)
_BLOCKS: Final = msgspec.json.Decoder(Block)
_TRAILERS: Final = msgspec.json.Decoder(Trailer)


class MalformedError(ValueError):
    """A line that is not what a manifest has at its place."""


def line_from_header(header: Header) -> bytes:
    """Write the header."""
    return _ENCODER.encode(HeaderLine(format=FORMAT, header=dict(header))) + b"\n"


def header_from_line(line: bytes) -> dict[str, str | int | bool]:
    """Read the header. Raises MalformedError."""
    decoded = _decoded(_HEADERS, line)
    if decoded.format != FORMAT:
        raise MalformedError(f"format {decoded.format[:40]!r}")
    return decoded.header


def line_from_entries(entries: Sequence[Entry]) -> bytes:
    """Write a block; there is at least one entry in it."""
    columns = list(zip(*entries, strict=True))
    path, kind, size, mtime, ctime, device, inode, links, mode, uid, gid = columns[:11]
    targets, digests, seals, reasons = columns[11:]
    block = {
        "path": [_text(one) for one in path],
        "sha256": ["" if one is None else one.hex() for one in digests],
        "kind": kind,
        "size": size,
        "mtime_ns": mtime,
        "ctime_after_mtime_ns": [c - m for c, m in zip(ctime, mtime, strict=True)],
        "device": device,
        "inode_after_previous": [b - a for a, b in zip((0, *inode[:-1]), inode, strict=True)],
        "links": links,
        "mode": mode,
        "uid": uid,
        "gid": gid,
        "link_target": {
            number: _text(one) for number, one in enumerate(targets) if one is not None
        },
        "seal": seals,
        "reason": reasons,
    }
    return _ENCODER.encode(block) + b"\n"


def entries_from_line(line: bytes) -> Iterator[Entry]:
    """Read a block. Raises MalformedError."""
    block = _decoded(_BLOCKS, line)
    targets: list[bytes | None] = [None] * len(block.path)
    try:
        for number, target in block.link_target.items():
            targets[number] = _bytes(target)
        yield from map(
            Entry,
            [_bytes(one) for one in block.path],
            block.kind,
            block.size,
            block.mtime_ns,
            [a + m for a, m in zip(block.ctime_after_mtime_ns, block.mtime_ns, strict=True)],
            block.device,
            accumulate(block.inode_after_previous),
            block.links,
            block.mode,
            block.uid,
            block.gid,
            targets,
            [bytes.fromhex(one) or None for one in block.sha256],
            block.seal,
            block.reason,
        )
    except (ValueError, IndexError) as error:
        raise MalformedError("columns of different lengths, or escapes") from error


def line_from_summary(summary: ManifestSummary) -> bytes:
    """Write the trailer."""
    return _ENCODER.encode(_trailer(summary)) + b"\n"


def agrees(line: bytes, summary: ManifestSummary) -> bool:
    """Tell whether the trailer promises what was read. Raises MalformedError."""
    return _decoded(_TRAILERS, line) == _trailer(summary)


def is_trailer(line: bytes) -> bool:
    """Tell the trailer from a block by how it begins."""
    return line.startswith(b'{"entries"')


def _trailer(summary: ManifestSummary) -> Trailer:
    return Trailer(
        entries=summary.entries,
        files=summary.files,
        bytes=summary.bytes,
        sealed=summary.sealed,
        unsealed=summary.unsealed,
        unstable=summary.unstable,
        unreadable=summary.unreadable,
    )


def _decoded(decoder: msgspec.json.Decoder[_Line], line: bytes) -> _Line:
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, RecursionError) as error:
        raise MalformedError(str(error)) from error


def _text(path: bytes) -> str:
    text = path.decode("utf-8", "surrogateescape")
    if text.isascii() and "\\" not in text:
        return text
    return _NEEDS_ESCAPE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    return "\\\\" if character == "\\" else f"\\x{ord(character) - 0xDC00:02x}"


def _bytes(text: str) -> bytes:
    if "\\" not in text:
        return text.encode("utf-8")
    return _ESCAPED.sub(_unescape, text).encode("utf-8", "surrogateescape")


def _unescape(found: re.Match[str]) -> str:
    escape = found[1]
    return "\\" if escape == "\\" else chr(0xDC00 + int(escape[1:], 16))
