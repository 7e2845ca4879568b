"""Databases that are captured and brought to life again, with a real cell and real servers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from continuity.domain.portrait import Portrait, TablePortrait
from continuity.domain.secret import Secret
from continuity.hosts.host import Host
from continuity.hosts.local import LocalHost
from continuity.sandbox.interlocks import Interlocks
from continuity.sandbox.opening import Demand, open_cell
from continuity.sandbox.sandbox import Room, open_sandbox
from continuity.sandbox.teardown import tear_down
from continuity.sandbox.walls import Bounds
from continuity.sources.postgresql.formats import capture, revive
from continuity.sources.postgresql.options import PostgresqlSource
from continuity.sources.source import Captured, Capturing, Revived, Reviving
from tests.support.postgresql import Cluster


def now() -> datetime:
    return datetime.now(UTC)


def source_of(cluster: Cluster, database: str, **keys: object) -> PostgresqlSource:
    written = {"address": str(cluster.socket), "user": cluster.user, "database": database, **keys}
    return PostgresqlSource.model_validate(written)


@contextmanager
def capturing(
    source: PostgresqlSource,
    *,
    host: Host | None = None,
    password: Secret | None = None,
    turn: int = 0,
    questions: tuple[str, ...] = (),
) -> Iterator[Captured]:
    asked = Capturing(
        job="erp-db",
        source=source,
        host=host or LocalHost(),
        password=password,
        scratch=Path("/nowhere"),
        now=now,
        turn=turn,
        questions=questions,
    )
    with capture(asked) as captured:
        yield captured


@dataclass
class Copy:
    """A captured stream, written down, with what the source told of itself."""

    path: Path
    portrait: Portrait
    data_time: datetime
    digest: str


def copied(
    place: Path,
    source: PostgresqlSource,
    *,
    host: Host | None = None,
    turn: int = 0,
    questions: tuple[str, ...] = (),
) -> Copy:
    """Capture a database into a file below ``place``."""
    with capturing(source, host=host, turn=turn, questions=questions) as captured:
        path = place / captured.path.decode().lstrip("/")
        digest = hashlib.sha256()
        with path.open("wb") as file:
            for piece in captured.pieces:
                digest.update(piece)
                file.write(piece)
        return Copy(
            path=path,
            portrait=captured.portrait(),
            data_time=captured.data_time,
            digest=digest.hexdigest(),
        )


@dataclass
class Phases:
    """Remembers which phases were timed, in the order of their beginning."""

    names: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> AbstractContextManager[None]:
        self.names.append(name)
        return nullcontext()


@contextmanager
def revived(
    place: Path,
    source: PostgresqlSource,
    copy: Copy,
    *,
    content: bytes | None = None,
    phases: Phases | None = None,
    bounds: Bounds | None = None,
) -> Iterator[Revived]:
    """Bring a copy, or other ``content`` in its place, to life in a sandbox below ``place``.

    What it is promised to be is what stands in the copy's portrait.
    """
    sandbox = open_sandbox(
        place / "sandbox",
        run_id="run-1",
        interlocks=Interlocks(),
        room=Room(expected_bytes=1, reserve_bytes=0),
        now=now(),
    )
    restored = sandbox.tree / copy.path.name
    restored.write_bytes(copy.path.read_bytes() if content is None else content)
    try:
        demand = Demand(reserve_bytes=1 << 20, bounds=bounds or Bounds())
        with open_cell(LocalHost(), sandbox, demand) as cell:
            asked = Reviving(
                source=source,
                restored=restored,
                home=cell.home,
                cell=cell,
                portrait=copy.portrait,
                now=now,
                phase=phases or Phases(),
            )
            with revive(asked) as result:
                yield result
    finally:
        tear_down(sandbox)


def table(portrait: Portrait, name: str) -> TablePortrait:
    """Find a table by its written name."""
    (found,) = (table for table in portrait.tables if table.name == name)
    return found
