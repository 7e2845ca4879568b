"""Prove a repository or copy that was never seen before, without a workspace."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from continuity.domain.facts import Identity, Point
from continuity.domain.failure import ConfigurationError, UnreachableError
from continuity.domain.job import SamplePolicy
from continuity.domain.snapshot import Listed, Snapshot
from continuity.domain.text import N_, say
from continuity.engines.engine import CONTENT_HASHES, Reader
from continuity.engines.rsync.plain import ONLY
from continuity.hosts.files import LocalFiles
from continuity.workflows.adopting import (
    Adopted,
    Live,
    Place,
    adopt_listing,
    adopt_live,
    find_place,
)
from continuity.workflows.copies import TAG
from continuity.workflows.drill import Trial, carry_out
from continuity.workflows.planning import DrillPlan
from continuity.workflows.running import Ended
from continuity.workflows.world import Subject, Watch, Workbench

_SHORTEST_ID = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class ProofRequest:
    """What to prove: against which live directory, with how many random files, from which seed."""

    source: Path | None
    snapshot: str
    size: int
    seed: str | None


def prove(
    bench: Workbench,
    subject: Subject,
    open_reader: Callable[[], Reader],
    request: ProofRequest,
    watch: Watch,
) -> Ended:
    """Restore a sample of one snapshot and compare it with what can vouch for it.

    With a live source, files that did not change since take the manifest's part, which gives L3;
    without one the stored bytes are read back, and the engine's own hashes are all there is: L2.
    A copy that has no hashes either proves nothing then.
    """

    def plan(reader: Reader) -> DrillPlan:
        return _plan(bench, subject, reader, request)

    return carry_out(bench, subject, watch, Trial(open=open_reader, plan=plan, files=LocalFiles()))


def _plan(bench: Workbench, subject: Subject, reader: Reader, request: ProofRequest) -> DrillPlan:
    seed = bench.entropy(8).hex() if request.seed is None else request.seed
    snapshot = _choose(reader.snapshots(), request)
    listing = tuple(reader.listing(snapshot.id))
    adopted = _adopt(snapshot, listing, request, seed)
    tool = reader.probe()
    identity = Identity(
        repository=subject.repository,
        repository_id=reader.identity(),
        engine=subject.engine,
        version=tool.version,
        path_set="",
    )
    return DrillPlan(
        job=subject.job,
        point=Point(
            id=snapshot.id,
            data_time=snapshot.time,
            usable_time=snapshot.time,
            identity=identity,
            files=adopted.files,
            bytes=adopted.bytes,
            whole=True,
        ),
        why="newest" if request.snapshot == "newest" else "asked",
        seed=seed,
        manifest="",
        full=False,
        sample=adopted.sample,
        paths=tuple(entry.path for entry in adopted.sample.entries),
        expected_entries=len(adopted.sample.entries),
        expected_bytes=adopted.sample.bytes,
        population_files=adopted.files,
        population_bytes=adopted.bytes,
        adopted=True,
        vouched=request.source is not None,
        hashed=CONTENT_HASHES in tool.capabilities,
        drifted=adopted.drifted,
    )


def _adopt(
    snapshot: Snapshot, listing: tuple[Listed, ...], request: ProofRequest, seed: str
) -> Adopted:
    policy = SamplePolicy(random=request.size)
    if request.source is None:
        return adopt_listing(listing, policy, seed)
    source = os.fsencode(request.source)
    if snapshot.id == ONLY:
        place = Place(inside=b"/", outside=os.fsencode(request.source.absolute()))
    else:
        place = find_place(source, listing)
    return adopt_live(listing, Live(files=LocalFiles(), place=place), policy, seed)


def _choose(snapshots: tuple[Snapshot, ...], request: ProofRequest) -> Snapshot:
    """Pick the newest snapshot of the source, or the one with this id; its full id is pinned.

    Copies of manifests in the same repository are nobody's data. Which snapshot holds the source
    is first guessed from what it says of itself, and then found by its listing.
    """
    snapshots = tuple(snapshot for snapshot in snapshots if TAG not in snapshot.tags)
    if not snapshots:
        raise UnreachableError(
            say(N_("The repository holds no snapshot, so nothing can be proven.")),
            remedy=say(N_("Look whether this is the right repository, and make a backup.")),
        )
    wanted = request.snapshot
    if wanted == "newest":
        return max(
            snapshots,
            key=lambda snapshot: (_may_hold(snapshot, request.source), snapshot.time, snapshot.id),
        )
    found = [snapshot for snapshot in snapshots if snapshot.id.startswith(wanted)]
    if len(wanted) >= _SHORTEST_ID and len(found) == 1:
        return found[0]
    raise ConfigurationError(
        say(
            N_("{wanted} names {count} snapshots; exactly one was expected."),
            wanted=wanted,
            count=len(found) if len(wanted) >= _SHORTEST_ID else 0,
        ),
        remedy=say(N_("Give at least {least} characters of an id."), least=_SHORTEST_ID),
    )


def _may_hold(snapshot: Snapshot, source: Path | None) -> bool:
    if source is None:
        return True
    live = source.absolute()
    paths = [Path(os.fsdecode(path)) for path in snapshot.paths]
    return any(live.is_relative_to(path) or live.name == path.name for path in paths)
