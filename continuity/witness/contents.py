"""The contents of files, put together from their pieces with bounded memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from continuity.domain.text import Message
from continuity.witness.blobs import Blobs
from continuity.witness.limits import OPEN_BYTES, SPAN_BYTES
from continuity.witness.node import StoredNode, read_nodes
from continuity.witness.repository import Repository
from continuity.witness.trouble import brief, damaged, unfamiliar
from continuity.witness.walking import Found, Wanted, walk

_AT_ONCE = 20_000


class Part(NamedTuple):
    """The next bytes of a file, or why there are no more of it; ``last`` ends the file."""

    found: Found
    content: bytes
    last: bool
    trouble: Message | None = None


class Contents:
    """Directories and files of one repository.

    ``problems`` are complaints about the repository that none of the files is wrong for.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._blobs = Blobs(repository)
        self._open = 0

    @property
    def problems(self) -> tuple[Message, ...]:
        """What was found wrong so far although everything could be read."""
        return (*self._repository.problems, *self._blobs.problems)

    def entries(self, tree: str, wanted: Wanted | None = None) -> Iterator[Found]:
        """Give the entries below a tree. Raises DamagedError for a directory that is."""
        return walk(self._directory, bytes.fromhex(tree), wanted)

    def _directory(self, id: bytes) -> Iterator[tuple[bytes, StoredNode]]:
        if self._open > OPEN_BYTES:
            raise unfamiliar(f"tree {brief(id.hex())}", f"more than {OPEN_BYTES} bytes above it")
        for _, text, trouble in self._blobs.read((id,), tree=True):
            if trouble is not None:
                raise damaged(f"tree {brief(id.hex())}", trouble)
            self._open += len(text)
            try:
                yield from self._nodes(id, text)
            finally:
                self._open -= len(text)

    def _nodes(self, id: bytes, text: bytes) -> Iterator[tuple[bytes, StoredNode]]:
        try:
            yield from read_nodes(text)
        except (ValueError, RecursionError) as error:
            raise unfamiliar(f"tree {brief(id.hex())}", str(error)) from error

    def files(self, files: Iterable[Found]) -> Iterator[Part]:
        """Give the contents of files, in the order in which it costs least.

        Files of one piece come in the order of packs; the pieces of others come file by file.
        """
        rest = iter(files)
        while batch := tuple(islice(rest, _AT_ONCE)):
            yield from self._batch(batch)

    def reads(self, files: Iterable[Found]) -> Iterator[Iterable[bytes]]:
        """Give the pieces that are read at once, as ``files`` does, and read nothing."""
        rest = iter(files)
        while batch := tuple(islice(rest, _AT_ONCE)):
            contents = [found.node.content for found in batch]
            yield [ids[0] for ids in contents if len(ids) == 1]
            for ids in contents:
                yield from self._windows(ids) if len(ids) > 1 else ()

    def _batch(self, files: Sequence[Found]) -> Iterator[Part]:
        small: dict[bytes, list[Found]] = defaultdict(list)
        large: list[Found] = []
        for found in files:
            match found.node.content:
                case ():
                    yield Part(found, b"", True)
                case (id,):
                    small[id].append(found)
                case _:
                    large.append(found)
        for id, content, trouble in self._blobs.read(small):
            yield from (Part(found, content, True, trouble) for found in small[id])
        for found in large:
            yield from self._large(found)

    def _large(self, found: Found) -> Iterator[Part]:
        """Read one file window by window; nothing of it after a piece that is damaged."""
        left = len(found.node.content)
        for window in self._windows(found.node.content):
            read = {
                id: (content, why) for id, content, why in self._blobs.read(dict.fromkeys(window))
            }
            for id in window:
                content, trouble = read[id]
                left -= 1
                yield Part(found, content, left == 0 or trouble is not None, trouble)
                if trouble is not None:
                    return

    def _windows(self, ids: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
        at = 0
        while at < len(ids):
            window = self._window(ids, at)
            yield window
            at += len(window)

    def _window(self, ids: Sequence[bytes], at: int) -> Sequence[bytes]:
        """Take as many pieces as may be in memory at once, one at least."""
        size, end = 0, at
        lanes = self._repository.objects.lanes
        while end < len(ids) and (end == at or size < lanes * SPAN_BYTES):
            places = self._repository.index.places(ids[end], tree=False)
            size += places[0].plain if places else 0
            end += 1
        return ids[at:end]
