"""A drill's plan: which point, which files, why; a value that is printed or carried out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from continuity.domain.canary import planted_files, planted_rows, watch_planted
from continuity.domain.coverage import ProvenContent
from continuity.domain.facts import JobFacts, Point
from continuity.domain.job import Check
from continuity.domain.manifest import Entry
from continuity.domain.pack_choice import Reach
from continuity.domain.sampling import (
    Sample,
    SampleRequest,
    draw_sample,
    owed_quota,
    request_from_policy,
)
from continuity.domain.schedule import timetable_from_text
from continuity.domain.text import Message
from continuity.domain.verdict import Verdict
from continuity.store.manifests.shelf import ManifestShelf
from continuity.workflows.checking import row_checks, split_checks, with_needs
from continuity.workflows.choosing import choose_point, standing_in
from continuity.workflows.copies import recover_manifest
from continuity.workflows.manifests import PointRecord, recall_point
from continuity.workflows.still_wrong import with_wrong
from continuity.workflows.world import Protected, Workbench


@dataclass(frozen=True, kw_only=True, slots=True)
class DrillRequest:
    """What somebody asked for; None means as the job says.

    ``size`` replaces the number of random files, ``seed`` makes an earlier draw happen again.
    ``copy`` names the repository to restore from: the job's own, or a copy of it.
    """

    full: bool = False
    point: str = "newest"
    size: int | None = None
    seed: str | None = None
    copy: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class There:
    """A point in a copy of its repository, where it may have another id."""

    repository_id: str
    copy_of: str
    snapshot: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DrillPlan:
    """What a drill will restore and compare; sizes in bytes.

    ``sample`` and ``paths`` are None for everything. ``why`` is why this point: newest, oldest,
    random, or asked for by its id. ``adopted`` when live files took the manifest's part.
    ``vouched`` is False when nothing but the engine's own hashes speaks for the content;
    ``hashed`` is False when there are not even those; ``drifted`` counts
    the files that could not vouch because they changed since. ``portrait`` is the digest of what
    a captured source was, empty for files. ``checks`` are asked of what is restored, ``unasked``
    are not because they need more than the sample. ``there`` is set for a copy of the job's
    repository. ``tampered`` are canaries that were not as they were planted when it was backed up.
    ``drawing`` is what was asked of the sample; ``reach`` tells in which packs it lies when they
    decided which files are due, and ``by_age`` why they did not.
    """

    job: str
    point: Point
    why: str
    seed: str
    manifest: str
    full: bool
    sample: Sample | None
    paths: tuple[bytes, ...] | None
    expected_entries: int
    expected_bytes: int
    population_files: int
    population_bytes: int
    adopted: bool = False
    vouched: bool = True
    hashed: bool = True
    drifted: int = 0
    portrait: str = ""
    checks: tuple[Check, ...] = ()
    unasked: tuple[Check, ...] = ()
    there: There | None = None
    tampered: tuple[bytes, ...] = ()
    drawing: SampleRequest | None = None
    reach: Reach | None = None
    by_age: Message | None = None

    @property
    def snapshot(self) -> str:
        """The id of the point where it is restored from."""
        return self.point.id if self.there is None else self.there.snapshot

    @property
    def level(self) -> str:
        """The level of proof that a PASS of this drill reaches."""
        if not self.vouched:
            return "L2"
        return "L4" if self.full else "L3"

    def expected(self, shelf: ManifestShelf) -> Iterator[Entry]:
        """Give the manifest's entries that are to be compared, in tree order."""
        if self.sample is None:
            return shelf.read(self.manifest)
        return iter(self.sample.entries)


def plan_drill(
    bench: Workbench, protected: Protected, facts: JobFacts, request: DrillRequest
) -> DrillPlan:
    """Choose the point and draw the sample; nothing is restored yet.

    A source that is brought to life is restored whole, whatever was asked for.

    Raises NoProofError without a point, UnreachableError without its manifest, RecordError when
    the manifest was altered.
    """
    seed = bench.entropy(8).hex() if request.seed is None else request.seed
    if protected.living is not None:
        request = replace(request, full=True)
    point = choose_point(standing_in(facts, protected.job.repository), request.point, seed)
    recalled = recall_point(bench, facts.job, point.id)
    recover_manifest(bench, protected, recalled.manifest)
    drawn = None if request.full else _draw(bench, protected, facts, request, recalled, seed)
    drawing, sample = drawn or (None, None)
    rows = row_checks(planted_rows(facts, point.data_time))
    checks = split_checks((*protected.job.checks, *rows), full=request.full)
    return DrillPlan(
        job=facts.job,
        point=point,
        why=request.point if request.point in {"newest", "oldest", "random"} else "asked",
        seed=seed,
        manifest=recalled.manifest,
        full=request.full,
        sample=sample,
        paths=None if sample is None else tuple(entry.path for entry in sample.entries),
        expected_entries=recalled.entries if sample is None else len(sample.entries),
        expected_bytes=recalled.bytes if sample is None else sample.bytes,
        population_files=recalled.files,
        population_bytes=recalled.bytes,
        portrait=recalled.portrait,
        checks=checks.asked,
        unasked=checks.unasked,
        tampered=_tampered(bench, protected, facts, point, recalled.manifest),
        drawing=drawing,
    )


def _tampered(
    bench: Workbench, protected: Protected, facts: JobFacts, point: Point, manifest: str
) -> tuple[bytes, ...]:
    planted = planted_files(facts, protected.extent.roots, point.data_time)
    altered: list[bytes] = []
    if planted:
        for _ in watch_planted(bench.shelf.read(manifest), planted, altered):
            pass
    return tuple(altered)


def _draw(
    bench: Workbench,
    protected: Protected,
    facts: JobFacts,
    request: DrillRequest,
    recalled: PointRecord,
    seed: str,
) -> tuple[SampleRequest, Sample]:
    policy = with_needs(
        protected.job.sample,
        split_checks(protected.job.checks, full=False).asked,
        lambda: bench.shelf.read(recalled.manifest),
    )
    policy = with_wrong(bench, protected, facts, recalled, policy)
    if recalled.data_time is not None:
        planted = planted_files(facts, protected.extent.roots, recalled.data_time)
        canaries = (*policy.canaries, *(path.decode() for path in planted))
        policy = policy.model_copy(update={"canaries": canaries})
    drawing = request_from_policy(
        policy,
        seed,
        owed=owed_quota(policy, recalled.files, _interval(protected)),
        bytes_per_second=_speed(facts),
        size=request.size,
    )
    proven = {
        proof.path: ProvenContent(at=proof.proven_at, sha256=proof.sha256)
        for proof in bench.store.proofs(facts.job)
    }
    return drawing, draw_sample(bench.shelf.read(recalled.manifest), drawing, proven)


def _interval(protected: Protected) -> timedelta | None:
    text = protected.job.schedule.drill
    return None if text is None else timetable_from_text(text, protected.zone).widest_gap()


def _speed(facts: JobFacts) -> int | None:
    """Give the bytes a second of the last restore test that passed."""
    for drill in reversed(facts.drills):
        if drill.verdict is Verdict.PASS and drill.milliseconds and drill.bytes:
            return drill.bytes * 1_000 // drill.milliseconds
    return None
