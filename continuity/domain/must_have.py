"""What is in every sample: named paths, canaries, the largest, the newest, one of each oddity."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from continuity.domain.greatest import Greatest
from continuity.domain.manifest import Entry, Kind, Seal, tree_order

_GROUPS = 16
"""How many groups of hard links are watched, so that one of them is seen to be a pair."""

_ODD = frozenset({Kind.SYMLINK, Kind.FIFO})


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What must be in the sample. A named directory stands for all that is in it."""

    always: tuple[bytes, ...]
    canaries: tuple[bytes, ...]
    largest: int
    newest: int


class MustHave:
    """Picks from entries offered one after the other. Devices and sockets are never picked."""

    def __init__(self, wanted: Wanted) -> None:
        self._named = frozenset((*wanted.always, *wanted.canaries))
        self._within = tuple(path.rstrip(b"/") + b"/" for path in self._named)
        self._found: set[bytes] = set()
        self._owners: list[Entry] = []
        self._largest = Greatest[tuple[int, int], Entry](wanted.largest)
        self._newest = Greatest[tuple[int, int], Entry](wanted.newest)
        self._odd: dict[str, Greatest[int, Entry]] = {}
        self._links: dict[tuple[int, int], tuple[int, Greatest[int, Entry]]] = {}
        self._directory: tuple[Entry, int] | None = None

    def offer(self, entry: Entry, rank: int) -> None:
        """Look at one entry; ``rank`` is its place in the draw."""
        if self._directory is not None:
            self._judge_directory(entry.path)
        if entry.kind is Kind.DIRECTORY:
            self._directory = entry, rank
        if self._named and self._is_named(entry.path) and entry.kind is not Kind.DIRECTORY:
            self._owners.append(entry)
        if entry.seal is not Seal.SEALED:
            return
        if entry.kind is Kind.FILE:
            self._offer_file(entry, rank)
        elif entry.kind in _ODD:
            self._offer_odd(entry.kind.value, entry, rank)

    def finish(self) -> None:
        """Say that nothing follows the last entry."""
        if self._directory is not None:
            self._judge_directory(b"")

    def owners_choice(self) -> list[Entry]:
        """List what people named, in tree order."""
        return sorted(self._owners, key=lambda entry: tree_order(entry.path))

    def picked(self) -> list[Entry]:
        """List what else must be in: oddities, the newest, the largest."""
        odd = (self._odd[kind].ordered() for kind in sorted(self._odd))
        picked = [entry for entries in odd for entry in entries]
        return [*picked, *self._pair(), *self._newest.ordered(), *self._largest.ordered()]

    def absent(self) -> list[bytes]:
        """List the named paths that no entry has."""
        return sorted(self._named - self._found)

    def _is_named(self, path: bytes) -> bool:
        if path in self._named:
            self._found.add(path)
            return True
        if not path.startswith(self._within):
            return False
        self._found.update(
            named for named in self._named if path.startswith(named.rstrip(b"/") + b"/")
        )
        return True

    def _judge_directory(self, following: bytes) -> None:
        """Take the directory before this path as empty, unless the path is in it."""
        if self._directory is None:
            return
        entry, rank = self._directory
        self._directory = None
        if following.startswith(entry.path.rstrip(b"/") + b"/"):
            return
        if self._named and self._is_named(entry.path):
            self._owners.append(entry)
        if entry.seal is Seal.SEALED:
            self._offer_odd(Kind.DIRECTORY.value, entry, rank)

    def _offer_file(self, entry: Entry, rank: int) -> None:
        self._largest.offer((entry.size, -rank), entry)
        self._newest.offer((entry.mtime_ns, -rank), entry)
        if entry.size == 0:
            self._offer_odd("empty", entry, rank)
        if entry.links > 1:
            self._offer_link(entry, rank)

    def _offer_odd(self, kind: str, entry: Entry, rank: int) -> None:
        self._odd.setdefault(kind, Greatest[int, Entry](1)).offer(-rank, entry)

    def _offer_link(self, entry: Entry, rank: int) -> None:
        group = entry.device, entry.inode
        known = self._links.get(group)
        if known is None:
            # By the group's own rank, so that a group once dropped never comes back.
            known = _rank_of_group(group), Greatest[int, Entry](2)
            self._links[group] = known
        known[1].offer(-rank, entry)
        if len(self._links) > _GROUPS:
            del self._links[max(self._links, key=lambda group: self._links[group][0])]

    def _pair(self) -> Iterator[Entry]:
        for _, members in sorted(self._links.values(), key=lambda known: known[0]):
            pair = members.ordered()
            if len(pair) > 1:
                yield from pair
                return


def _rank_of_group(group: tuple[int, int]) -> int:
    return int.from_bytes(hashlib.sha256(b"%d:%d" % group).digest(), "big")
