"""Back up a source that gives a stream of itself: keep it whole, and remember what it was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from continuity.domain.facts import JobFacts
from continuity.domain.failure import ContinuityError, DamagedError, FailureClass, SourceError
from continuity.domain.folding import CLOCK_TOLERANCE
from continuity.domain.manifest import Entry, Kind, ManifestSummary, Seal
from continuity.domain.plausibility import Observed, baseline_from_facts, judge_plausibility
from continuity.domain.portrait import Portrait
from continuity.domain.reason import by_gravity
from continuity.domain.run import PASSED, Conclusion, RunKind, conclusion_from_error
from continuity.domain.snapshot import Listed
from continuity.domain.text import N_, plain_from_message, say, shown
from continuity.domain.verdict import Verdict
from continuity.engines.engine import Engine, StreamRequest
from continuity.sources.source import Captured, Capturing, Living
from continuity.workflows.believing import implausible
from continuity.workflows.clockwork import clock_doubt, with_doubt
from continuity.workflows.manifests import Copied, describe_point
from continuity.workflows.readying import ready_repository
from continuity.workflows.running import Ended, Running, finish, spool_of, started
from continuity.workflows.world import Protected, Watch, Workbench

CAPTURE_SECONDS = 24 * 3_600.0


class Measured:
    """A stream on its way into the repository, hashed as it passes.

    One without a single byte is no copy of anything: SourceError, while nothing is kept yet.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._digest = hashlib.sha256()
        self.bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._digest.update(piece)
            self.bytes += len(piece)
            yield piece
        if not self.bytes:
            raise SourceError(
                say(N_("The source gave a copy of itself without a single byte.")),
                remedy=say(N_("Look whether it is there at all; the copies made before stay.")),
            )

    @property
    def sha256(self) -> bytes:
        """The digest of what has passed."""
        return self._digest.digest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A stream that the engine kept whole, and what its source was; ``doubt`` in its portrait."""

    captured: Captured
    stream: Measured
    copied: Copied
    portrait: Portrait | None
    doubt: Conclusion | None


def capture(
    bench: Workbench, protected: Protected, living: Living, facts: JobFacts, watch: Watch
) -> Ended:
    """Run one backup of a captured source and write it into the record.

    Raises ConflictError when the job is being backed up already.
    """
    with started(bench, protected.subject, RunKind.BACKUP, watch) as run:
        doubt = clock_doubt(bench)
        engine = protected.open_engine(True)
        tool = engine.probe()
        run.body["tool"] = {"name": tool.name, "version": tool.version}
        with run.phase("resolve"):
            run.body["repository_id"] = ready_repository(engine, protected, facts)
        kept = _keep(bench, protected, living, engine, facts, run)
        with run.phase("seal"):
            summary = _seal(bench, protected, engine, kept)
        _describe(bench, run, kept, summary)
        conclusion, quarantined = _conclude(protected, facts, kept)
        run.body["quarantined"] = quarantined
        finish(bench, protected.subject, run, with_doubt(conclusion, doubt))
    return run.outcome()


def _keep(
    bench: Workbench,
    protected: Protected,
    living: Living,
    engine: Engine,
    facts: JobFacts,
    run: Running,
) -> Kept:
    with ExitStack() as capturing:
        with run.phase("source"):
            captured = capturing.enter_context(
                living.capture(_capturing(bench, protected, living, facts, run))
            )
        stream = Measured(captured.pieces)
        with run.phase("copy"):
            result = engine.keep_stream(
                StreamRequest(
                    path=captured.path,
                    pieces=iter(stream),
                    host=bench.host_name,
                    tags=("continuity", f"job={protected.job.name}", f"run={run.run_id}"),
                    timeout=CAPTURE_SECONDS,
                    time=captured.data_time,
                ),
                run.watch.progress,
            )
        copied = Copied(result=result, data_time=captured.data_time, usable_time=bench.now())
        portrait, doubt = None, None
        with run.phase("portrait"):
            try:
                portrait = captured.portrait()
            except ContinuityError as error:
                # The copy is whole, and is a restore point; what it should be is not known.
                doubt = conclusion_from_error(error)
    return Kept(
        captured=captured,
        stream=stream,
        copied=copied,
        portrait=portrait,
        doubt=doubt,
    )


def _capturing(
    bench: Workbench, protected: Protected, living: Living, facts: JobFacts, run: Running
) -> Capturing:
    scratch = spool_of(bench, run.run_id) / "capture"
    scratch.mkdir(mode=0o700, parents=True)
    return Capturing(
        job=protected.job.name,
        source=protected.job.source,
        host=living.open_host(),
        password=living.read_password(),
        scratch=scratch,
        now=bench.now,
        turn=facts.backups_made,
        questions=living.questions,
        premises=None if living.premises is None else living.premises(),
    )


def _seal(bench: Workbench, protected: Protected, engine: Engine, kept: Kept) -> ManifestSummary:
    """Vouch for the stream by what passed, once the snapshot's listing agrees with it."""
    listed = _only_file(engine, kept.copied.result.snapshot.id)
    path, size = kept.captured.path, kept.stream.bytes
    if listed is None or (listed.path, listed.size) != (path, size):
        raise DamagedError(
            say(
                N_("The snapshot does not hold {path} with its {size} bytes, and nothing else."),
                path=shown(path),
                size=size,
            ),
            remedy=say(N_("Run: continuity doctor")),
        )
    entry = Entry(
        path=path,
        kind=Kind.FILE,
        size=size,
        mtime_ns=listed.mtime_ns,
        ctime_ns=0,
        device=0,
        inode=0,
        links=1,
        mode=listed.mode,
        uid=0,
        gid=0,
        sha256=kept.stream.sha256,
        seal=Seal.SEALED,
    )
    header = {"job": protected.job.name, "kind": protected.job.source.kind}
    return bench.shelf.write(iter((entry,)), header)


def _only_file(engine: Engine, snapshot: str) -> Listed | None:
    """Give the one thing in a snapshot, beside the directories that lead there."""
    only: Listed | None = None
    count = 0
    for listed in engine.listing(snapshot):
        if listed.kind is not Kind.DIRECTORY:
            only, count = listed, count + 1
    return only if count == 1 else None


def _describe(bench: Workbench, run: Running, kept: Kept, summary: ManifestSummary) -> None:
    run.body.update(
        describe_point(kept.copied, summary),
        read={"files": summary.files, "bytes": summary.bytes},
        warnings=[plain_from_message(warning) for warning in kept.captured.warnings],
    )
    portrait = kept.portrait
    if portrait is not None:
        run.body["portrait"] = {
            "digest": bench.portraits.write(portrait),
            "kind": portrait.kind,
            "version": portrait.version,
            "tables": len(portrait.tables),
            "rows": sum(table.least for table in portrait.tables),
        }


def _conclude(protected: Protected, facts: JobFacts, kept: Kept) -> tuple[Conclusion, bool]:
    """Judge a kept stream: known, dated, plausible; and whether it is in quarantine."""
    plausible = judge_plausibility(
        Observed(files=1, size=kept.stream.bytes),
        baseline_from_facts(facts),
        protected.job.plausibility,
    )
    odd = next(iter(by_gravity(plausible.reasons)), None)
    conclusion = kept.doubt or _misdated(kept) or implausible(odd) or PASSED
    return conclusion, plausible.quarantined


def _misdated(kept: Kept) -> Conclusion | None:
    ahead = kept.captured.data_time - kept.copied.usable_time
    if ahead <= CLOCK_TOLERANCE:
        return None
    return Conclusion(
        verdict=Verdict.INCONCLUSIVE,
        failure=FailureClass.CLOCK,
        reason=say(
            N_("The source says that its data is {seconds} s younger than the present."),
            seconds=round(ahead.total_seconds()),
        ),
        remedy=say(N_("Correct the clock of the source's machine, or of this one.")),
    )
