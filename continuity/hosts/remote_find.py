"""GNU find as the eyes on another machine: what it is asked to print, and how that is read.

Fields end with blanks and names with NUL, so that no name can be mistaken for anything else.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Generator, Iterator, Mapping
from typing import Final

from continuity.domain.failure import ContinuityError, ToolError
from continuity.domain.manifest import Entry, Kind
from continuity.domain.text import N_, say, shown
from continuity.hosts.host import Command, Finished, Host
from continuity.hosts.reading import reason_from_error

LONGEST_PATH: Final = 4_095
"""Bytes of a path that a program can be given; find alone goes deeper."""

LONG: Final = 24 * 3_600.0
"""Seconds that a program may take which has much to do."""

ENVIRONMENT: Final = {"LC_ALL": "C"}

_FIELDS: Final = "%y %D %i %n %m %U %G %s %T@ %C@ %p"
DESCRIBED: Final = (
    *("(", "-readable", "-printf", f"r{_FIELDS}\\0%l\\0"),
    *("-o", "-printf", f"-{_FIELDS}\\0%l\\0"),
    # What can be listed and not looked at has a name and nothing else.
    *("-o", "-printf", "?%p\\0\\0", ")"),
)
"""The words that make find print a record: a head and a link's target, each ended by NUL."""

UNSEEN: Final = b"?"
_SECOND: Final = 10**9
_KINDS: Final = {
    b"f": Kind.FILE,
    b"d": Kind.DIRECTORY,
    b"l": Kind.SYMLINK,
    b"p": Kind.FIFO,
    b"s": Kind.SOCKET,
    b"c": Kind.CHARACTER_DEVICE,
    b"b": Kind.BLOCK_DEVICE,
}
_COMPLAINT: Final = re.compile(rb"[^:]*\bfind: [`'](.*)': ([^:]*)")
_SPOKEN: Final = re.compile(rb"[^:]*\bfind: ")
_ESCAPE: Final = re.compile(rb"\\([0-7]{3}|.)")
_PLAIN: Final = {
    b"n": b"\n",
    b"t": b"\t",
    b"r": b"\r",
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"v": b"\v",
}
_NUMBERS: Final = {os.strerror(number).encode(): number for number in errno.errorcode}
_COMPLAINTS_KEPT: Final = 32 << 20


class Output:
    """What a program prints, piece by piece, and how it ended when all is through."""

    def __init__(self, host: Host, command: Command) -> None:
        self._pieces: Generator[bytes, None, Finished] = host.pieces(command)
        self._finished: Finished | None = None

    def __iter__(self) -> Iterator[bytes]:
        self._finished = yield from self._pieces

    @property
    def finished(self) -> Finished:
        """Tell how it ended."""
        if self._finished is None:
            raise RuntimeError("the program has not ended")
        return self._finished


def find_command(*words: bytes | str) -> Command:
    """Make the command that describes files."""
    return Command(
        argv=("find", *words, *DESCRIBED),
        timeout=LONG,
        env=ENVIRONMENT,
        keep=_COMPLAINTS_KEPT,
        grace=5,
    )


def records(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Cut find's output into heads and link targets. Raises ToolError when one is cut short."""
    rest = b""
    for piece in pieces:
        parts = (rest + piece).split(b"\0")
        rest = parts.pop()
        if len(parts) % 2:
            rest = parts.pop() + b"\0" + rest
        yield from zip(parts[::2], parts[1::2], strict=True)
    if rest:
        raise not_understood(rest)


def path_from_head(head: bytes) -> bytes:
    """Give the path that a record is about. Raises ToolError for anything but a record."""
    parts = (b"", head[1:]) if head[:1] == UNSEEN else head.split(b" ", 10)
    if not parts[-1].startswith(b"/"):
        raise not_understood(head)
    return parts[-1]


def entry_from_head(head: bytes, target: bytes = b"") -> Entry:
    """Write down what a record tells. Raises ToolError for anything but a record of ours."""
    try:
        kind, device, inode, links, mode, uid, gid, size, mtime, ctime, path = head[1:].split(
            b" ", 10
        )
        known = _KINDS.get(kind, Kind.FILE)
        return Entry(
            path,
            known,
            int(size) if known is Kind.FILE else 0,
            _nanoseconds(mtime),
            _nanoseconds(ctime),
            int(device),
            int(inode),
            int(links),
            int(mode, 8),
            int(uid),
            int(gid),
            target if known is Kind.SYMLINK else None,
        )
    except ValueError as error:
        raise not_understood(head) from error


def _nanoseconds(text: bytes) -> int:
    seconds, _, fraction = text.partition(b".")
    return int(seconds) * _SECOND + int(fraction[:9].ljust(9, b"0"))


def complaints(finished: Finished) -> Mapping[bytes, int]:
    """Give the number of the error that find met at each path. Raises ToolError for any other.

    What find cannot open or look at is an entry with a reason; what is not known to be about one
    path may be anything, even the rest of the tree.
    """
    found = {}
    for line in finished.stderr.splitlines():
        complaint = _COMPLAINT.fullmatch(line)
        number = _NUMBERS.get(complaint[2]) if complaint else None
        if complaint is not None and number is not None:
            found[_unescaped(complaint[1])] = number
        elif finished.code and _SPOKEN.match(line):
            raise _failed(line)
    if finished.truncated or finished.code not in (0, 1) or (finished.code and not found):
        raise _failed(finished.stderr.strip().rpartition(b"\n")[2])
    return found


def reason_from_number(number: int) -> str:
    """Give the stable word for an error."""
    return reason_from_error(OSError(number, ""))


def not_understood(text: bytes) -> ToolError:
    """Say that what came is not what was asked for."""
    return ToolError(
        say(N_("The listing of the source could not be understood: {text}"), text=shown(text[:80])),
        remedy=say(N_("Look which programs are installed as find, xargs and sha256sum there.")),
    )


def _failed(line: bytes) -> ContinuityError:
    return ToolError(
        say(N_("The source could not be listed as a whole: {reason}"), reason=shown(line[:300])),
        remedy=say(N_("Look at the disk and the file system of the source, and run it again.")),
    )


def _unescaped(name: bytes) -> bytes:
    return _ESCAPE.sub(_byte, name)


def _byte(found: re.Match[bytes]) -> bytes:
    code = found[1]
    if len(code) > 1:
        return bytes((int(code, 8) & 0xFF,))
    return _PLAIN.get(code, code)
