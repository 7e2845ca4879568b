"""A directory of another machine, looked at with the programs that are there."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from continuity.domain.failure import ConfigurationError
from continuity.domain.location import Fact
from continuity.domain.text import N_, say
from continuity.locations.directory import look_at
from continuity.locations.location import LocationKind, Visit
from continuity.locations.objects import Access, Objects
from continuity.locations.objects_sftp import SftpObjects


def _look(visit: Visit) -> tuple[Fact, ...]:
    return look_at(visit, directory_of(visit.location))


def directory_of(location: str) -> bytes:
    """Give the directory of an address, in both of restic's forms.

    ``sftp:user@host:/path`` and ``sftp:user@host:path`` below the home; ``sftp://user@host//path``
    is absolute, and ``sftp://user@host/path`` below the home again.
    """
    if location.startswith("sftp://"):
        path = urlsplit(location).path.removeprefix("/")
    else:
        path = location.removeprefix("sftp:").partition(":")[2]
    # A command begins in the home, so that a relative path is one below it.
    return os.fsencode(path if path.startswith("/") else f"./{path}")


def _objects(access: Access) -> Objects:
    if access.host is None:
        raise ConfigurationError(
            say(N_("Nobody wrote how the machine of this repository is reached.")),
            remedy=say(N_("Name it under host: in config/repositories.yaml.")),
        )
    return SftpObjects(access.host.connection().sftp(), directory_of(access.location))


LOCATION = LocationKind(name="sftp", scheme="sftp", look=_look, objects=_objects)
