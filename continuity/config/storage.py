"""Where the copies of a repository stand, as far as what people wrote tells."""

from __future__ import annotations

import re
from pathlib import PurePath

from continuity.config.workspace import Workspace
from continuity.domain.portfolio import Storage
from continuity.domain.system import Repository

LOCAL = "local"
"""The machine that Continuity runs on."""

_SERVED = re.compile(r"(?:s3|sftp|rest|swift|b2|azure|gs):(?://|[a-z]+://)?(?:[^/@]*@)?([^/]+)")
# What is plugged into a machine burns with it; what stands apart on the network does not.
_INSIDE = frozenset({"disk", "removable"})


def storage_from(workspace: Workspace, name: str) -> Storage:
    """Describe where a repository's copies stand.

    Without a site of its own a repository stands where the machine stands that keeps it.
    """
    repository = workspace.repositories[name]
    keeper = _keeper(workspace, repository)
    host = None if keeper is None else workspace.hosts.get(keeper)
    return Storage(
        repository=name,
        engine=repository.engine,
        site=repository.site or (None if host is None else host.site),
        medium=repository.medium,
        place=_place(repository),
        keeper=keeper,
    )


def _keeper(workspace: Workspace, repository: Repository) -> str | None:
    """Tell on which of our machines a repository stands; a path alone may lead to the network."""
    if repository.host is not None:
        return repository.host
    if not repository.location.startswith("/") or repository.medium not in _INSIDE:
        return None
    local = workspace.hosts.get(LOCAL)
    elsewhere = local is not None and repository.site not in {None, local.site}
    return None if elsewhere else LOCAL


def _place(repository: Repository) -> str:
    """Name what two restores share: a machine, a service, or the folder side by side on a disk."""
    if repository.host is not None:
        return f"host:{repository.host}"
    if repository.location.startswith("/"):
        above = PurePath(repository.location).parent
        return f"{above} {repository.medium} {repository.site or ''}".rstrip()
    served = _SERVED.match(repository.location)
    if served is not None:
        return served.group(1)
    return repository.location.rsplit(":", 1)[0]
