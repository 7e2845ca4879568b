"""What an extraction finds damaged: put on record where there is one, which need not be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from continuity.app import App, opened, recorded
from continuity.cli.language import sentence
from continuity.cli.output import remark
from continuity.config.workspace import Workspace
from continuity.domain.failure import ContinuityError, FailureClass
from continuity.domain.run import Conclusion
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict
from continuity.workflows.facts import read_facts
from continuity.workflows.finding_damage import Scene, record_damage


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where damage was met: the workspace, the location of the repository, and the snapshot."""

    root: Path
    location: str
    snapshot: str


def put_on_record(where: Whereabouts, what: Message) -> None:
    """Record damage for each job that has it; what came back stays, whatever becomes of that."""
    try:
        with recorded(where.root) as (_workspace, store):
            if store is None:
                return
        with opened(where.root) as app:
            for scene in _scenes(app, where):
                record_damage(app.bench, scene, _found(scene, what))
    except ContinuityError as error:
        remark(sentence(error.what))


def _scenes(app: App, where: Whereabouts) -> Iterator[Scene]:
    """Give the jobs whose snapshot it is; of an unknown one all that keep anything there."""
    facts = read_facts(app.bench.store, app.bench.now()).facts
    kept = list(_kept(app.workspace, where.location))
    owners = [
        scene
        for scene in kept
        if any(point.id == where.snapshot for point in facts.of(scene.job).points)
    ]
    yield from owners or kept


def _kept(workspace: Workspace, location: str) -> Iterator[Scene]:
    for name, repository in workspace.repositories.items():
        if repository.location != location:
            continue
        for job in workspace.jobs.values():
            if job.repository in {name, repository.copy_of}:
                yield Scene(
                    job=job.name,
                    repository=name,
                    engine=repository.engine,
                    run="",
                    copy_of=repository.copy_of or "",
                )


def _found(scene: Scene, what: Message) -> Conclusion:
    return Conclusion(
        verdict=Verdict.FAIL,
        failure=FailureClass.INTEGRITY,
        reason=say(
            N_("An extraction found {repository} damaged: {reason}"),
            repository=scene.repository,
            reason=sentence(what),
        ),
        remedy=say(
            N_("Do not prune it. Nothing in it counts as proven until this passes: {command}"),
            command=f"continuity drill {scene.job} --copy {scene.repository}",
        ),
    )
