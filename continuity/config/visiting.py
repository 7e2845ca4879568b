"""How the storage of each repository is looked at: from where, and with which credentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from continuity.config.opening import read_credentials
from continuity.config.workspace import Workspace
from continuity.hosts.local import LocalHost
from continuity.locations.location import Visit

Prepare = Callable[[datetime], Visit]
"""Prepares a look at a time. Raises what ``read_secret`` raises."""


def visits_of(workspace: Workspace, environ: Mapping[str, str]) -> dict[str, Prepare]:
    """Give how each repository's storage is looked at, by the repository's name."""
    return {
        name: partial(_visit, workspace, name, environ) for name in sorted(workspace.repositories)
    }


def _visit(workspace: Workspace, name: str, environ: Mapping[str, str], at: datetime) -> Visit:
    repository = workspace.repositories[name]
    authority, settings = repository.ca_certificate, repository.options.get("storage")
    return Visit(
        location=repository.location,
        host=LocalHost() if repository.location.startswith("/") else None,
        at=at,
        credentials=read_credentials(repository, environ),
        settings={str(key): str(value) for key, value in settings.items()}
        if isinstance(settings, dict)
        else {},
        ca_certificate=None if authority is None else Path(authority),
    )
