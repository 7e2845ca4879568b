"""Where the storage of each repository is entered, as far as its address tells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from continuity.config.reaching import Hosts
from continuity.config.workspace import Workspace
from continuity.domain.failure import ContinuityError
from continuity.domain.system import Repository
from continuity.hosts.doors import Door

_PORTS = {"http": 80, "https": 443, "sftp": 22}
_SFTP = re.compile(r"sftp:(?!//)(?:[^/@]*@)?(?P<host>\[[^\]]+\]|[^:/]+):")
_UNKNOWN = Door()


def doors_of(workspace: Workspace, hosts: Hosts, names: Iterable[str]) -> dict[str, Door]:
    """Tell where these repositories are entered; those that do not exist are left out."""
    kept = workspace.repositories
    return {name: _door(kept[name], hosts) for name in names if name in kept}


def _door(repository: Repository, hosts: Hosts) -> Door:
    try:
        if repository.host is not None:
            return _of_host(hosts, repository.host)
        return _of_address(repository.location)
    except (ContinuityError, ValueError):
        # A host or an address that cannot be used: `check` says so, and here nobody can tell.
        return _UNKNOWN


def _of_host(hosts: Hosts, name: str) -> Door:
    reach = hosts.reach(name)
    if reach is None or reach.jump is not None:
        return _UNKNOWN
    return Door(address=reach.address, port=reach.port)


def _of_address(location: str) -> Door:
    if location.startswith("/"):
        return Door(path=location)
    short = _SFTP.match(location)
    if short is not None:
        return Door(address=short["host"].strip("[]"), port=_PORTS["sftp"])
    scheme, _, rest = location.partition(":")
    if scheme not in {"s3", "rest", "sftp"}:
        return _UNKNOWN
    # S3 without a scheme of its own is asked over HTTPS.
    url = location if scheme == "sftp" else rest if "://" in rest else f"https://{rest}"
    parts = urlsplit(url)
    if not parts.hostname:
        return _UNKNOWN
    return Door(address=parts.hostname, port=parts.port or _PORTS.get(parts.scheme, 443))
