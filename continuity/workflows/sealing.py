"""Make the manifest of one backup: survey before it, join with the snapshot's listing after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from continuity.domain.change import Changes, watch_changes
from continuity.domain.facts import JobFacts
from continuity.domain.failure import ContinuityError, SourceError
from continuity.domain.listing import Unsurveyed
from continuity.domain.manifest import Entry, ManifestSummary
from continuity.domain.seal import reseal, seal
from continuity.domain.text import N_, say, shown
from continuity.engines.engine import BackupResult, Engine, Progress
from continuity.hosts.survey import Earlier, SurveyTally, survey
from continuity.hosts.walk import Scope
from continuity.store.manifests.shelf import ManifestShelf
from continuity.workflows.manifests import recall_point
from continuity.workflows.running import Running
from continuity.workflows.world import Protected, Workbench

REHASH_SHARES = 30
"""Unchanged files are read again once in this many backups, so that rot at the source is seen."""

# File systems stamp changes with a tick of some milliseconds; two seconds cover FAT as well.
_SETTLED = timedelta(seconds=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """The manifest of the newest restore point, and when its data was captured."""

    point: str
    manifest: str
    settled_before_ns: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Surveyed:
    """A surveyed source, spooled to disk until the snapshot exists."""

    spool: ManifestShelf
    summary: ManifestSummary
    tally: SurveyTally
    changes: Changes
    known: Known | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """The sealed manifest, and what the snapshot holds that the survey never saw."""

    summary: ManifestSummary
    unsurveyed: Unsurveyed


def survey_source(
    bench: Workbench, protected: Protected, facts: JobFacts, run: Running
) -> Surveyed:
    """Survey the source, reusing what the newest manifest knows of unchanged files.

    Raises SourceError when no file at all was found.
    """
    known = _newest_manifest(bench, facts)
    tally, changes = SurveyTally(), Changes()
    entries = survey(
        Scope(
            roots=protected.extent.roots,
            excludes=protected.excludes,
            one_file_system=protected.extent.one_file_system,
        ),
        tally,
        earlier=_earlier(bench, facts, known),
        on_progress=lambda files, size: run.watch.progress(_progress(files, size)),
    )
    watched = watch_changes(
        entries, _entries(bench, known), changes, _canaries(protected.job.sample.canaries)
    )
    spool = ManifestShelf(spool_of(bench, run.run_id))
    summary = spool.write(watched, {"job": protected.job.name})
    if not summary.files:
        raise SourceError(
            say(
                N_("The source {paths} holds no file, so there is nothing to back up."),
                paths=", ".join(shown(root) for root in protected.extent.roots),
            ),
            remedy=say(
                N_("Look whether the disk or share is mounted; the copies made before stay.")
            ),
        )
    return Surveyed(spool=spool, summary=summary, tally=tally, changes=changes, known=known)


def seal_survey(
    bench: Workbench, engine: Engine, surveyed: Surveyed, result: BackupResult
) -> Sealed:
    """Join the survey with the snapshot: by its listing, or by its parent's seals when alike.

    The listing of a snapshot whose tree is its parent's tree is the parent's listing, so it is not
    read again: on 200,000 files that saves 3 s. The content names the manifest, so that one of a
    source which did not change at all takes no further room.
    """
    unsurveyed = Unsurveyed()
    digest = surveyed.summary.digest
    entries, known = surveyed.spool.read(digest), surveyed.known
    if result.unchanged_tree and known is not None and known.point == result.parent:
        sealed = reseal(entries, bench.shelf.read(known.manifest), unsurveyed)
    else:
        sealed = seal(entries, engine.listing(result.snapshot.id), unsurveyed)
    summary = bench.shelf.write(sealed, surveyed.spool.header(digest))
    surveyed.spool.remove(digest)
    return Sealed(summary=summary, unsurveyed=unsurveyed)


def spool_of(bench: Workbench, run_id: str) -> Path:
    """Name the directory in which a run keeps what it has surveyed."""
    return bench.scratch / run_id


def _newest_manifest(bench: Workbench, facts: JobFacts) -> Known | None:
    """Find the newest point's manifest; one that is damaged or gone is no reason not to back up."""
    standing = [point for point in facts.points if point.removed_at is None]
    if not standing:
        return None
    newest = max(standing, key=lambda point: point.data_time)
    try:
        recalled = recall_point(bench, facts.job, newest.id)
        bench.shelf.header(recalled.manifest)
    except ContinuityError:
        return None
    settled = newest.data_time - _SETTLED
    return Known(
        point=newest.id,
        manifest=recalled.manifest,
        settled_before_ns=int(settled.timestamp()) * 10**9,
    )


def _earlier(bench: Workbench, facts: JobFacts, known: Known | None) -> Earlier | None:
    if known is None:
        return None
    return Earlier(
        entries=bench.shelf.read(known.manifest),
        settled_before_ns=known.settled_before_ns,
        rehash=(len(facts.backups) % REHASH_SHARES + 1, REHASH_SHARES),
    )


def _entries(bench: Workbench, known: Known | None) -> Iterator[Entry]:
    return iter(()) if known is None else bench.shelf.read(known.manifest)


def _canaries(canaries: tuple[str, ...]) -> Callable[[bytes], bool]:
    watched = frozenset(canary.encode() for canary in canaries)
    return watched.__contains__


def _progress(files: int, size: int) -> Progress:
    return Progress(files=files, bytes=size, total_files=None, total_bytes=None)
