"""How the storage of each repository is looked at: from where, and with which credentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from continuity.config.opening import read_credentials
from continuity.config.reaching import Hosts
from continuity.config.workspace import Workspace
from continuity.domain.system import Repository
from continuity.hosts.host import Host
from continuity.hosts.local import LocalHost
from continuity.locations.location import Visit

Prepare = Callable[[datetime], Visit]
"""Prepares a look at a time. Raises what ``read_secret`` and ``Hosts`` raise."""


def visits_of(workspace: Workspace, hosts: Hosts, environ: Mapping[str, str]) -> dict[str, Prepare]:
    """Give how each repository's storage is looked at, by the repository's name."""
    return {
        name: partial(_visit, repository, hosts, environ)
        for name, repository in sorted(workspace.repositories.items())
    }


def _visit(repository: Repository, hosts: Hosts, environ: Mapping[str, str], at: datetime) -> Visit:
    authority, settings = repository.ca_certificate, repository.options.get("storage")
    return Visit(
        location=repository.location,
        host=_host(repository, hosts),
        at=at,
        credentials=read_credentials(repository, environ),
        settings={str(key): str(value) for key, value in settings.items()}
        if isinstance(settings, dict)
        else {},
        ca_certificate=None if authority is None else Path(authority),
    )


def _host(repository: Repository, hosts: Hosts) -> Host | None:
    """Give the machine that has a directory: this one, or the one that keeps it."""
    if repository.host is not None:
        return hosts.host(repository.host)
    return LocalHost() if repository.location.startswith("/") else None
