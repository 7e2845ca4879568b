"""The survey of another machine: list everything, read what is new or changed, join the two.

Between the steps everything lies on disk here, so that memory does not grow with the tree.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from continuity.domain.manifest import Entry, Kind, Seal, tree_order
from continuity.hosts.host import Host
from continuity.hosts.reading import CHANGED
from continuity.hosts.remote_find import LONGEST_PATH
from continuity.hosts.remote_listing import list_tree
from continuity.hosts.remote_notes import Notes
from continuity.hosts.remote_reading import SMALL_TOGETHER, Read, read_paths
from continuity.hosts.reuse import (
    REMEMBERED_LINKS,
    Earlier,
    Memory,
    OnProgress,
    State,
    SurveyTally,
    state_of,
)
from continuity.hosts.spool import NewFile, Spool, nameless_files, room_to_spool
from continuity.hosts.survey import unseen
from continuity.hosts.walk import Scope

_LARGE: Final = 64 << 20
_TOO_LONG: Final = "error-enametoolong"
_READ_TWICE: Final = 10_000
_PROGRESS_ENTRIES: Final = 100
_WORTH_TELLING: Final = 1 << 20


class _Planned(NamedTuple):
    """An entry as it was listed.

    ``asked`` when its content is still to be read, and then ``known`` is the digest that an earlier
    survey has of the same state. ``linked`` when another name of the same file is read instead.
    """

    entry: Entry
    asked: bool = False
    linked: bool = False
    known: bytes | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Surveying:
    """What a survey of another machine works with.

    ``settled_before_ns``, on that machine's clock, is when its files must have been left alone to
    be remembered should this survey be cut short.
    """

    host: Host
    place: Path
    notes: Notes
    scope: Scope
    tally: SurveyTally
    earlier: Earlier | None
    settled_before_ns: int
    on_progress: OnProgress


def survey_remotely(surveying: Surveying) -> Iterator[Entry]:
    """Give every entry of the scope in tree order, as a local survey would."""
    with room_to_spool(), nameless_files(surveying.place) as new_file, ExitStack() as taking:
        plan = _Plan(surveying, new_file, taking)
        plan.make()
        read = plan.read()
        for entry in plan.joined(read):
            surveying.tally.entries += 1
            yield entry
        plan.report()


@dataclass(slots=True)
class _Asked:
    """Paths to be read in one go, and what came of it."""

    paths: Spool[bytes]
    together: int
    read: Iterable[Entry] = ()


@dataclass(slots=True)
class _Links:
    """Files with several names, of which only the first is read."""

    seen: set[State] = field(default_factory=set)
    read: dict[State, Entry] = field(default_factory=dict)

    def is_read_elsewhere(self, entry: Entry) -> bool:
        """Tell whether another name of the same state comes earlier; remember it otherwise."""
        if entry.links < 2:  # noqa: PLR2004 - one name is no link
            return False
        state = state_of(entry)
        if state in self.seen:
            return True
        if len(self.seen) < REMEMBERED_LINKS:
            self.seen.add(state)
        return False


class _Plan:
    """What there is, what of it must be read, and what came of that."""

    def __init__(self, surveying: Surveying, new_file: NewFile, taking: ExitStack) -> None:
        self._with = surveying
        self._new_file = new_file
        self._taking = taking
        self._memory = Memory(surveying.earlier, surveying.tally)
        self._planned = Spool[_Planned](new_file(), _Planned)
        self._small = _Asked(Spool[bytes](new_file(), bytes), SMALL_TOGETHER)
        self._large = _Asked(Spool[bytes](new_file(), bytes), 1)
        self._links = _Links()
        self._done_files = 0
        self._done_bytes = 0

    def make(self) -> None:
        """List everything, and decide for every file whether to read it."""
        work = self._with
        with work.notes.remembered() as notes:
            for entry in list_tree(work.host, work.scope, self._new_file):
                if entry.kind is not Kind.FILE or entry.seal is not Seal.SURVEYED:
                    self._planned.append(_Planned(entry))
                    continue
                known = self._memory.known(entry)
                if known is not None and known.sha256 is not None and self._memory.trusts(known):
                    self._reuse(entry._replace(sha256=known.sha256))
                elif noted := notes.digest(entry):
                    read = entry._replace(sha256=noted)
                    self._reuse(read if known is None else self._memory.compared(read, known))
                else:
                    self._ask(entry, known)

    def read(self) -> Iterator[Entry]:
        """Read what was asked for, and once more what moved meanwhile; in tree order."""
        work = self._with
        unstable: list[bytes] = []
        for asked in (self._small, self._large):
            block = 250 if asked.together > 1 else 1
            if next(iter(asked.paths), None) is None:
                continue
            taken = work.notes.taking(work.settled_before_ns, block)
            asked.read = spool = self._taking.enter_context(taken)
            for found in read_paths(work.host, asked.paths, asked.together):
                spool.append(self._counted(found))
                if found.problem == CHANGED and len(unstable) < _READ_TWICE:
                    unstable.append(found.path)
        again = {found.path: _entry(found) for found in self._read_again(unstable)}
        both = heapq.merge(self._small.read, self._large.read, key=_order)
        return (again.get(entry.path, entry) for entry in both)

    def joined(self, read: Iterator[Entry]) -> Iterator[Entry]:
        """Give what was listed, with the content that was read."""
        for planned in self._planned:
            entry = planned.entry
            if planned.asked:
                found = _with_content(entry, next(read))
                if entry.links > 1 and len(self._links.read) < REMEMBERED_LINKS:
                    self._links.read[state_of(entry)] = found
                known = entry._replace(sha256=planned.known)
                yield self._memory.compared(found, known) if planned.known else found
            elif planned.linked:
                yield _as_linked(entry, self._links.read[state_of(entry)])
            else:
                yield entry

    def report(self) -> None:
        """Tell how far the survey is."""
        self._with.on_progress(self._done_files, self._done_bytes)

    def _ask(self, entry: Entry, known: Entry | None) -> None:
        if len(entry.path) > LONGEST_PATH:
            unreadable = entry._replace(seal=Seal.UNREADABLE, reason=_TOO_LONG)
            self._planned.append(_Planned(unreadable))
        elif self._links.is_read_elsewhere(entry):
            self._planned.append(_Planned(entry, linked=True))
        else:
            (self._large if entry.size >= _LARGE else self._small).paths.append(entry.path)
            digest = None if known is None else known.sha256
            self._planned.append(_Planned(entry, asked=True, known=digest))

    def _reuse(self, entry: Entry) -> None:
        self._planned.append(_Planned(entry))
        self._with.tally.reused_files += 1
        self._count(entry.size)

    def _counted(self, found: Read) -> Entry:
        entry = _entry(found)
        self._with.tally.read_files += 1
        self._with.tally.read_bytes += entry.size
        self._count(entry.size)
        return entry

    def _count(self, size: int) -> None:
        self._done_files += 1
        self._done_bytes += size
        if self._done_files % _PROGRESS_ENTRIES == 0 or size >= _WORTH_TELLING:
            self.report()

    def _read_again(self, paths: list[bytes]) -> Iterator[Read]:
        return read_paths(self._with.host, paths) if paths else iter(())


def _entry(found: Read) -> Entry:
    """Write an answer down by itself; without links it tells a problem and no state."""
    return found.joined(found.entry or unseen(found.path, ""))


def _with_content(listed: Entry, read: Entry) -> Entry:
    if read.links:
        return read._replace(reason=read.reason or listed.reason)
    return listed._replace(seal=read.seal, reason=read.reason)


def _as_linked(listed: Entry, read: Entry) -> Entry:
    """Take the content of another name; what could not be read there cannot be read here."""
    if read.sha256 is not None:
        return listed._replace(sha256=read.sha256)
    return listed._replace(seal=read.seal, reason=read.reason)


def _order(entry: Entry) -> bytes:
    return tree_order(entry.path)
