"""A snapshot's listing, read in step with a survey of the same tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from continuity.domain.failure import ToolError
from continuity.domain.lossy import REPLACEMENT, lossy_form
from continuity.domain.manifest import tree_order
from continuity.domain.snapshot import Listed
from continuity.domain.text import N_, say, shown

_KEPT_PATHS: Final = 100
_SET_ASIDE: Final = 10_000
_NOT_TEXT: Final = 0x80


@dataclass(kw_only=True, slots=True)
class Unsurveyed:
    """What the snapshot holds and the survey never saw: how many, and the first paths of them.

    Nothing here is the proof that the survey reads as the engine reads.
    """

    count: int = 0
    paths: list[bytes] = field(default_factory=list)

    def add(self, path: bytes) -> None:
        """Count one more."""
        self.count += 1
        if len(self.paths) < _KEPT_PATHS:
            self.paths.append(path)


class Listing:
    """A listing read in step with the survey.

    Lossy paths are not in the order of the bytes they stand for. Where such a path could belong
    before or after the entry asked for, it is set aside until that entry, or a later one, asks.
    """

    def __init__(self, listing: Iterable[Listed], unsurveyed: Unsurveyed) -> None:
        self._rest = iter(listing)
        self._unsurveyed = unsurveyed
        self._aside: dict[bytes, Listed] = {}
        self._last = b""
        self._next: Listed | None = None
        self._advance()

    def stands_at(self, path: bytes) -> bool:
        """Tell whether a path is the next one listed, as it is nearly always."""
        return self._next is not None and self._next.path == path

    def before(self, path: bytes) -> Iterator[Listed]:
        """Hand over what comes before a path, and set aside what may come before it."""
        form: bytes | None = None
        while self._next is not None and self._next.path != path:
            head = self._next
            if not head.lossy:
                if tree_order(head.path) > tree_order(path):
                    return
                self._unsurveyed.add(head.path)
                yield head
            else:
                form = lossy_form(path) if form is None else form
                if head.path == form or _is_after(head.path, form, path):
                    return
                self._set_aside(head)
            self._advance()

    def take(self, path: bytes) -> Listed | None:
        """Give what is listed for a path; ``before`` was asked for the same path."""
        head = self._next
        if head is not None and head.path == path:
            self._advance()
            return head
        if path.isascii() and not self._aside:
            return None
        form = lossy_form(path)
        if head is not None and head.lossy and head.path == form:
            self._advance()
            return head
        return self._aside.pop(form, None)

    def rest(self) -> Iterator[Listed]:
        """Hand over what is left when the survey has ended."""
        while self._next is not None:
            self._unsurveyed.add(self._next.path)
            if not self._next.lossy:
                yield self._next
            self._advance()
        for path in self._aside:
            self._unsurveyed.add(path)

    def _set_aside(self, listed: Listed) -> None:
        if listed.path in self._aside or len(self._aside) >= _SET_ASIDE:
            self._unsurveyed.add(listed.path)
        else:
            self._aside[listed.path] = listed

    def _advance(self) -> None:
        self._next = next(self._rest, None)
        if self._next is None or self._next.lossy:
            return
        key = tree_order(self._next.path)
        if key <= self._last:
            raise _out_of_order(self._next.path)
        self._last = key


def _is_after(listed: bytes, form: bytes, path: bytes) -> bool:
    """Tell whether a lossy path certainly comes after a path, whose own lossy form is ``form``."""
    ours, theirs = path.split(b"/"), listed.split(b"/")
    for own, own_form, other in zip(ours, form.split(b"/"), theirs, strict=False):
        if own_form == other:
            continue
        known, mark, _ = other.partition(REPLACEMENT)
        if not mark:
            return other > own
        if not own.startswith(known):
            return known > own
        # Behind the known beginning stands some byte that is not ASCII.
        behind = own[len(known) : len(known) + 1]
        return not behind or behind[0] < _NOT_TEXT
    return len(theirs) > len(ours)


def _out_of_order(path: bytes) -> ToolError:
    return ToolError(
        say(
            N_("The snapshot's listing is not in order at {path}, so it was not trusted."),
            path=shown(path),
        ),
        remedy=say(N_("Check the repository, and report this with the tool's version.")),
    )
