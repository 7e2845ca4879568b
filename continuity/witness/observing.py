"""What files of a snapshot are, seen without writing anything anywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from continuity.domain.manifest import Entry, Kind, tree_order
from continuity.domain.text import Message
from continuity.witness.contents import Contents, Part
from continuity.witness.repository import Repository
from continuity.witness.walking import Found

_EVERY = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed:
    """The entries that could be read, in tree order; each trouble with the path it is about.

    ``touched`` is how many of the ``packs`` with contents they lie in: files in one fail together.
    """

    entries: tuple[Entry, ...]
    troubles: tuple[tuple[bytes, Message], ...]
    problems: tuple[Message, ...]
    touched: int
    packs: int


def observe_found(
    repository: Repository, found: Sequence[Found], on_read: Callable[[int, int], None]
) -> Observed:
    """Read what was found already. Raises what reading raises."""
    contents = Contents(repository)
    entries = [_entry(one, 0, None) for one in found if one.node.kind is not Kind.FILE]
    troubles: list[tuple[bytes, Message]] = []
    sums = _Sums(on_read)
    for part in contents.files(one for one in found if one.node.kind is Kind.FILE):
        if part.trouble is not None:
            sums.forget()
            troubles.append((part.found.path, part.trouble))
            continue
        entry = sums.take(part)
        if entry is not None:
            entries.append(entry)
    return Observed(
        entries=tuple(sorted(entries, key=lambda entry: tree_order(entry.path))),
        troubles=tuple(sorted(troubles, key=lambda trouble: trouble[0])),
        problems=contents.problems,
        touched=len(_packs(repository, found)),
        packs=repository.index.content_packs,
    )


def _packs(repository: Repository, found: Iterable[Found]) -> set[int]:
    ids = {id for one in found for id in one.node.content}
    places = (repository.index.places(id, tree=False) for id in ids)
    return {each[0].pack for each in places if each}


class _Sums:
    """Adds up the parts of one file after the other."""

    def __init__(self, on_read: Callable[[int, int], None]) -> None:
        self._on_read = on_read
        self._files = 0
        self._bytes = 0
        self.forget()

    def forget(self) -> None:
        self._sum = hashlib.sha256()
        self._size = 0

    def take(self, part: Part) -> Entry | None:
        """Take a part; gives the entry with the last one."""
        self._size += len(part.content)
        pieces = part.found.node.content
        if len(pieces) != 1:
            self._sum.update(part.content)
        if not part.last:
            return None
        # The hash of a single piece is its name, and was compared as it was read.
        digest = pieces[0] if len(pieces) == 1 else self._sum.digest()
        entry = _entry(part.found, self._size, digest)
        self._files += 1
        self._bytes += self._size
        self.forget()
        if self._files % _EVERY == 0:
            self._on_read(self._files, self._bytes)
        return entry


def _entry(found: Found, size: int, digest: bytes | None) -> Entry:
    node = found.node
    return Entry(
        path=found.path,
        # What nobody can bring back is no file, and is never taken for one.
        kind=node.kind or Kind.SOCKET,
        size=size,
        mtime_ns=node.mtime_ns,
        ctime_ns=0,
        device=node.device,
        inode=node.inode,
        links=max(1, node.links),
        mode=node.mode,
        uid=node.uid,
        gid=node.gid,
        link_target=node.link_target,
        sha256=digest,
    )
