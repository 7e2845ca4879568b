"""A tree of another machine, listed in one pass and brought into tree order here.

What is an entry, and what is not, is decided as the walk of a local file system decides it.
"""

from __future__ import annotations

import errno
import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from continuity.domain.exclude import Excludes
from continuity.domain.lossy import REPLACEMENT, lossy_form
from continuity.domain.manifest import Entry, Kind, Seal, tree_order
from continuity.domain.seal import NAME_AMBIGUOUS
from continuity.hosts.host import Host
from continuity.hosts.levels import Root, root_tree, unreachable_root
from continuity.hosts.remote_find import (
    UNSEEN,
    Output,
    complaints,
    entry_from_head,
    find_command,
    path_from_head,
    reason_from_number,
    records,
)
from continuity.hosts.spool import NewFile, Sorter
from continuity.hosts.survey import unseen
from continuity.hosts.walk import Scope

_FIRST, _SECOND = b"0", b"1"


def list_tree(host: Host, scope: Scope, new_file: NewFile) -> Iterator[Entry]:
    """Give every entry of the scope in tree order, files without their content.

    Raises SourceError when a root cannot be reached. Long lists are sorted in new files.
    """
    nodes = dict(_nodes(root_tree(scope.roots)))
    found = _Found(nodes=nodes, sorter=Sorter(new_file), doubtful=Sorter(new_file))
    for words in _calls(scope, nodes):
        found.take(host, words)
    found.require_roots()
    ambiguous = (path for _, path in _ambiguous(found.doubtful, new_file))
    return _named_apart(_Look(scope, found).entries(), ambiguous)


@dataclass(kw_only=True, slots=True)
class _Found:
    """Records still to be judged, and what find complained about, by path."""

    nodes: Mapping[bytes, Root]
    sorter: Sorter
    doubtful: Sorter
    seen: set[bytes] = field(default_factory=set)
    errors: dict[bytes, int] = field(default_factory=dict)

    def take(self, host: Host, words: tuple[bytes | str, ...]) -> None:
        """Take all that one call of find tells."""
        output = Output(host, find_command(*words))
        # The way to a root is looked at through links, and that look comes first.
        rank = _FIRST if words[0] == "-L" else _SECOND
        for head, target in records(iter(output)):
            path = path_from_head(head)
            self.sorter.add(tree_order(path), rank + head + b"\0" + target)
            if not path.isascii():
                self._doubt(path)
            if path in self.nodes and head[:1] != UNSEEN:
                self.seen.add(path)
        self.errors.update(complaints(output.finished))

    def require_roots(self) -> None:
        """Refuse when a root, or a directory on the way to it, was not found."""
        for path, node in self.nodes.items():
            number = self.errors.get(path)
            if path not in self.seen or (node.below and number):
                number = number or errno.ENOENT
                raise unreachable_root(path, OSError(number, os.strerror(number)))

    def _doubt(self, path: bytes) -> None:
        above, _, name = path.rpartition(b"/")
        lossy = lossy_form(name)
        if lossy != name or REPLACEMENT in name:
            self.doubtful.add(above + b"/" + lossy, path)


def _nodes(top: Root) -> Iterator[tuple[bytes, Root]]:
    """Name the roots and the directories above them; the top itself is an entry of nothing."""
    waiting = [(b"", top)]
    while waiting:
        path, node = waiting.pop()
        if path:
            yield path, node
        waiting += [(path + b"/" + name, below) for name, below in node.below.items()]


def _calls(scope: Scope, nodes: Mapping[bytes, Root]) -> Iterator[tuple[bytes | str, ...]]:
    roots = sorted({b"/" + posixpath.normpath(root).lstrip(b"/") for root in scope.roots})
    passed = sorted(path for path, node in nodes.items() if node.below)
    if passed:
        yield ("-L", *passed, "-maxdepth", "0")
    below = (*(("-xdev",) if scope.one_file_system else ()), *_not_entered(scope.excludes, passed))
    direct = [root for root in roots if root not in passed]
    if direct:
        yield ("-P", *direct, *below)
    # A passed directory that is a root, or below one, and perhaps a link.
    through = [path for path in passed if any(_lies_in(path, root) for root in roots)]
    if through:
        yield ("-H", *through, *below)


def _not_entered(excludes: Excludes, passed: list[bytes]) -> tuple[bytes | str, ...]:
    """Spare the way into what is left out; what is above another root is entered all the same."""
    names = {name for path in passed for name in path.split(b"/")}
    tests: list[bytes | str] = []
    for place in excludes.places:
        if not any(_lies_in(path, place) for path in passed):
            tests += ["-o", "-path", place]
    for name in excludes.names:
        if name not in names:
            tests += ["-o", "-name", name]
    return ("(", "-type", "d", "(", *tests[1:], ")", "-prune", ")", ",") if tests else ()


def _lies_in(path: bytes, root: bytes) -> bool:
    return path == root or path.startswith(root.rstrip(b"/") + b"/")


def _ambiguous(doubtful: Sorter, new_file: NewFile) -> Sorter:
    """Find the paths whose lossy form another one beside them has too."""
    found = Sorter(new_file)
    for _, pairs in groupby(doubtful, key=lambda pair: pair[0]):
        paths = sorted({path for _, path in pairs})
        if len(paths) > 1:
            for path in paths:
                found.add(tree_order(path), path)
    return found


def _named_apart(entries: Iterable[Entry], ambiguous: Iterator[bytes]) -> Iterator[Entry]:
    doubtful = next(ambiguous, None)
    for entry in entries:
        while doubtful is not None and tree_order(doubtful) < tree_order(entry.path):
            doubtful = next(ambiguous, None)
        is_doubtful = entry.path == doubtful and entry.links and not entry.reason
        yield entry._replace(reason=NAME_AMBIGUOUS) if is_doubtful else entry


class _Look:
    """Decides in tree order what belongs to the survey."""

    def __init__(self, scope: Scope, found: _Found) -> None:
        self._scope = scope
        self._found = found
        self._left_out = b"\0"
        self._devices: list[tuple[bytes, int]] = []

    def entries(self) -> Iterator[Entry]:
        """Give the entries that the scope wants."""
        last = b""
        for _, value in self._found.sorter:
            head, _, target = value[1:].partition(b"\0")
            path = path_from_head(head)
            if path == last:
                continue
            last = path
            entry = self._judged(path, head, target)
            # The top is no entry, as nobody can leave it out or restore it.
            if entry is not None and path != b"/":
                yield entry

    def _judged(self, path: bytes, head: bytes, target: bytes) -> Entry | None:
        node = self._found.nodes.get(path)
        passed = node is not None and bool(node.below)
        if node is None and path.startswith(self._left_out):
            return None
        if head[:1] == UNSEEN:
            left_out = self._scope.excludes.leave_out(path, False)
            return None if left_out else self._unseen(path)
        entry = entry_from_head(head, target)
        is_directory = entry.kind is Kind.DIRECTORY
        if passed and not is_directory:
            raise unreachable_root(path, NotADirectoryError(errno.ENOTDIR, "Not a directory"))
        if not passed and self._scope.excludes.leave_out(path, is_directory):
            if is_directory:
                self._left_out = path + b"/"
            return None
        return self._on_this_device(entry, node)

    def _on_this_device(self, entry: Entry, node: Root | None) -> Entry | None:
        """Leave out what is mounted, when the scope stays on one file system."""
        is_directory = entry.kind is Kind.DIRECTORY
        if self._scope.one_file_system:
            while self._devices and not entry.path.startswith(self._devices[-1][0]):
                self._devices.pop()
            if entry.path == b"/" or (node is not None and node.is_root):
                self._devices.append((entry.path.rstrip(b"/") + b"/", entry.device))
            foreign = bool(self._devices) and entry.device != self._devices[-1][1]
            if foreign and node is None and entry.path != b"/":
                self._left_out = entry.path + b"/"
                return entry if is_directory else None
        number = self._found.errors.get(entry.path) if is_directory else None
        if number is None or number == errno.ENOENT:
            return entry
        return entry._replace(seal=Seal.UNREADABLE, reason=reason_from_number(number))

    def _unseen(self, path: bytes) -> Entry | None:
        """Report a name that could not be looked at; one that is gone meanwhile is no entry."""
        number = self._found.errors.get(path, errno.EACCES)
        return None if number == errno.ENOENT else unseen(path, reason_from_number(number))
