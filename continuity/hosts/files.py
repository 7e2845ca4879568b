"""The files of a host, seen without changing them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Protocol

from continuity.domain.clock import Now
from continuity.domain.manifest import Entry
from continuity.hosts.beginning import beginning_of
from continuity.hosts.observe import observe_live, read_live
from continuity.hosts.presence import Needed, require_here
from continuity.hosts.reuse import Earlier, OnProgress, SurveyTally
from continuity.hosts.survey import survey
from continuity.hosts.walk import Scope


class Files(Protocol):
    """Looks at files where they are, many at a time: one that is far away is asked in batches.

    Every method but ``settled`` raises what the host raises when it cannot be asked.
    """

    def require(self, needed: Needed) -> None:
        """Refuse a source that is missing, not mounted or without its sentinels: SourceError."""

    def survey(
        self,
        scope: Scope,
        tally: SurveyTally,
        *,
        earlier: Earlier | None = None,
        on_progress: OnProgress | None = None,
    ) -> Iterator[Entry]:
        """Give every entry of the scope in tree order; raises SourceError when a root is not there.

        What was read counts for the next survey, should this one not come to its end.
        """

    def settled(self) -> None:
        """Say that what was surveyed is written down for good, and need not be kept any longer."""

    def look(self, paths: Iterable[bytes]) -> Iterator[Entry]:
        """Give the present state of absolute paths in their order; what is gone is left out."""

    def read(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Read the content of files, one entry for each in their order; those that cannot be read
        are UNSTABLE or UNREADABLE."""

    def beginnings(self, paths: Sequence[bytes]) -> Sequence[bytes]:
        """Give the first 4 KiB of each file in their order, nothing of what cannot be read.

        Meant for some files, not for all.
        """

    def ahead(self, now: Now) -> timedelta:
        """Tell how much later it is on the clock that stamps these files."""


class LocalFiles:
    """The files of this machine."""

    def require(self, needed: Needed) -> None:
        """Refuse a source that is missing, not mounted or without its sentinels."""
        require_here(needed)

    def survey(
        self,
        scope: Scope,
        tally: SurveyTally,
        *,
        earlier: Earlier | None = None,
        on_progress: OnProgress | None = None,
    ) -> Iterator[Entry]:
        """Walk, and read what is new or changed."""
        return survey(scope, tally, earlier=earlier, on_progress=on_progress)

    def settled(self) -> None:
        """Forget nothing: nothing is kept, for here no connection can be lost."""

    def look(self, paths: Iterable[bytes]) -> Iterator[Entry]:
        """Look at each path, following no link."""
        return observe_live(paths)

    def read(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Read each file, and again when it moves meanwhile."""
        return (read_live(entry, entry.path) for entry in entries)

    def beginnings(self, paths: Sequence[bytes]) -> Sequence[bytes]:
        """Read the beginning of each regular file, following no link."""
        return tuple(map(beginning_of, paths))

    def ahead(self, now: Now) -> timedelta:
        """Trust the one clock there is."""
        del now
        return timedelta()
