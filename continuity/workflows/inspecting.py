"""Look at what was recorded and at what killed processes left behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

from continuity.domain.audit import AuditAnswer, explain_audit, verdict_from_audit
from continuity.domain.checkpoint import checkpoint_from_text
from continuity.domain.evidence import RecordKind
from continuity.domain.examined import Examined, doubtful, examined_from_error, guarded, sound
from continuity.domain.facts import Facts
from continuity.domain.failure import ContinuityError
from continuity.domain.plain import mapping_in, text_in
from continuity.domain.shown import shown_duration
from continuity.domain.text import N_, say, shown
from continuity.domain.verdict import Verdict
from continuity.hosts.process import Life, life_of
from continuity.hosts.removal import open_directory
from continuity.sandbox.marker import read_marker
from continuity.store.audit import audit
from continuity.store.signers import SIGNERS, read_signers
from continuity.workflows.world import Workbench

_RECORD = say(N_("record"))
_CHECKPOINT = say(N_("checkpoint"))
_MANIFESTS = say(N_("manifests"))
_RUNS = say(N_("runs"))
_SANDBOX = say(N_("sandbox"))
_STALE = timedelta(hours=36)
"""A checkpoint is signed daily; half a day of grace."""


def examine_record(bench: Workbench) -> Iterator[Examined]:
    """Verify the record, and ask how old the newest checkpoint is."""
    try:
        signers = read_signers(bench.keys / SIGNERS) if bench.keys.exists() else ()
        result = audit(bench.store, signers)
    except ContinuityError as error:
        yield examined_from_error(_RECORD, error)
        return
    verdict, what = verdict_from_audit(result), explain_audit(result)
    if verdict is Verdict.FAIL:
        remedy = say(N_("Run `continuity audit verify`; keep a copy of the state."))
        yield Examined(subject=_RECORD, verdict=verdict, what=what, remedy=remedy)
        return
    yield sound(_RECORD, what)
    # The record opens itself; from the second one on there is something to lose.
    if result.answer is AuditAnswer.INTACT and result.records > 1:
        yield _checkpoint(bench)


def _checkpoint(bench: Workbench) -> Examined:
    remedy = say(N_("Run `continuity audit checkpoint` and keep what it prints elsewhere."))
    signed = bench.store.checkpoints()
    if not signed:
        what = say(N_("No checkpoint guards the end of the record."))
        return doubtful(_CHECKPOINT, what, remedy)
    age = bench.now() - checkpoint_from_text(signed[-1].text).time
    if age > _STALE:
        what = say(N_("The newest checkpoint is {age} old."), age=shown_duration(age))
        return doubtful(_CHECKPOINT, what, remedy)
    return sound(_CHECKPOINT, say(N_("Signed {age} ago."), age=shown_duration(age)))


def examine_manifests(bench: Workbench, facts: Facts) -> Examined:
    """Ask whether every standing restore point still has its manifest here."""
    return guarded(_MANIFESTS, lambda: _manifests(bench, facts))


def _manifests(bench: Workbench, facts: Facts) -> Examined:
    kept = set(bench.shelf.digests())
    points = {
        (name, point.id)
        for name, job in facts.jobs.items()
        for point in job.points
        if point.removed_at is None
    }
    sealed = _sealed(bench)
    missing = [one for one in points if sealed.get(one, "") not in kept]
    if missing:
        return doubtful(
            _MANIFESTS,
            say(
                N_("{count} of {total} restore points have no manifest here."),
                count=len(missing),
                total=len(points),
            ),
            say(N_("A restore test brings back a copy from the repository; run one.")),
        )
    what = say(N_("Every restore point has one; points: {total}."), total=len(points))
    return sound(_MANIFESTS, what)


def _sealed(bench: Workbench) -> dict[tuple[str, str], str]:
    """Give the manifest of each point, as its backup recorded it."""
    return {
        (record.job or "", text_in(mapping_in(record.body, "point"), "id")): text_in(
            mapping_in(record.body, "manifest"), "digest"
        )
        for record in bench.store.records(kinds=(RecordKind.BACKUP_FINISHED,))
    }


def examine_leftovers(bench: Workbench) -> Iterator[Examined]:
    """Find runs and sandboxes whose process is gone."""
    remedy = say(N_("The next backup or drill clears up after it."))
    for run in bench.store.running():
        values: dict[str, str | int] = {"kind": run.kind, "job": run.job, "pid": run.holder.pid}
        if life_of(run.holder) is Life.ALIVE:
            what = N_("The {kind} of {job} is running as process {pid}.")
            yield sound(_RUNS, say(what, **values))
        else:
            what = N_("The {kind} of {job} was left open by process {pid}.")
            yield doubtful(_RUNS, say(what, **values), remedy)
    for name, life in _sandboxes(bench):
        if life is Life.ALIVE:
            yield sound(_SANDBOX, say(N_("{name} is in use."), name=name))
        else:
            yield doubtful(_SANDBOX, say(N_("{name} was left behind."), name=name), remedy)


def _sandboxes(bench: Workbench) -> Iterator[tuple[str, Life]]:
    try:
        place = open_directory(bench.sandbox_place)
    except OSError:
        return
    try:
        for name in sorted(os.listdir(place)):  # noqa: PTH208 - of an open directory
            life = _life(place, name)
            if life is not None:
                yield shown(os.fsencode(name)), life
    finally:
        os.close(place)


def _life(place: int, name: str) -> Life | None:
    try:
        directory = open_directory(name, place)
    except OSError:
        return None
    try:
        marker = read_marker(directory, name)
    finally:
        os.close(directory)
    return None if marker is None else life_of(marker.process)
