"""What people wrote, as one value that nothing changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from pydantic import BaseModel

from continuity.config.host_problems import LOCAL
from continuity.config.models import Settings
from continuity.config.problem import Problem, WorkspaceError, nearest, text_shown
from continuity.domain.client import Client
from continuity.domain.failure import ConfigurationError
from continuity.domain.heartbeat import Heartbeat
from continuity.domain.job import Job
from continuity.domain.neighbour import Neighbour
from continuity.domain.outlet import Outlet
from continuity.domain.responding import Responding
from continuity.domain.subscription import Sending
from continuity.domain.system import Host, Person, Repository, System
from continuity.domain.text import N_, Message, say
from continuity.engines.registry import engine_kinds

if TYPE_CHECKING:
    from continuity.domain.runbook import Runbook
    from continuity.domain.runbook_document import RunbookDocument


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """A workspace without problems; every name in it leads somewhere, every path is absolute.

    ``runbooks`` are what stands at the top of each runbook, ``books`` all of it. ``files`` are the
    files it was read from, relative to ``root``; ``fingerprint`` is what
    ``fingerprint.fingerprint`` said just before they were read. ``unsent`` names the subscriptions
    that are written and cannot be used, or their file where that is so of all of it.
    """

    root: Path
    settings: Settings
    systems: Mapping[str, System]
    hosts: Mapping[str, Host]
    repositories: Mapping[str, Repository]
    people: Mapping[str, Person]
    jobs: Mapping[str, Job]
    runbooks: Mapping[str, Runbook]
    books: Mapping[str, RunbookDocument]
    outlets: Mapping[str, Outlet]
    heartbeats: Mapping[str, Heartbeat]
    files: tuple[str, ...]
    fingerprint: str
    responding: Responding = field(default_factory=Responding)
    sending: Sending = field(default_factory=Sending)
    unsent: tuple[str, ...] = ()
    clients: Mapping[str, Client] = field(default_factory=dict)
    neighbours: Mapping[str, Neighbour] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The parts of a workspace that can be used, and the problems of those that cannot.

    ``beside`` are the problems that are not inside of runbooks; the others are ``in_runbooks``,
    found by the first look, and depend on nothing but what is written in the workspace.
    """

    workspace: Workspace
    beside: tuple[Problem, ...]
    in_runbooks: Callable[[], tuple[Problem, ...]]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All of them, in the order of files and lines."""
        return WorkspaceError((*self.beside, *self.in_runbooks())).problems


def lives_elsewhere(name: str, host: Host | None) -> bool:
    """Tell whether what is on a host of this name is on another machine than this one."""
    return name != LOCAL and host is not None and host.kind == "ssh"


def engine_options(workspace: Workspace, job: Job) -> BaseModel:
    """Give the engine's own options for a job: the repository's, overridden by the job's."""
    repository = workspace.repositories[job.repository]
    model = engine_kinds()[repository.engine].options
    text = json.dumps({**repository.options, **job.options})
    return model.model_validate_json(text, strict=True, context={"root": str(workspace.root)})


def zone_of(workspace: Workspace, job: Job) -> str:
    """Give the IANA zone in which a job's times are meant."""
    return job.schedule.zone or workspace.settings.zone


def left_out(workspace: Workspace) -> tuple[str, ...]:
    """Name the jobs that are written but cannot be used, by their files."""
    written = (PurePath(file) for file in workspace.files)
    meant = {path.stem for path in written if path.parent.name == "jobs"}
    return tuple(sorted(meant - workspace.jobs.keys()))


def job_named(workspace: Workspace, name: str) -> Job:
    """Find a job. Raises ConfigurationError, with the names there are, for an unknown one."""
    job = workspace.jobs.get(name)
    if job is not None:
        return job
    if name in left_out(workspace):
        raise ConfigurationError(
            say(
                N_("The job {name} is written, but something it needs cannot be used."),
                name=text_shown(name),
            ),
            remedy=say(N_("See file, line and reason, and mend it: continuity check")),
        )
    raise ConfigurationError(
        say(N_("There is no usable job named {name} in this workspace."), name=text_shown(name)),
        remedy=_known_jobs(workspace, name),
    )


def _known_jobs(workspace: Workspace, name: str) -> Message:
    names = ", ".join(sorted(workspace.jobs)) or "-"
    meant = nearest(name, workspace.jobs)
    if meant is None:
        return say(N_("Usable jobs: {names}. Run: continuity check"), names=names)
    return say(
        N_("Did you mean {meant}? Usable jobs: {names}. Run: continuity check"),
        meant=meant,
        names=names,
    )
