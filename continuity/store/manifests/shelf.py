"""The directory in which manifests stand, each under the SHA-256 of its own file.

Nothing of this program is needed to question one. Is it unaltered, and does it know a file that
was restored?

    sha256sum ab/abcd….jsonl.zst                    # prints the file's own name
    sha256sum restored/srv/data/file                # the digest of what came back
    zstdcat ab/abcd….jsonl.zst | grep -c DIGEST     # more than 0: the manifest knows it

Digest, path and seal of every entry, in the manner of ``sha256sum``:

    zstdcat ab/abcd….jsonl.zst |
        jq -r 'select(.path) | [.sha256, .path, .seal] | transpose[] | @tsv'
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

import zstandard

from continuity.domain.counts import Counts
from continuity.domain.failure import RecordError
from continuity.domain.manifest import Entry, ManifestSummary, tree_order
from continuity.domain.text import N_, say
from continuity.store.manifests.blocks import (
    BLOCK_BYTES,
    BLOCK_ENTRIES,
    Header,
    MalformedError,
    agrees,
    entries_from_line,
    header_from_line,
    is_trailer,
    line_from_entries,
    line_from_header,
    line_from_summary,
)
from continuity.store.manifests.lines import lines
from continuity.store.manifests.placing import settle

_SUFFIX: Final = ".jsonl.zst"
_NAME = re.compile(r"([0-9a-f]{64})\.jsonl\.zst")
_LEVEL: Final = 3
_CHUNK: Final = 1 << 18

_GONE = N_("The manifest {digest} is gone.")
_ALTERED = N_("The manifest {digest} was altered: its content is not what its name says.")
_MALFORMED = N_("The manifest {digest} is not written as a manifest is.")
_NO_DIGEST = N_("“{digest}” is not the name of a manifest.")
_REMEDY = N_("Bring it back from its copy in the repository, and keep this file for the inquiry.")


class ManifestShelf:
    """Writes, reads and removes manifests in one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @property
    def directory(self) -> Path:
        """The directory in which the manifests stand."""
        return self._directory

    def write(self, entries: Iterable[Entry], header: Header) -> ManifestSummary:
        """Store a manifest and give its counts and content address.

        It is whole and on disk, or not there at all; one that stands there already is not written
        again. Raises ValueError when entries are not in tree order, and whatever the entries raise.
        """
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".new-", dir=self._directory)
        fresh = Path(name)
        counts = Counts()
        try:
            with os.fdopen(descriptor, "w+b") as file:
                _write(file, entries, header, counts)
                file.flush()
                os.fsync(file.fileno())
                digest = _digest(file)
            self._place(fresh, digest)
        finally:
            fresh.unlink(missing_ok=True)
        return counts.summary(digest)

    def read(self, digest: str) -> Iterator[Entry]:
        """Give the entries in tree order.

        The file is compared with its name before the first entry, order and counts as they pass.
        Raises RecordError when it is gone or is not what was written.
        """
        with self._opened(digest) as file:
            try:
                yield from _read(file)
            except MalformedError as error:
                raise _damaged(_MALFORMED, digest) from error

    def header(self, digest: str) -> dict[str, str | int | bool]:
        """Give what the manifest was made of. Raises RecordError."""
        with self._opened(digest) as file:
            try:
                return header_from_line(next(lines(file), b""))
            except MalformedError as error:
                raise _damaged(_MALFORMED, digest) from error

    def digests(self) -> tuple[str, ...]:
        """List the content addresses of all manifests, sorted."""
        found = (_NAME.fullmatch(path.name) for path in self._directory.glob(f"??/*{_SUFFIX}"))
        return tuple(sorted(match[1] for match in found if match))

    def path(self, digest: str) -> Path:
        """Give the place of a manifest, there or not. Raises RecordError for no digest at all."""
        if not _NAME.fullmatch(digest + _SUFFIX):
            raise _damaged(_NO_DIGEST, digest[:64].encode("unicode_escape").decode())
        return self._directory / digest[:2] / f"{digest}{_SUFFIX}"

    def adopt(self, file: Path, digest: str) -> bool:
        """Take a file in as the manifest of this name, in place of an altered one.

        False, with nothing changed, when its content is not what the name says.
        """
        try:
            with file.open("rb") as content:
                if _digest(content) != digest:
                    return False
        except OSError:
            return False
        self.path(digest).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path(digest).unlink(missing_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".new-", dir=self._directory)
        os.close(descriptor)
        shutil.copyfile(file, name)
        self._place(Path(name), digest)
        return True

    def remove(self, digest: str) -> None:
        """Remove a manifest; one that is not there is no error."""
        self.path(digest).unlink(missing_ok=True)

    def _place(self, fresh: Path, digest: str) -> None:
        place = self.path(digest)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        if place.exists():
            return
        fresh.rename(place)
        settle(place.parent)
        settle(self._directory)

    def _opened(self, digest: str) -> BinaryIO:
        try:
            file = self.path(digest).open("rb")
        except FileNotFoundError:
            raise _damaged(_GONE, digest) from None
        if _digest(file) != digest:
            file.close()
            raise _damaged(_ALTERED, digest)
        file.seek(0)
        return file


def _write(file: BinaryIO, entries: Iterable[Entry], header: Header, counts: Counts) -> None:
    compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
    with compressor.stream_writer(file, closefd=False) as stream:
        stream.write(line_from_header(header))
        for block in _blocks(_ordered(entries)):
            for entry in block:
                counts.add(entry)
            stream.write(line_from_entries(block))
        stream.write(line_from_summary(counts.summary("")))


def _blocks(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    block: list[Entry] = []
    size = 0
    for entry in entries:
        block.append(entry)
        size += len(entry.path) + len(entry.link_target or b"")
        if len(block) == BLOCK_ENTRIES or size >= BLOCK_BYTES:
            yield block
            block, size = [], 0
    if block:
        yield block


def _read(file: BinaryIO) -> Iterator[Entry]:
    rest = lines(file)
    header_from_line(next(rest, b""))
    counts = Counts()
    ending: list[bytes] = []
    for entry in _ordered(_entries(rest, ending)):
        counts.add(entry)
        yield entry
    if len(ending) != 1 or not agrees(ending[0], counts.summary("")):
        raise MalformedError("other counts than promised, or something behind them")


def _entries(rest: Iterator[bytes], ending: list[bytes]) -> Iterator[Entry]:
    """Read blocks until the trailer; it and whatever is behind it goes into ``ending``."""
    for line in rest:
        if ending or is_trailer(line):
            ending.append(line)
            if len(ending) > 1:
                return
        else:
            yield from entries_from_line(line)


def _ordered(entries: Iterable[Entry]) -> Iterator[Entry]:
    last = b""
    for entry in entries:
        key = tree_order(entry.path)
        if key <= last:
            raise MalformedError(f"out of tree order at {entry.path!r}")
        last = key
        yield entry


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _damaged(template: str, digest: str) -> RecordError:
    return RecordError(say(template, digest=digest), remedy=say(_REMEDY))
