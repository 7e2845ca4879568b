"""MariaDB databases that are captured and brought to life again, in a real cell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from continuity.domain.portrait import Portrait
from continuity.domain.portrait_compare import differences
from continuity.domain.secret import Secret
from continuity.domain.text import Message
from continuity.hosts.host import Host
from continuity.hosts.local import LocalHost
from continuity.sandbox.cell import Cell
from continuity.sources.mariadb import SOURCE
from continuity.sources.mariadb.options import MariadbSource, MysqlFamilySource
from continuity.sources.source import Captured, Capturing, Revived, SourceKind
from tests.support.mariadb import MariadbServer
from tests.support.revivals import Phases, Restored, celled, now, revival


def source_of(server: MariadbServer, *databases: str, **keys: object) -> MariadbSource:
    written = {"socket": str(server.socket), "user": "root", "databases": databases, **keys}
    return MariadbSource.model_validate(written)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How a capture is asked for, where it is not the plain one."""

    host: Host = field(default_factory=LocalHost)
    password: Secret | None = None
    turn: int = 0
    questions: tuple[str, ...] = ()
    kind: SourceKind = SOURCE


@contextmanager
def capturing(source: MysqlFamilySource, asked: Asked | None = None) -> Iterator[Captured]:
    asked = asked or Asked()
    assert asked.kind.capture is not None
    wish = Capturing(
        job="erp-db",
        source=source,
        host=asked.host,
        password=asked.password,
        scratch=Path("/nowhere"),
        now=now,
        turn=asked.turn,
        questions=asked.questions,
    )
    with asked.kind.capture(wish) as captured:
        yield captured


@dataclass
class Copy:
    """A captured stream, and what the source told of itself."""

    content: bytes
    portrait: Portrait
    data_time: datetime
    warnings: tuple[Message, ...]


def copied(source: MysqlFamilySource, asked: Asked | None = None) -> Copy:
    """Capture databases as a whole."""
    with capturing(source, asked) as captured:
        content = b"".join(captured.pieces)
        return Copy(
            content=content,
            portrait=captured.portrait(),
            data_time=captured.data_time,
            warnings=captured.warnings,
        )


@contextmanager
def revived(
    place: Path,
    source: MysqlFamilySource,
    copy: Copy,
    phases: Phases | None = None,
    kind: SourceKind = SOURCE,
) -> Iterator[Revived]:
    """Bring a copy to life in a sandbox below ``place``."""
    with celled(place) as cell, reviving(cell, source, copy, phases, kind) as result:
        yield result


@contextmanager
def reviving(
    cell: Cell,
    source: MysqlFamilySource,
    copy: Copy,
    phases: Phases | None = None,
    kind: SourceKind = SOURCE,
) -> Iterator[Revived]:
    """Bring a copy to life in a cell."""
    assert kind.revive is not None
    restored = Restored(name="erp-db.sql", content=copy.content, portrait=copy.portrait)
    with kind.revive(revival(cell, source, restored, phases)) as result:
        yield result


def unlike(copy: Copy, revived: Revived) -> list[str]:
    """Tell in words in what the revived databases differ from the captured ones."""
    return [
        f"{difference.where}: {difference.detail}"
        for difference in differences(copy.portrait, revived.portrait)
    ]
