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
_SERVER = re.compile(r"(?:s3|sftp|rest):(?://|[a-z]+://)?(?:[^/@]*@)?(\[[^\]]+\]|[^:/]+)")
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


def machine_named(workspace: Workspace, name: str) -> str:
    """Give the one name of the machine that a host is: whatever is local burns with ``local``."""
    host = workspace.hosts.get(name)
    return LOCAL if host is not None and host.kind == "local" else name


def _keeper(workspace: Workspace, repository: Repository) -> str | None:
    """Tell on which of our machines a repository stands; a path alone may lead to the network.

    A service at the address of one of them stands there, whatever it speaks. What is reached
    through this machine itself may be the end of a tunnel, if it is said to be at another site.
    """
    if repository.host is not None:
        return repository.host
    server = _server(repository.location)
    if server is None:
        beside = repository.location.startswith("/") and repository.medium in _INSIDE
        return LOCAL if beside and not _is_apart(workspace, repository) else None
    if server == "localhost" or server.startswith("127.") or server == "::1":
        return None if _is_apart(workspace, repository) else LOCAL
    named = (
        name
        for name, host in workspace.hosts.items()
        if host.kind == "ssh" and server in {name, (host.address or "").lower()}
    )
    return next(named, None)


def _is_apart(workspace: Workspace, repository: Repository) -> bool:
    """Tell whether it was written to be at another site than this machine."""
    local = workspace.hosts.get(LOCAL)
    return local is not None and repository.site not in {None, local.site}


def _server(location: str) -> str | None:
    """Give the name or address of the machine that serves a location, None for a folder."""
    served = _SERVER.match(location)
    return None if served is None else served.group(1).strip("[]").lower()


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
