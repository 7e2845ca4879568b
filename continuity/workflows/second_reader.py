"""Who reads a repository a second way: opened when it is first asked for, and once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from continuity.domain.failure import ContinuityError
from continuity.witness.lying import find_files
from continuity.witness.repository import Repository
from continuity.witness.walking import Found
from continuity.workflows.world import Protected

_IDLE_SECONDS = 60.0
"""A connection that rests longer than this, while something is restored, is not relied upon."""


class SecondReader:
    """A repository that is read without its program, and how many files are read both ways.

    What once kept it from reading keeps it from reading until the end: what was red stays red.
    """

    def __init__(self, open_repository: Callable[[], Repository], both_ways: int) -> None:
        self.both_ways = both_ways
        self._open = open_repository
        self._opened: Repository | None = None
        self._error: ContinuityError | None = None
        self._found: dict[tuple[str, frozenset[bytes]], Mapping[bytes, Found]] = {}
        self._used = 0.0

    def repository(self) -> Repository:
        """Give the open repository. Raises the first error that there was, again and again."""
        if self._error is not None:
            raise self._error
        if self._opened is not None and self._is_stale(self._opened):
            self.close()
        if self._opened is None:
            try:
                self._opened = self._open()
            except ContinuityError as error:
                self.fail(error)
                raise
        self._used = time.monotonic()
        return self._opened

    @property
    def was_asked(self) -> bool:
        """Whether anybody tried to open it before."""
        return self._opened is not None or self._error is not None

    def _is_stale(self, opened: Repository) -> bool:
        return opened.objects.lanes > 1 and time.monotonic() - self._used > _IDLE_SECONDS

    def fail(self, error: ContinuityError) -> None:
        """Remember that it cannot read."""
        self._error = error

    def find(self, snapshot: str, paths: frozenset[bytes]) -> Mapping[bytes, Found]:
        """Find entries by their paths; the same ones only once."""
        key = snapshot, paths
        if key not in self._found:
            found = find_files(self.repository(), snapshot, paths)
            self._found[key] = {one.path: one for one in found}
        return self._found[key]

    def close(self) -> None:
        """Let go of the repository."""
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.objects.close()


@contextmanager
def second_reader(protected: Protected, repository: str) -> Iterator[SecondReader | None]:
    """Give who reads a second way; None where nobody can, or the job wants the engine alone."""
    policy = protected.job.sample
    open_witness = protected.find_witness(repository) if policy.independent else None
    if open_witness is None:
        yield None
        return
    reader = SecondReader(open_witness, policy.both_ways)
    try:
        yield reader
    finally:
        reader.close()
