"""Keep copies of the manifests where the data is, and bring one back when it is lost here."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from continuity.domain.evidence import Draft, Record, RecordKind
from continuity.domain.failure import ContinuityError, RecordError
from continuity.domain.plain import mapping_in, text_in
from continuity.domain.portrait import Portrait
from continuity.engines.engine import BackupRequest, Engine, RestoreRequest
from continuity.workflows.running import new_run_id, spool_of
from continuity.workflows.world import Protected, Watch, Workbench

COPY_EVERY = timedelta(hours=20)
"""Manifests are copied in batches, at most once a day: each copy opens the repository."""

TAG = "continuity-manifests"
INDEX = "index.jsonl"
_SECONDS = 3_600.0


class Shelf(Protocol):
    """Where something stands under the digest of its own file."""

    def path(self, digest: str) -> Path:
        """Give its place."""

    def adopt(self, file: Path, digest: str) -> bool:
        """Take a file in under this name, if it is what the name says."""


def copy_manifests(bench: Workbench, protected: Protected, watch: Watch) -> Record | None:
    """Copy all manifests into the job's repository as a small snapshot of their own.

    None when the last copy is younger than a day. Runs after a backup has ended and was recorded,
    so that no run waits for it. Raises what the engine raises.
    """
    latest = _latest_copy(bench, protected)
    if latest is not None and bench.now() - latest.recorded_at < COPY_EVERY:
        return None
    _write_index(bench)
    engine = protected.open_copies()
    if latest is None and not engine.exists():
        engine.initialise()
    result = engine.back_up(
        BackupRequest(
            paths=(os.fsencode(bench.shelf.directory),),
            excludes=(),
            one_file_system=False,
            host=bench.host_name,
            tags=(TAG,),
            timeout=_SECONDS,
        ),
        watch.progress,
    )
    draft = Draft(
        kind=RecordKind.MANIFESTS_COPIED,
        job=protected.job.name,
        body={
            "repository": protected.job.repository,
            "snapshot": result.snapshot.id,
            "files": result.files,
            "bytes": result.bytes,
        },
        personal={"actor": bench.actor},
    )
    return bench.store.append(draft)[0]


def _write_index(bench: Workbench) -> None:
    """Write beside the manifests which restore point each belongs to, a line of JSON for each.

    It travels with their copies: who has lost everything but the repository can still tell which
    manifest vouches for which snapshot.
    """
    fresh = bench.shelf.directory / ".index.new"
    with fresh.open("w", encoding="utf-8") as file:
        for record in bench.store.records(kinds=(RecordKind.BACKUP_FINISHED,)):
            point = mapping_in(record.body, "point")
            digest = text_in(mapping_in(record.body, "manifest"), "digest")
            if digest and bench.shelf.path(digest).exists():
                line = {
                    "job": record.job,
                    "repository": text_in(record.body, "repository"),
                    "point": text_in(point, "id"),
                    "data_time": text_in(point, "data_time"),
                    "manifest": digest,
                    "portrait": text_in(mapping_in(record.body, "portrait"), "digest") or None,
                }
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    fresh.replace(bench.shelf.directory / INDEX)


def recover_manifest(bench: Workbench, protected: Protected, digest: str) -> None:
    """Bring a lost or altered manifest back from its copies, newest first.

    What comes back is believed only when its content is what its name says. Does nothing when the
    manifest is sound; raises RecordError when no copy holds it.
    """
    try:
        bench.shelf.header(digest)
    except RecordError:
        if not _recovered(bench, protected, bench.shelf, digest):
            raise


def recover_portrait(bench: Workbench, protected: Protected, digest: str) -> Portrait:
    """Read a portrait, brought back from its copies when it is lost or altered.

    Raises RecordError when no copy holds it.
    """
    try:
        return bench.portraits.read(digest)
    except RecordError:
        if not _recovered(bench, protected, bench.portraits, digest):
            raise
    return bench.portraits.read(digest)


def _recovered(bench: Workbench, protected: Protected, shelf: Shelf, digest: str) -> bool:
    copies = _copies(bench, protected)
    return any(_brought_back(bench, protected, copy, shelf, digest) for copy in copies)


def _brought_back(
    bench: Workbench, protected: Protected, copy: Record, shelf: Shelf, digest: str
) -> bool:
    snapshot = text_in(copy.body, "snapshot")
    places = (protected.open_copies, *(other.open for other in protected.copies))
    return any(_fetched(bench, open_it, snapshot, shelf, digest) for open_it in places)


def _fetched(
    bench: Workbench, open_it: Callable[[], Engine], snapshot: str, shelf: Shelf, digest: str
) -> bool:
    """Bring it back from one place; where copies are copied to, a snapshot has another id."""
    scratch = spool_of(bench, new_run_id(bench))
    scratch.mkdir(mode=0o700, parents=True)
    path = shelf.path(digest)
    try:
        engine = open_it()
        there = (one for one in engine.snapshots() if snapshot in {one.id, one.original})
        engine.restore(
            RestoreRequest(
                snapshot=next((one.id for one in there), snapshot),
                paths=(os.fsencode(path),),
                target=scratch,
                population_files=1,
                population_bytes=1,
                room_bytes=1 << 30,
                timeout=_SECONDS,
            ),
            lambda _progress: None,
        )
        return shelf.adopt(scratch / path.relative_to("/"), digest)
    except ContinuityError:
        return False
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _latest_copy(bench: Workbench, protected: Protected) -> Record | None:
    return next(iter(_copies(bench, protected)), None)


def _copies(bench: Workbench, protected: Protected) -> list[Record]:
    kinds = (RecordKind.MANIFESTS_COPIED,)
    return [
        record
        for record in bench.store.records(kinds=kinds, limit=200, newest_first=True)
        if text_in(record.body, "repository") == protected.job.repository
    ]
