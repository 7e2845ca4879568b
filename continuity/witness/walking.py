"""Walk through the stored directories of a snapshot, as far as somebody wants to know."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from typing import NamedTuple

from continuity.domain.manifest import Kind
from continuity.witness.limits import DEPTH, ENTRIES
from continuity.witness.node import Node, StoredNode, node_from_stored
from continuity.witness.trouble import unfamiliar

ReadDirectory = Callable[[bytes], Iterable[tuple[bytes, StoredNode]]]
"""Reads the names in the directory with this id, in order, and what is stored under each."""


class Wanted:
    """Paths somebody asks for, and the directories on the way to them."""

    def __init__(self, paths: Iterable[bytes], *, below: bool = False) -> None:
        self._paths = frozenset(path.rstrip(b"/") or b"/" for path in paths)
        self._below = below
        self._ways = frozenset(way for path in self._paths for way in _ways(path))

    def takes(self, path: bytes) -> bool:
        """Whether this very path is asked for, or lies below one that is."""
        return path in self._paths or (self._below and _is_below(path, self._paths))

    def leads(self, path: bytes) -> bool:
        """Whether something that is asked for lies below."""
        return path in self._ways or (self._below and self.takes(path))


class Found(NamedTuple):
    """An entry with its absolute path in the snapshot."""

    path: bytes
    node: Node


def walk(read: ReadDirectory, root: bytes, wanted: Wanted | None) -> Iterator[Found]:
    """Give entries in tree order; everything when nothing is said.

    A tree cannot hold itself, since its name is its hash; a few can still name each other so often
    that they never end. Raises ToolError beyond the limits, and what ``read`` raises.
    """
    stack = [(b"", iter(read(root)))]
    seen = 0
    while stack:
        above, entries = stack[-1]
        named = next(entries, None)
        if named is None:
            stack.pop()
            continue
        seen += 1
        if seen > ENTRIES or len(stack) > DEPTH:
            raise unfamiliar("tree", f"more than {ENTRIES} entries, or {DEPTH} levels")
        path = above + b"/" + named[0]
        is_way = wanted is None or wanted.leads(path)
        if not is_way and wanted is not None and not wanted.takes(path):
            continue
        node = _translated(*named)
        if wanted is None or wanted.takes(path):
            yield Found(path, node)
        if is_way and node.kind is Kind.DIRECTORY and node.subtree is not None:
            stack.append((path, iter(read(node.subtree))))


def _translated(name: bytes, stored: StoredNode) -> Node:
    try:
        return node_from_stored(name, stored)
    except ValueError as error:
        raise unfamiliar("tree", str(error)) from error


def _ways(path: bytes) -> Iterator[bytes]:
    while path := path.rpartition(b"/")[0]:
        yield path


def _is_below(path: bytes, paths: Container[bytes]) -> bool:
    return b"/" in paths or any(way in paths for way in _ways(path))
