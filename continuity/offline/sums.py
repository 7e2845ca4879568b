"""The SHA-256 of what a restored copy must have, as ``sha256sum -c`` reads it."""

from __future__ import annotations

import os
from collections.abc import Iterable

from continuity.domain.by_hand import sum_line
from continuity.domain.job import Job
from continuity.domain.manifest import Entry, Kind, Seal
from continuity.domain.must_have import MustHave, Wanted

MOST = 10_000
"""As many lines as somebody can wait for on the bad day."""


FEW = 1_000
"""Of so few files all are listed."""


def sums_of(job: Job, entries: Iterable[Entry]) -> bytes:
    """List what the owner named, canaries, the largest and the newest; all where there are few."""
    sample = job.sample
    wanted = Wanted(
        always=tuple(os.fsencode(path) for path in sample.always),
        canaries=tuple(os.fsencode(path) for path in sample.canaries),
        largest=max(sample.largest, 1),
        newest=max(sample.newest, 1),
    )
    chooser = MustHave(wanted)
    first: list[Entry] = []
    for rank, entry in enumerate(entries):
        chooser.offer(entry, rank)
        if entry.kind is Kind.FILE and len(first) <= FEW:
            first.append(entry)
    chooser.finish()
    must = (*chooser.owners_choice(), *chooser.picked())
    chosen = {one.path: one for one in (first if len(first) <= FEW else must)}
    files = (one for one in chosen.values() if _is_told(one))
    ordered = sorted(files, key=lambda one: one.path)[:MOST]
    return b"".join(sum_line(one.sha256 or b"", one.path) for one in ordered)


def _is_told(entry: Entry) -> bool:
    return entry.kind is Kind.FILE and entry.seal is Seal.SEALED and bool(entry.sha256)
