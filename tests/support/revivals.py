"""Copies of databases and of records that are brought to life in a real cell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from continuity.domain.job import Source
from continuity.domain.portrait import Portrait, TablePortrait
from continuity.hosts.local import LocalHost
from continuity.sandbox.cell import Cell
from continuity.sandbox.interlocks import Interlocks
from continuity.sandbox.opening import Demand, open_cell
from continuity.sandbox.sandbox import Room, open_sandbox
from continuity.sandbox.teardown import tear_down
from continuity.sandbox.walls import Bounds
from continuity.sources.source import Reviving


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Phases:
    """Remembers which phases were timed, in the order of their beginning."""

    names: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> AbstractContextManager[None]:
        self.names.append(name)
        return nullcontext()


@dataclass(frozen=True, kw_only=True)
class Restored:
    """A copy as it lies in a sandbox, and what it is promised to be."""

    name: str
    content: bytes
    portrait: Portrait


@contextmanager
def celled(place: Path, bounds: Bounds | None = None) -> Iterator[Cell]:
    """Open a cell in a sandbox below ``place``."""
    sandbox = open_sandbox(
        place / "sandbox",
        run_id="run-1",
        interlocks=Interlocks(),
        room=Room(expected_bytes=1, reserve_bytes=0),
        now=now(),
    )
    try:
        demand = Demand(reserve_bytes=1 << 20, bounds=bounds or Bounds())
        with open_cell(LocalHost(), sandbox, demand) as cell:
            yield cell
    finally:
        tear_down(sandbox)


def revival(
    cell: Cell, source: Source, restored: Restored, phases: Phases | None = None
) -> Reviving:
    """Lay a copy into a cell, and ask for its life."""
    path = cell.tree / restored.name
    path.write_bytes(restored.content)
    return Reviving(
        source=source,
        restored=path,
        home=cell.home,
        cell=cell,
        portrait=restored.portrait,
        now=now,
        phase=phases or Phases(),
    )


def table(portrait: Portrait, name: str) -> TablePortrait:
    """Find a table by its written name."""
    (found,) = (table for table in portrait.tables if table.name == name)
    return found
