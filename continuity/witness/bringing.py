"""Bring entries of a snapshot back below a directory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from continuity.domain.manifest import Kind
from continuity.domain.text import N_, Message, say, shown
from continuity.hosts.laying import LaidFile, LaidTree, Outside
from continuity.witness.contents import Contents, Part
from continuity.witness.node import Node
from continuity.witness.walking import Found

_SPECIAL = 0o7000
_EVERY = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How things are brought back: ``owners`` gives them away, ``special`` keeps set-id bits."""

    owners: bool
    special: bool


@dataclass(kw_only=True, slots=True)
class Brought:
    """What came back; ``left_out`` are pipes, sockets, devices and what nobody can bring back.

    ``bare`` came without their extended attributes and access lists, which are not brought back.
    """

    files: int = 0
    size: int = 0
    problems: list[Message] = field(default_factory=list)
    left_out: list[bytes] = field(default_factory=list)
    bare: int = 0


OnBrought = Callable[[int, int], None]
"""Is told files and bytes so far."""


def bring(
    contents: Contents,
    entries: Iterable[Found],
    target: Path,
    manner: Manner,
    on_brought: OnBrought,
) -> Brought:
    """Write entries below ``target``, which is empty and ours alone.

    What is damaged is a problem of its own and leaves no file behind; the others come back.
    Raises NoSpaceError and ToolError, and what reading raises.
    """
    bringing = _Bringing(contents, target, manner, on_brought)
    try:
        bringing.take(entries)
    finally:
        bringing.tree.close()
    return bringing.brought


class _Bringing:
    def __init__(
        self, contents: Contents, target: Path, manner: Manner, on_brought: OnBrought
    ) -> None:
        self._contents = contents
        self._manner = manner
        self._on_brought = on_brought
        self._other_names: dict[bytes, list[Found]] = {}
        self._first: dict[tuple[int, int, tuple[bytes, ...]], bytes] = {}
        self.tree = LaidTree(target)
        self.brought = Brought()

    def take(self, entries: Iterable[Found]) -> None:
        links: list[Found] = []
        self._files(found for found in entries if self._is_new_file(found, links))
        # Links last: nothing is ever written through one of them.
        for path, node in links:
            self.tree.link(path, node.link_target or b"", self._outside(node))
        self.tree.finish()
        self.brought.problems += self._contents.problems

    def _is_new_file(self, found: Found, links: list[Found]) -> bool:
        """Tell whether a content has to be read; everything else is dealt with here."""
        path, node = found
        self.brought.bare += node.extended
        match node.kind:
            case Kind.FILE:
                return not self._is_another_name(found)
            case Kind.DIRECTORY:
                self.tree.folder(path, self._outside(node))
            case Kind.SYMLINK:
                links.append(found)
            case _:
                self.brought.left_out.append(path)
        return False

    def _is_another_name(self, found: Found) -> bool:
        path, node = found
        if node.links < 2:  # noqa: PLR2004 - one name is no other
            return False
        first = self._first.setdefault((node.device, node.inode, node.content), path)
        if first != path:
            self._other_names.setdefault(first, []).append(found)
        return first != path

    def _files(self, files: Iterable[Found]) -> None:
        begun: LaidFile | None = None
        try:
            for part in self._contents.files(files):
                laid = begun or self.tree.file(part.found.path)
                begun = laid
                laid.write(part.content)
                self.brought.size += len(part.content)
                if part.last:
                    begun = None
                    self._end(laid, part)
        finally:
            if begun is not None:
                begun.give_up()

    def _end(self, laid: LaidFile, part: Part) -> None:
        if part.trouble is None:
            laid.finish(self._outside(part.found.node))
            self._finished(part.found.path)
        else:
            laid.give_up()
            self._lost(part.found.path, part.trouble)

    def _finished(self, path: bytes) -> None:
        self.brought.files += 1
        for other in self._other_names.pop(path, ()):
            self.tree.another_name(other.path, path)
            self.brought.files += 1
        if self.brought.files % _EVERY == 0:
            self._on_brought(self.brought.files, self.brought.size)

    def _lost(self, path: bytes, trouble: Message) -> None:
        for name in (path, *(other.path for other in self._other_names.pop(path, ()))):
            self.brought.problems.append(
                say(N_("{path}: {detail}"), path=shown(name), detail=str(trouble))
            )

    def _outside(self, node: Node) -> Outside:
        return Outside(
            mode=node.mode if self._manner.special else node.mode & ~_SPECIAL,
            mtime_ns=node.mtime_ns,
            owner=(node.uid, node.gid) if self._manner.owners else None,
        )
