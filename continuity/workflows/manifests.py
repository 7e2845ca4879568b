"""Find the sealed manifest that belongs to a restore point."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.clock import text_from_time
from continuity.domain.evidence import RecordKind
from continuity.domain.failure import UnreachableError
from continuity.domain.looks import Looks, looks_from_text
from continuity.domain.manifest import ManifestSummary
from continuity.domain.plain import mapping_in, moment_in, number_in, text_in
from continuity.domain.text import N_, say
from continuity.engines.engine import BackupResult
from continuity.workflows.world import Workbench


@dataclass(frozen=True, kw_only=True, slots=True)
class PointRecord:
    """What the record says of a restore point's backup; ``manifest`` is the digest of its file.

    ``looks`` tells how some files looked, None if nobody looked.
    ``portrait`` is the digest of what a captured source was, empty when there is none. ``ahead`` is
    how much later it was on the clock of the source's machine.
    """

    manifest: str
    entries: int
    unsealed: int
    files: int
    bytes: int
    recorded_at: datetime
    data_time: datetime | None
    looks: Looks | None
    portrait: str = ""
    ahead: timedelta = timedelta()


@dataclass(frozen=True, kw_only=True, slots=True)
class Copied:
    """A copy that the engine made, and the two times that make it a restore point."""

    result: BackupResult
    data_time: datetime
    usable_time: datetime


def describe_point(
    copied: Copied, summary: ManifestSummary, unsurveyed: int = 0
) -> dict[str, object]:
    """Write a restore point and its manifest as ``recall_point`` finds them in the record.

    ``unsurveyed`` counts what the snapshot holds and the survey never saw.
    """
    return {
        "point": {
            "id": copied.result.snapshot.id,
            "data_time": text_from_time(copied.data_time),
            "usable_time": text_from_time(copied.usable_time),
            "manifest": summary.digest,
            "files": summary.files,
            "bytes": summary.bytes,
        },
        "added_bytes": copied.result.added_bytes,
        "manifest": {
            "digest": summary.digest,
            "entries": summary.entries,
            "files": summary.files,
            "bytes": summary.bytes,
            "sealed": summary.sealed,
            "unsealed": summary.unsealed,
            "unstable": summary.unstable,
            "unreadable": summary.unreadable,
            "unsurveyed": unsurveyed,
        },
    }


def recall_point(bench: Workbench, job: str, point: str) -> PointRecord:
    """Read a point's backup in the record, newest first.

    Raises UnreachableError when the record has no manifest for it.
    """
    kinds = (RecordKind.BACKUP_FINISHED,)
    for record in bench.store.records(job=job, kinds=kinds, newest_first=True):
        plain = mapping_in(record.body, "point")
        if text_in(plain, "id") != point:
            continue
        manifest = mapping_in(record.body, "manifest")
        if not text_in(manifest, "digest"):
            break
        return PointRecord(
            manifest=text_in(manifest, "digest"),
            entries=number_in(manifest, "entries"),
            unsealed=number_in(manifest, "unsealed"),
            files=number_in(plain, "files"),
            bytes=number_in(plain, "bytes"),
            recorded_at=record.recorded_at,
            data_time=moment_in(plain, "data_time"),
            looks=looks_from_text(text_in(record.body, "looks")),
            portrait=text_in(mapping_in(record.body, "portrait"), "digest"),
            ahead=timedelta(milliseconds=number_in(record.body, "source_ahead_milliseconds")),
        )
    raise UnreachableError(
        say(N_("The restore point {point} has no sealed manifest in the record."), point=point),
        remedy=say(N_("Choose another point, or make a new backup, which seals one.")),
    )
