"""Find the sealed manifest that belongs to a restore point."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.evidence import RecordKind
from continuity.domain.failure import UnreachableError
from continuity.domain.looks import Looks, looks_from_text
from continuity.domain.plain import mapping_in, moment_in, number_in, text_in
from continuity.domain.text import N_, say
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
