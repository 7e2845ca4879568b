"""Back up one job: look at the source, copy it, and seal what it was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from continuity.domain.facts import JobFacts
from continuity.domain.looks import random_percent, text_from_looks
from continuity.domain.run import RunKind
from continuity.domain.text import plain_from_message
from continuity.engines.engine import BackupRequest, Engine
from continuity.hosts.presence import Needed
from continuity.workflows.believing import conclude_backup
from continuity.workflows.capturing import capture
from continuity.workflows.clockwork import clock_doubt, source_clock_doubt, with_doubt
from continuity.workflows.manifests import Copied, describe_point
from continuity.workflows.readying import ready_repository, require_same
from continuity.workflows.running import Ended, Running, finish, started
from continuity.workflows.sealing import Known, Sealed, Surveyed, seal_survey, survey_source
from continuity.workflows.world import Protected, Watch, Workbench

BACKUP_SECONDS = 24 * 3_600.0


def back_up(bench: Workbench, protected: Protected, facts: JobFacts, watch: Watch) -> Ended:
    """Run one backup and write it into the record; what went wrong is in its conclusion.

    Raises ConflictError when the job is being backed up already.
    """
    if protected.living is not None:
        return capture(bench, protected, protected.living, facts, watch)
    with started(bench, protected.subject, RunKind.BACKUP, watch) as run:
        with run.phase("source"):
            ahead = _look_at_source(bench, protected, run)
        doubt = clock_doubt(bench) or source_clock_doubt(protected, ahead)
        hands = _hands(protected)
        tool = hands.copying.probe()
        run.body["tool"] = {"name": tool.name, "version": tool.version}
        # Opening a repository costs restic half a second of key derivation; the survey fills it.
        with run.phase("survey"), ThreadPoolExecutor(1) as beside:
            ready = beside.submit(_ready, hands, protected, facts)
            surveyed = survey_source(bench, protected, facts, run, ahead)
            run.body["repository_id"] = ready.result()
        with run.phase("copy"):
            copied = _copy(bench, protected, hands.copying, surveyed.known, run)
        with run.phase("seal"):
            sealed = seal_survey(bench, protected.files, hands.caring, surveyed, copied.result)
        _describe(run, copied, surveyed, sealed)
        judged = conclude_backup(protected, facts, copied.result, surveyed, sealed)
        run.body["quarantined"] = judged.quarantined
        run.body["warnings"] = [plain_from_message(warning) for warning in judged.warnings]
        finish(bench, protected.subject, run, with_doubt(judged.conclusion, doubt))
    return run.outcome()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Hands:
    """The same repository twice: as this machine opens it, and as the one that copies does.

    ``where`` is the other machine; empty when both are one.
    """

    caring: Engine
    copying: Engine
    where: str = ""


def _hands(protected: Protected) -> _Hands:
    engine, away = protected.open_engine(True), protected.away
    if away is None or away.open_engine is None:
        return _Hands(caring=engine, copying=engine)
    return _Hands(caring=engine, copying=away.open_engine(), where=away.host)


def _look_at_source(bench: Workbench, protected: Protected, run: Running) -> timedelta:
    """Demand that the source is there; gives how much later it is on the clock of its machine."""
    extent = protected.extent
    protected.files.require(
        Needed(roots=extent.roots, mounts=extent.mounts, sentinels=extent.sentinels)
    )
    ahead = protected.files.ahead(bench.now)
    if protected.away is not None:
        run.body["source_host"] = protected.away.host
        run.body["source_ahead_milliseconds"] = round(ahead / timedelta(milliseconds=1))
    return ahead


def _ready(hands: _Hands, protected: Protected, facts: JobFacts) -> str:
    identity = ready_repository(hands.caring, protected, facts)
    if hands.where:
        require_same(hands.copying, identity, protected.job.repository, hands.where)
    return identity


def _copy(
    bench: Workbench, protected: Protected, engine: Engine, known: Known | None, run: Running
) -> Copied:
    extent, away = protected.extent, protected.away
    data_time = bench.now()
    result = engine.back_up(
        BackupRequest(
            paths=extent.roots,
            excludes=extent.excludes,
            one_file_system=extent.one_file_system,
            host=bench.host_name if away is None else away.host,
            tags=("continuity", f"job={protected.job.name}", f"run={run.run_id}"),
            timeout=BACKUP_SECONDS,
            parent=None if known is None else known.point,
            time=data_time,
            transport=None if away is None else away.transport,
        ),
        run.watch.progress,
    )
    return Copied(result=result, data_time=data_time, usable_time=bench.now())


def _describe(run: Running, copied: Copied, surveyed: Surveyed, sealed: Sealed) -> None:
    changes = surveyed.changes
    run.body.update(
        describe_point(copied, sealed.summary, sealed.unsurveyed.count),
        read={"files": surveyed.tally.read_files, "bytes": surveyed.tally.read_bytes},
        added_files=changes.added,
        removed_files=changes.removed,
        changed_files=changes.changed,
        moved_files=changes.moved,
        changed_percent=changes.changed_percent,
    )
    if surveyed.looks:
        run.body["looks"] = text_from_looks(surveyed.looks)
        run.body["random_percent"] = random_percent(surveyed.looks)
