"""Databases that are captured and brought to life again, with a real cell and real servers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from continuity.domain.portrait import Portrait
from continuity.domain.secret import Secret
from continuity.hosts.host import Host
from continuity.hosts.local import LocalHost
from continuity.sandbox.walls import Bounds
from continuity.sources.postgresql.formats import capture, revive
from continuity.sources.postgresql.options import PostgresqlSource
from continuity.sources.source import Captured, Capturing, Revived
from tests.support.postgresql import Cluster
from tests.support.revivals import Phases, Restored, celled, now, revival


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
    restored = Restored(
        name=copy.path.name,
        content=copy.path.read_bytes() if content is None else content,
        portrait=copy.portrait,
    )
    with celled(place, bounds) as cell, revive(revival(cell, source, restored, phases)) as result:
        yield result
