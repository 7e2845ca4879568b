"""Make the manifest of one backup: survey before it, join with the snapshot's listing after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from continuity.domain.canary import planted_files, watch_planted
from continuity.domain.change import Changes, watch_changes
from continuity.domain.facts import JobFacts, Point
from continuity.domain.failure import ContinuityError, SourceError
from continuity.domain.likeness import Likeness, watch_likeness
from continuity.domain.listing import Unsurveyed
from continuity.domain.looks import Choice, Looks, looks_from_beginnings
from continuity.domain.manifest import Entry, ManifestSummary
from continuity.domain.seal import reseal, seal
from continuity.domain.text import N_, say, shown
from continuity.engines.engine import BackupResult, Engine, Progress
from continuity.hosts.files import Files
from continuity.hosts.reuse import Earlier, SurveyTally
from continuity.hosts.walk import Scope
from continuity.store.manifests.shelf import ManifestShelf
from continuity.workflows.looking_again import look_twice, watch_skipped
from continuity.workflows.manifests import recall_point
from continuity.workflows.running import Running, spool_of
from continuity.workflows.world import Protected, Workbench

REHASH_SHARES = 30
"""Once in this many backups an unchanged file is read again, so that rot at the source is seen,
and everything is listed."""

# File systems stamp changes with a tick of some milliseconds; two seconds cover FAT as well.
_SETTLED = timedelta(seconds=2)
# The kernel stamps a mapped file anew whenever it writes it back, which is every half minute.
_HOT = timedelta(minutes=5)
_NIGHTS_BACK = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """The manifest of a restore point, when its data was captured, how its files looked.

    ``settled_before_ns`` is by the clock that stamped its files.
    """

    point: str
    manifest: str
    settled_before_ns: int
    looks: Looks | None
    vouches: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Surveyed:
    """A surveyed source, spooled to disk until the snapshot exists.

    Files written at ``hot_since_ns`` or later are read again when it does.

    ``known`` is the newest point, from which unchanged seals are taken; ``believed`` is the newest
    that is not in quarantine, with which ``changes`` compares: what was doubted stays doubtful
    night after night, until a person accepts it. ``looks`` is how some files look. ``alike`` when
    every entry is as in the manifest of ``known``, where it was sealed. ``looks_once`` is how the
    files looked weeks before, so that what creeps is seen as well.
    """

    spool: ManifestShelf
    summary: ManifestSummary
    tally: SurveyTally
    changes: Changes
    known: Known | None
    believed: Known | None
    looks: Looks
    looks_once: Looks | None
    hot_since_ns: int
    alike: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """The sealed manifest, and where survey and snapshot do not meet.

    ``unsurveyed`` is what the snapshot holds and the survey never saw. ``skipped`` are the first
    files that the snapshot does not hold whole although they still stand unchanged at the source.
    """

    summary: ManifestSummary
    unsurveyed: Unsurveyed
    skipped: tuple[bytes, ...]


def survey_source(
    bench: Workbench, protected: Protected, facts: JobFacts, run: Running, ahead: timedelta
) -> Surveyed:
    """Survey the source, reusing what the newest manifest knows of unchanged files.

    ``ahead`` is how much later it is on the clock that stamps the files. Raises SourceError when no
    file at all was found.
    """
    standing = [point for point in facts.points if point.removed_at is None]
    known = _newest_manifest(bench, facts, standing)
    # What another set of paths held says nothing about how much changed in this one.
    comparable = [
        point
        for point in standing
        if not point.quarantined and point.identity.path_set == protected.path_set
    ]
    believed = _newest_manifest(bench, facts, comparable)
    tally, changes = SurveyTally(), Changes()
    hot_since = bench.now() + ahead - _HOT
    entries = protected.files.survey(
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
        entries, _entries(bench, believed), changes, _canaries(protected.job.sample.canaries)
    )
    hot_since_ns = int(hot_since.timestamp()) * 10**9
    planted = planted_files(facts, protected.extent.roots, bench.now())
    watched = watch_planted(watched, planted, changes.altered)
    likeness = Likeness()
    watched = watch_likeness(watched, _entries(bench, known), likeness, hot_since_ns)
    spool = ManifestShelf(spool_of(bench, run.run_id))
    choice = Choice()
    summary = spool.write(choice.watch(watched), {"job": protected.job.name})
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
    return Surveyed(
        spool=spool,
        summary=summary,
        tally=tally,
        changes=changes,
        known=known,
        believed=believed,
        looks_once=_looks_once(bench, protected, facts),
        looks=looks_from_beginnings(choice.paths, protected.files.beginnings(choice.paths)),
        hot_since_ns=hot_since_ns,
        alike=likeness.alike,
    )


def seal_survey(
    bench: Workbench, files: Files, engine: Engine, surveyed: Surveyed, result: BackupResult
) -> Sealed:
    """Join the survey with the snapshot: by its listing, or by its parent's seals when alike.

    The listing of a snapshot whose tree is its parent's tree is the parent's listing, so it is not
    read again: on 200,000 files that saves 3 s. The content names the manifest, so that one of a
    source which did not change at all takes no further room; when the survey has seen that already,
    it is not even made: the same tree would seal the same entries, and give the same bytes.
    """
    unsurveyed = Unsurveyed()
    digest = surveyed.summary.digest
    entries, known = surveyed.spool.read(digest), surveyed.known
    if known is not None and known.vouches and _same_tree(known, result):
        if surveyed.alike:
            surveyed.spool.remove(digest)
            files.settled()
            return Sealed(
                summary=replace(
                    surveyed.summary, digest=known.manifest, sealed=surveyed.summary.entries
                ),
                unsurveyed=unsurveyed,
                skipped=(),
            )
        sealed = reseal(entries, bench.shelf.read(known.manifest), unsurveyed)
    else:
        sealed = seal(entries, engine.listing(result.snapshot.id), unsurveyed)
    skipped: list[bytes] = []
    twice = look_twice(files, sealed, surveyed.hot_since_ns)
    watched = watch_skipped(files, twice, skipped)
    summary = bench.shelf.write(watched, surveyed.spool.header(digest))
    surveyed.spool.remove(digest)
    files.settled()
    return Sealed(summary=summary, unsurveyed=unsurveyed, skipped=tuple(skipped))


def _same_tree(known: Known, result: BackupResult) -> bool:
    return result.unchanged_tree and known.point == result.parent


def _looks_once(bench: Workbench, protected: Protected, facts: JobFacts) -> Looks | None:
    """Recall how files looked in the oldest of the last believed backups.

    What a person accepted is how it should look since: nothing older is asked.
    """
    believed = [
        point
        for point in facts.points
        if point.whole and point.identity.path_set == protected.path_set
    ]
    accepted = [at for at, point in enumerate(believed) if point.accepted]
    recent = believed[accepted[-1] if accepted else 0 :][-_NIGHTS_BACK:]
    if not recent:
        return None
    try:
        return recall_point(bench, facts.job, recent[0].id).looks
    except ContinuityError:
        return None


def _newest_manifest(bench: Workbench, facts: JobFacts, points: Sequence[Point]) -> Known | None:
    """Find the newest manifest that is there; a damaged one is no reason not to back up."""
    for point in sorted(points, key=lambda point: point.data_time, reverse=True):
        try:
            recalled = recall_point(bench, facts.job, point.id)
            bench.shelf.header(recalled.manifest)
        except ContinuityError:
            continue
        settled = point.data_time + recalled.ahead - _SETTLED
        return Known(
            point=point.id,
            manifest=recalled.manifest,
            settled_before_ns=int(settled.timestamp()) * 10**9,
            looks=recalled.looks,
            vouches=not recalled.unsealed and facts.backups_made % REHASH_SHARES != 0,
        )
    return None


def _earlier(bench: Workbench, facts: JobFacts, known: Known | None) -> Earlier | None:
    if known is None:
        return None
    return Earlier(
        entries=bench.shelf.read(known.manifest),
        settled_before_ns=known.settled_before_ns,
        rehash=(facts.backups_made % REHASH_SHARES + 1, REHASH_SHARES),
    )


def _entries(bench: Workbench, known: Known | None) -> Iterator[Entry]:
    return iter(()) if known is None else bench.shelf.read(known.manifest)


def _canaries(canaries: tuple[str, ...]) -> Callable[[bytes], bool]:
    watched = frozenset(canary.encode() for canary in canaries)
    return watched.__contains__


def _progress(files: int, size: int) -> Progress:
    return Progress(files=files, bytes=size, total_files=None, total_bytes=None)
