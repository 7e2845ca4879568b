"""What changed between two manifests of one source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from continuity.domain.manifest import Entry, Kind, tree_order
from continuity.domain.moves import Moves

_KEPT = 100


@dataclass(kw_only=True, slots=True)
class Changes:
    """Counts of files, growing while the manifests pass by.

    ``altered`` names watched files whose content differs or that are gone; ``disguised`` the first
    files whose content differs although size and modification time do not: no program that saves
    its work leaves that behind, but rot, a set-back clock or an intruder does.
    """

    before: int = 0
    after: int = 0
    added: int = 0
    removed: int = 0
    changed: int = 0
    moves: Moves = field(default_factory=Moves)
    altered: list[bytes] = field(default_factory=list)
    disguised: list[bytes] = field(default_factory=list)

    @property
    def moved(self) -> int:
        """Tell how many of the removed files only have another name now."""
        return self.moves.of(self.removed)

    @property
    def changed_percent(self) -> int:
        """Give the share of the earlier files that changed or are gone, in whole percent.

        A file that only has another name is neither.
        """
        if not self.before:
            return 0
        return (self.changed + self.removed - self.moved) * 100 // self.before


def watch_changes(
    entries: Iterable[Entry],
    previous: Iterable[Entry],
    changes: Changes,
    is_watched: Callable[[bytes], bool],
) -> Iterator[Entry]:
    """Pass entries through unchanged while counting how they differ from the previous manifest.

    Both must be in tree order. The counts are complete when the last entry has passed.
    """
    earlier = (entry for entry in previous if entry.kind is Kind.FILE)
    old = next(earlier, None)
    for entry in entries:
        if entry.kind is Kind.FILE:
            while old is not None and tree_order(old.path) < tree_order(entry.path):
                _gone(old, changes, is_watched)
                old = next(earlier, None)
            old = _compare(entry, old, earlier, changes, is_watched)
        yield entry
    while old is not None:
        _gone(old, changes, is_watched)
        old = next(earlier, None)


def _compare(
    entry: Entry,
    old: Entry | None,
    earlier: Iterator[Entry],
    changes: Changes,
    is_watched: Callable[[bytes], bool],
) -> Entry | None:
    changes.after += 1
    if old is None or old.path != entry.path:
        changes.added += 1
        changes.moves.appear(entry.sha256)
        return old
    changes.before += 1
    if old.sha256 is None or entry.sha256 is None or old.sha256 == entry.sha256:
        return next(earlier, None)
    changes.changed += 1
    if is_watched(entry.path):
        changes.altered.append(entry.path)
    same_outside = old.size == entry.size and old.mtime_ns == entry.mtime_ns
    if same_outside and len(changes.disguised) < _KEPT:
        changes.disguised.append(entry.path)
    return next(earlier, None)


def _gone(old: Entry, changes: Changes, is_watched: Callable[[bytes], bool]) -> None:
    changes.before += 1
    changes.removed += 1
    changes.moves.vanish(old.sha256)
    if is_watched(old.path):
        changes.altered.append(old.path)
