"""How the objects of a repository are reached to be read without its own program."""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from continuity.config.loading import load_tolerant
from continuity.config.opening import Means, read_credentials
from continuity.config.reaching import hosts_of
from continuity.config.secrets import read_secret
from continuity.config.workspace import Workspace
from continuity.domain.failure import ConfigurationError
from continuity.domain.secret import Secret
from continuity.domain.system import Repository
from continuity.domain.text import N_, say, shown
from continuity.domain.written import SecretReference
from continuity.hosts.local import LocalHost
from continuity.hosts.reach import STANDARD_PORT, Reach
from continuity.locations.objects import Access
from continuity.locations.pacing import KIB, Paced
from continuity.locations.registry import kind_of_location, open_objects
from continuity.witness.repository import Repository as Witnessed

ENGINE = "restic"
"""The engine whose repositories can be read independently."""

_SFTP = re.compile(
    r"sftp:(?://)?(?:(?P<user>[^@/]+)@)?(?P<host>\[[^\]]+\]|[^:/]+)(?::(?P<port>[0-9]+)(?=/))?"
)
_CREDENTIALS = re.compile("AWS_[A-Z_]+")


def is_readable(repository: Repository) -> bool:
    """Tell whether a repository can be read without its program at all."""
    if repository.engine != ENGINE or repository.password is None:
        return False
    if repository.location.startswith("sftp:") and repository.host is None:
        return False
    kind = kind_of_location(repository.location)
    return kind is not None and kind.objects is not None and kind.is_installed()


@contextmanager
def witness_of_workspace(
    root: Path, name: str | None, environ: Mapping[str, str]
) -> Iterator[tuple[Witnessed, bytes]]:
    """Open a repository of a workspace, whose record need not be there, with its address.

    Without a name the only one that can be read is meant. Raises ConfigurationError.
    """
    workspace = load_tolerant(root, environ=environ).workspace
    with hosts_of(workspace) as hosts:
        means = Means(workspace=workspace, hosts=hosts, scratch=root, environ=environ)
        chosen = _named(workspace, name)
        with open_witness(means, chosen) as witness:
            yield witness, os.fsencode(workspace.repositories[chosen].location)


def _named(workspace: Workspace, name: str | None) -> str:
    known = sorted(
        name for name, repository in workspace.repositories.items() if is_readable(repository)
    )
    if name in known:
        return name
    if name is None and len(known) == 1:
        return known[0]
    what = say(N_("It has to be said which repository is meant."))
    if name is not None:
        told = N_("There is no repository named {name}.")
        if name in workspace.repositories:
            told = N_("The repository {name} cannot be read without its own program.")
        what = say(told, name=shown(os.fsencode(name)))
    raise ConfigurationError(
        what,
        remedy=say(
            N_("Name one with --from; these can be read without restic: {names}."),
            names=", ".join(known) or "-",
        ),
    )


@contextmanager
def witness_at_address(
    location: str, password_file: Path, environ: Mapping[str, str]
) -> Iterator[tuple[Witnessed, bytes]]:
    """Open a repository that no workspace describes, with its address."""
    reference = SecretReference(file=str(password_file.absolute()))
    password = read_secret(reference, environ=environ)
    local = Path(location)
    full = str(local.absolute()) if local.exists() else location
    with witness_at(full, password, environ) as witness:
        yield witness, os.fsencode(full)


def open_witness(means: Means, name: str) -> Witnessed:
    """Open a repository of the workspace to read it. Raises as ``Repository`` does."""
    repository = means.workspace.repositories[name]
    if repository.password is None or not is_readable(repository):
        raise _cannot_read(repository.location)
    authority, settings = repository.ca_certificate, repository.options.get("storage")
    access = Access(
        location=repository.location,
        host=None if repository.host is None else means.hosts.ssh(repository.host),
        credentials=read_credentials(repository, means.environ),
        settings={str(key): str(value) for key, value in settings.items()}
        if isinstance(settings, dict)
        else {},
        ca_certificate=None if authority is None else Path(authority),
    )
    secret = read_secret(repository.password, environ=means.environ, host=LocalHost())
    limit = repository.options.get("limit_download")
    return _opened(access, secret, limit if isinstance(limit, int) else None)


def witness_at(location: str, password: Secret, environ: Mapping[str, str]) -> Witnessed:
    """Open a repository that no workspace describes, with what the user's own account knows."""
    host = None
    if location.startswith("sftp:"):
        # paramiko takes a fifth of a second that other places need not pay.
        from continuity.hosts.ssh_host import SshHost

        host = SshHost(_reach(location))
    credentials = {
        name: Secret(value) for name, value in environ.items() if _CREDENTIALS.fullmatch(name)
    }
    return _opened(Access(location=location, host=host, credentials=credentials), password)


def _opened(access: Access, password: Secret, limit: int | None = None) -> Witnessed:
    objects = open_objects(access)
    if objects is None:
        raise _cannot_read(access.location)
    if limit is not None:
        objects = Paced(objects, limit * KIB)
    try:
        return Witnessed(objects, password)
    except BaseException:  # also an interrupt; it goes on below
        objects.close()
        raise


def _reach(location: str) -> Reach:
    """Read an address over SSH: ``sftp:user@host:/path`` or ``sftp://user@host:port/path``."""
    found = _SFTP.match(location)
    if found is None:
        raise _cannot_read(location)
    # Only the form with // has a port; in the other one a number after the colon is a path.
    port = found["port"] if location.startswith("sftp://") else None
    host = found["host"].strip("[]")
    return Reach(
        name=host,
        address=host,
        port=int(port or STANDARD_PORT),
        user=found["user"] or getpass.getuser(),
        known_hosts=Path.home() / ".ssh" / "known_hosts",
    )


def _cannot_read(location: str) -> ConfigurationError:
    scheme = location.partition(":")[0] if ":" in location else "-"
    return ConfigurationError(
        say(N_("Storage of the kind {scheme} cannot be read without restic."), scheme=scheme),
        remedy=say(N_("A restic repository in a directory, over sftp or in an S3 bucket can.")),
    )
