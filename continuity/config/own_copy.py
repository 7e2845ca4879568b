"""Whether Continuity itself is in a backup, and in one that is not lost with it."""

from __future__ import annotations

from collections.abc import Iterator

from continuity.config.host_problems import LOCAL
from continuity.config.problem import text_shown
from continuity.config.reader import read_yaml
from continuity.config.workspace import Workspace, left_out
from continuity.domain.examined import Examined, doubtful, sound
from continuity.domain.job import Job
from continuity.domain.text import N_, Message, say
from continuity.sources.registry import source_kinds

_SUBJECT = say(N_("backup of Continuity itself"))
_NONE = say(N_("Continuity itself is in no backup: its record and its keys exist only here."))
_WRITE = say(N_("Write a job with a source of kind continuity, and drill it."))
_MEND = say(N_("See file, line and reason, and mend it: continuity check"))
_ELSEWHERE = say(N_("Keep it in a repository at another site, and its password there, too."))


def own_copy_missing(workspace: Workspace) -> Message | None:
    """Say when no job protects this installation now."""
    return None if any(_own_jobs(workspace)) else _idle(workspace) or _NONE


def examine_own_copy(workspace: Workspace) -> Iterator[Examined]:
    """Say of each copy of this installation whether it would outlive this machine."""
    jobs = tuple(_own_jobs(workspace))
    if not jobs:
        idle = _idle(workspace)
        yield doubtful(_SUBJECT, idle or _NONE, _WRITE if idle is None else _MEND)
        return
    weak = [_weakness(workspace, job) for job in jobs]
    for reason in weak:
        # One that stands apart is enough; where another one stands is no harm then.
        if reason is not None and None not in weak:
            yield doubtful(_SUBJECT, reason, _ELSEWHERE)
    if None in weak:
        names = ", ".join(job.name for job in jobs)
        yield sound(_SUBJECT, say(N_("Made by: {jobs}"), jobs=names))


def _own_jobs(workspace: Workspace) -> Iterator[Job]:
    kinds = source_kinds()
    return (job for job in workspace.jobs.values() if kinds[job.source.kind].of_itself)


def _idle(workspace: Workspace) -> Message | None:
    """Say that a job for it is written and cannot be used now; what it made may well exist."""
    kinds = [word for word, kind in source_kinds().items() if kind.of_itself]
    for name in left_out(workspace):
        document, _problems = read_yaml(workspace.root, f"jobs/{name}.yaml")
        written = None if document is None else document.value
        source = written.get("source") if isinstance(written, dict) else None
        if isinstance(source, dict) and source.get("kind") in kinds:
            return say(
                N_("The job {name} for Continuity itself is written, but cannot be used now."),
                name=text_shown(name),
            )
    return None


def _weakness(workspace: Workspace, job: Job) -> Message | None:
    here = workspace.hosts.get(LOCAL)
    kept = {
        repository.site
        for name, repository in workspace.repositories.items()
        if job.repository in (name, repository.copy_of)
    }
    ours = None if here is None else here.site
    if any(site is not None and site != ours for site in kept) and ours is not None:
        return None
    if None in kept or ours is None:
        return say(N_("Nobody wrote at which sites this machine and its own copy stand."))
    return say(N_("Its copy stands at {site}, where this machine stands."), site=ours)
