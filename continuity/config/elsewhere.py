"""A job whose files are on another machine: who copies them, and what is asked of the repository.

An engine that pulls runs here and fetches; any other runs there, and then that machine has to know
the repository by an address of its own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace

from continuity.config.draft import Draft, Part
from continuity.config.opening import Means, opening_of
from continuity.config.problem import Problem, value_shown
from continuity.config.workspace import Workspace, lives_elsewhere
from continuity.domain.failure import ConfigurationError
from continuity.domain.job import Job
from continuity.domain.system import Repository
from continuity.domain.text import N_, Message, say
from continuity.domain.written import path_from_location
from continuity.engines.engine import Engine
from continuity.engines.registry import engine_kinds
from continuity.sources.registry import source_kinds

_ON_HOST = re.compile(r"sftp:(?://)?(?:[^/@]*@)?(?:\[[^\]]*\]|[^/:]*)(?::[0-9]+(?=/))?:?")


def copies_there(repository: Repository) -> bool:
    """Tell whether the engine of a repository runs beside the source."""
    return not engine_kinds()[repository.engine].pulls


def open_there(means: Means, job: Job) -> Engine:
    """Open the repository of a job from the machine of its source, to copy into it.

    Password and credentials are fetched here. What this machine trusts and how it reaches others is
    of no use there, and nothing is kept there. Raises ConfigurationError without an address, and
    what ``read_secret`` raises.
    """
    repository, host = means.workspace.repositories[job.repository], job.source.host
    address = _address_from(repository, host)
    if address is None:
        raise ConfigurationError(
            say(
                N_("Nobody wrote how {host} reaches the repository {name}."),
                host=host,
                name=job.repository,
            ),
            remedy=_as_seen(host),
        )
    opening = replace(
        opening_of(means, job, use_cache=False),
        host=means.hosts.host(host),
        location=address,
        transport=None,
        ca_certificate=None,
    )
    return engine_kinds()[repository.engine].open(opening)


def elsewhere_problems(draft: Draft) -> Iterator[Problem]:
    """Check every job whose files are on another machine."""
    for job in draft.jobs.parts.values():
        source = job.model.source
        host = draft.hosts.parts.get(source.host)
        repository = draft.repositories.parts.get(job.model.repository)
        away = host is not None and lives_elsewhere(source.host, host.model)
        if away and repository is not None and source_kinds()[source.kind].capture is None:
            yield from _unreachable(job, repository.model)


def _unreachable(job: Part[Job], repository: Repository) -> Iterator[Problem]:
    host = job.model.source.host
    if copies_there(repository) and _address_from(repository, host) is None:
        place = ("repository",)
        yield job.problem(place, _as_seen(host), value_shown(place, job.model.repository))


def _as_seen(host: str) -> Message:
    return say(
        N_(
            "an address of the repository that {host} can use, under seen_from: {host} in"
            " config/repositories.yaml"
        ),
        host=host,
    )


def _address_from(repository: Repository, host: str) -> str | None:
    """Give the address by which another machine knows a repository, None when nobody can tell.

    A directory is one of this machine, and so is the way to a machine that ``host`` names.
    """
    location = repository.location
    if host in repository.seen_from:
        return repository.seen_from[host]
    of_ours = repository.host is not None or location.startswith("local:")
    return None if of_ours or path_from_location(location) is not None else location


def repositories_on(workspace: Workspace, host: str) -> Iterator[bytes]:
    """Name the directories of another machine in which repositories are, by what people wrote."""
    for repository in workspace.repositories.values():
        seen = [repository.seen_from.get(host, "")]
        if repository.host == host:
            seen.append("/" + _ON_HOST.sub("", repository.location).lstrip("/"))
        yield from (os.fsencode(path) for path in seen if path.startswith("/"))
