"""The content of files on another machine, as ``sha256sum`` there tells it.

Every file is looked at just before and just after it is read, so that its digest belongs to one
state of it. Files are asked for in one stream; the answers come in the same order.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from continuity.domain.failure import ToolError
from continuity.domain.manifest import Entry, Seal
from continuity.domain.text import N_, say, shown
from continuity.hosts.host import Command, Host
from continuity.hosts.reading import CHANGED, VANISHED
from continuity.hosts.remote_find import ENVIRONMENT, LONG, Output, entry_from_head, not_understood
from continuity.hosts.reuse import state_of
from continuity.hosts.spool import batches

SMALL_TOGETHER: Final = 1_000
"""Files read by one call of the program there, which costs as much as reading 200 small ones."""

_FIELDS: Final = "%y %D %i %n %m %U %G %s %T@ %C@ %p\\0"
# Nothing but regular files may be opened: reading a pipe would never end.
_SCRIPT: Final = (
    'find "$@" -maxdepth 0 -type f'
    f" '(' -readable -printf 'Br{_FIELDS}' -o -printf 'B-{_FIELDS}' ')'"
    " -exec sha256sum -- {} + ;"
    f" find \"$@\" -maxdepth 0 -printf 'A-{_FIELDS}' ;"
    " printf 'E%s\\0' \"$#\""
)
_DIGEST: Final = re.compile(rb"\\?([0-9a-f]{64}) [ *](.*)", re.DOTALL)
_ESCAPE: Final = re.compile(rb"\\([nr\\])")
_PLAIN: Final = {b"n": b"\n", b"r": b"\r", b"\\": b"\\"}
_DENIED: Final = "permission-denied"
_FAILED: Final = "read-failed"
_NAMES: Final = 500


class Read(NamedTuple):
    """What became of reading a path.

    ``entry`` is None when nothing was there to look at. ``problem`` is empty when the digest and
    the state are certain.
    """

    path: bytes
    entry: Entry | None
    sha256: bytes | None
    problem: str

    def joined(self, entry: Entry) -> Entry:
        """Give the entry with its content, in the state in which it was read."""
        if self.entry is not None:
            entry = self.entry._replace(reason=entry.reason)
        if not self.problem:
            return entry._replace(sha256=self.sha256)
        moved = self.problem in (CHANGED, VANISHED)
        seal = Seal.UNSTABLE if moved else Seal.UNREADABLE
        return entry._replace(seal=seal, reason=self.problem)


def read_paths(
    host: Host, paths: Iterable[bytes], together: int = SMALL_TOGETHER
) -> Iterator[Read]:
    """Read the content of regular files; gives one answer for each path, in their order."""
    asked: deque[bytes] = deque()
    output = Output(host, _command(_fed(paths, asked), together))
    batch = _Batch()
    for record in _records(iter(output)):
        if record[:1] == b"E":
            for _ in range(_number(record[1:])):
                yield batch.outcome(_asked_next(asked))
            batch = _Batch()
        else:
            batch.take(record)
    if output.finished.code != 0 or asked:
        raise ToolError(
            say(
                N_("The source could not be read as a whole: {reason}"),
                reason=shown(output.finished.stderr.strip()[-300:]),
            ),
            remedy=say(N_("Look which programs are installed as find, xargs and sha256sum there.")),
        )


def _command(names: Iterator[bytes], together: int) -> Command:
    return Command(
        argv=("xargs", "-0", "-r", "-n", str(together), "sh", "-c", _SCRIPT, "sh"),
        timeout=LONG,
        env=ENVIRONMENT,
        stdin=names,
        grace=5,
    )


def _fed(paths: Iterable[bytes], asked: deque[bytes]) -> Iterator[bytes]:
    for names in batches(paths, _NAMES):
        asked.extend(names)
        yield b"\0".join(names) + b"\0"


def _asked_next(asked: deque[bytes]) -> bytes:
    if not asked:
        raise not_understood(b"E")
    return asked.popleft()


def _number(text: bytes) -> int:
    if not text.isdigit():
        raise not_understood(text)
    return int(text)


def _records(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Cut the output: what find and printf print ends with NUL, a line of sha256sum as usual."""
    rest = b""
    for piece in pieces:
        rest += piece
        at = 0
        while at < len(rest):
            end = rest.find(b"\0" if rest[at : at + 1] in (b"A", b"B", b"E") else b"\n", at)
            if end < 0:
                break
            yield rest[at:end]
            at = end + 1
        rest = rest[at:]
    if rest:
        raise not_understood(rest)


@dataclass(slots=True)
class _Batch:
    """What one call told of its files, by path."""

    before: dict[bytes, Entry] = field(default_factory=dict)
    after: dict[bytes, Entry] = field(default_factory=dict)
    digests: dict[bytes, bytes] = field(default_factory=dict)
    denied: set[bytes] = field(default_factory=set)

    def take(self, record: bytes) -> None:
        """Take one record of any sort."""
        sort = record[:1]
        if sort == b"A":
            entry = entry_from_head(record[1:])
            self.after[entry.path] = entry
        elif sort == b"B":
            entry = entry_from_head(record[1:])
            self.before[entry.path] = entry
            if record[1:2] == b"-":
                self.denied.add(entry.path)
        else:
            self._take_digest(record)

    def outcome(self, path: bytes) -> Read:
        """Tell what became of a path."""
        before, after = self.before.get(path), self.after.get(path)
        digest = self.digests.get(path)
        if after is None:
            return Read(path, None, None, VANISHED)
        if before is None:
            return Read(path, None, None, CHANGED)
        if state_of(before) != state_of(after) or before.kind is not after.kind:
            return Read(path, after, None, CHANGED)
        if digest is None:
            return Read(path, None, None, _DENIED if path in self.denied else _FAILED)
        return Read(path, after, digest, "")

    def _take_digest(self, record: bytes) -> None:
        found = _DIGEST.fullmatch(record)
        if found is None:
            raise not_understood(record)
        name = found[2]
        if record[:1] == b"\\":
            name = _ESCAPE.sub(lambda escape: _PLAIN[escape[1]], name)
        self.digests[name] = bytes.fromhex(found[1].decode())
