"""The witness in an engine's place: it lists and restores, and that is all it can do."""

from __future__ import annotations

import os
from collections.abc import Iterator

from continuity import __version__
from continuity.domain.failure import NoSpaceError
from continuity.domain.manifest import Kind
from continuity.domain.snapshot import Listed, Snapshot
from continuity.domain.text import N_, say
from continuity.engines.engine import (
    CONTENT_HASHES,
    OnProgress,
    Progress,
    RestoreRequest,
    RestoreResult,
    Tool,
)
from continuity.witness.bringing import Manner, bring
from continuity.witness.contents import Contents
from continuity.witness.node import Node
from continuity.witness.repository import Repository
from continuity.witness.walking import Wanted

WITNESS = "witness"
_MOST_PROBLEMS = 1000


class WitnessReader:
    """One repository, opened to be read without its program."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def probe(self) -> Tool:
        """Name itself."""
        return Tool(name=WITNESS, version=__version__, capabilities=frozenset({CONTENT_HASHES}))

    def identity(self) -> str:
        """Give the id in the repository's config."""
        return self._repository.id

    def snapshots(self) -> tuple[Snapshot, ...]:
        """List all snapshots, oldest first."""
        return self._repository.snapshots()

    def listing(self, snapshot: str) -> Iterator[Listed]:
        """List everything in a snapshot in tree order, with names as they were."""
        contents = Contents(self._repository)
        for path, node in contents.entries(self._repository.snapshot(snapshot).tree):
            if node.kind is not None:
                yield Listed(
                    path=path,
                    kind=node.kind,
                    size=node.size if node.kind is Kind.FILE else 0,
                    mtime_ns=node.mtime_ns,
                    mode=node.mode,
                    link_target=node.link_target,
                )

    def restore(self, request: RestoreRequest, on_progress: OnProgress) -> RestoreResult:
        """Write files below the target, each under its absolute path."""
        contents = Contents(self._repository)
        tree = self._repository.snapshot(request.snapshot).tree
        wanted = None if request.paths is None else Wanted(request.paths)
        # Walked twice rather than kept: a snapshot may hold more entries than memory.
        count = needed = 0
        for entry in contents.entries(tree, wanted):
            count += 1
            needed += _size(entry.node)
        require_room(needed, request.room_bytes)

        def tell(files: int, size: int) -> None:
            on_progress(Progress(files=files, bytes=size, total_files=count, total_bytes=None))

        manner = Manner(owners=os.geteuid() == 0, special=True)
        entries = contents.entries(tree, wanted)
        brought = bring(contents, entries, request.target, manner, tell)
        return RestoreResult(
            way=WITNESS,
            calls=1,
            whole=False,
            problems=tuple(str(problem) for problem in brought.problems[:_MOST_PROBLEMS]),
        )


def _size(node: Node) -> int:
    return node.size if node.kind is Kind.FILE else 0


def require_room(needed: int, room: int) -> None:
    """Raise NoSpaceError when more is to be written than there is room for."""
    if needed > room:
        raise NoSpaceError(
            say(
                N_("The restore needs {needed} MiB, and {room} MiB may be written."),
                needed=(needed >> 20) + 1,
                room=room >> 20,
            ),
            remedy=say(N_("Give the sandbox more room, or draw a smaller sample.")),
        )
