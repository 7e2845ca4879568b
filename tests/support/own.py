"""A small installation that copies itself, and copies that lie about it."""

from __future__ import annotations

import io
import sqlite3
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from continuity.app import App, opened
from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.portrait import Portrait
from continuity.domain.portrait_compare import differences
from continuity.hosts.local import LocalHost
from continuity.sources.own.capture import capture
from continuity.sources.own.options import ContinuitySource
from continuity.sources.own.revive import revive
from continuity.sources.source import Capturing, Revived
from continuity.store.keys import open_keys
from tests.support.revivals import Restored, celled, now, revival
from tests.support.workspaces import small_workspace

KEY = "correct-horse-battery-staple"
TOKEN = "a-token-that-nobody-may-see"
RECORDED = 400

_FILES = {
    "config/repositories.yaml": (
        "disk: {engine: rsync, location: ../copies/disk}\n"
        "away: {engine: restic, location: ../copies/away, password: {file: secrets/away}}\n"
    ),
    "config/channels.yaml": ("chat: {kind: slack, secrets: {webhook: {file: secrets/chat}}}\n"),
    "jobs/continuity.yaml": (
        "name: continuity\ntitle: Continuity itself\nsystem: billing\nrepository: away\n"
        "source: {kind: continuity, also: [notes.txt]}\n"
    ),
    "notes.txt": "The key of the cabinet is with Ana.\n",
    "secrets/away": f"{KEY}\n",
    "secrets/chat": f"https://hooks.example/{TOKEN}\n",
}


@dataclass(frozen=True, kw_only=True)
class Copied:
    """A captured archive, with what the installation told of itself."""

    archive: bytes
    portrait: Portrait
    data_time: datetime


def an_installation(root: Path, changes: Mapping[str, str] | None = None) -> Path:
    """Write a workspace with a history, signed, and give its place."""
    workspace = small_workspace(root / "firm", {**_FILES, **(changes or {})})
    for secret in (workspace / "secrets").iterdir():
        secret.chmod(0o600)
    with opened(workspace) as app:
        store = app.bench.store
        drafts = [
            Draft(kind=RecordKind.BASELINE_ACCEPTED, job="erp", body={"point": str(number)})
            for number in range(RECORDED)
        ]
        store.append(*drafts)
        with store.transaction() as transaction:
            transaction.sign_checkpoint("Test", open_keys(app.bench.keys))
    return workspace


@contextmanager
def capturing(app: App, scratch: Path) -> Iterator[Capturing]:
    """Ask for a copy of an opened installation."""
    living = app.protected("continuity").living
    assert living is not None
    assert living.premises is not None
    scratch.mkdir()
    yield Capturing(
        job="continuity",
        source=app.workspace.jobs["continuity"].source,
        host=LocalHost(),
        password=None,
        scratch=scratch,
        now=now,
        turn=0,
        premises=living.premises(),
    )


def copied(
    workspace: Path, scratch: Path, meanwhile: Callable[[App], None] | None = None
) -> Copied:
    """Capture an installation; ``meanwhile`` happens when its record was copied."""
    with opened(workspace) as app, capturing(app, scratch) as asked, capture(asked) as captured:
        if meanwhile is not None:
            meanwhile(app)
        archive = b"".join(captured.pieces)
        return Copied(archive=archive, portrait=captured.portrait(), data_time=captured.data_time)


def contents(copy: Copied) -> dict[str, bytes]:
    """What is in an archive."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(copy.archive)) as tar:
        for member in tar:
            file = tar.extractfile(member)
            assert file is not None
            found[member.name] = file.read()
    return found


def lying(copy: Copied, changed: Mapping[str, bytes | None]) -> Copied:
    """The same archive with some files changed; None takes one away."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in {**contents(copy), **changed}.items():
            if content is not None:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return replace(copy, archive=stream.getvalue())


def tampered(record: bytes, place: Path, *statements: str) -> bytes:
    """A record that somebody with full access changed."""
    place.write_bytes(record)
    with closing(sqlite3.connect(place, isolation_level=None)) as database:
        for name in ("evidence_no_update", "evidence_no_delete", "checkpoint_no_delete"):
            database.execute(f"DROP TRIGGER {name}")
        triggers = [
            row[0] for row in database.execute("SELECT sql FROM sqlite_master WHERE type='trigger'")
        ]
        for statement in statements:
            database.execute(statement)
        assert triggers
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return place.read_bytes()


@contextmanager
def revived(place: Path, copy: Copied) -> Iterator[Revived]:
    """Open a copy in a cell."""
    restored = Restored(name="continuity.tar", content=copy.archive, portrait=copy.portrait)
    with celled(place) as cell, revive(revival(cell, ContinuitySource(), restored)) as found:
        yield found


def wrong_with(place: Path, copy: Copied) -> list[str]:
    """Everything that a drill would find wrong."""
    with revived(place, copy) as found:
        told = [f"{one.where}: {one.detail}" for one in differences(copy.portrait, found.portrait)]
        return [*found.complaints, *told]
