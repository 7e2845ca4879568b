"""Mount points, whose names cannot change: what is in them is replaced name by name."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from typing import Final

from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say, shown
from continuity.hosts.exchange import Top
from continuity.hosts.presence import unreadable

# What lies in a mount point and is of no source: ours, and the file system's own.
_OURS: Final = (b".continuity-", b".before-", b".new-", b"lost+found")
# All names go to one program as its arguments, three of each and their numbers.
_MOST_BYTES: Final = 600_000
_EACH: Final = 200


def mounted_in(places: Iterable[bytes]) -> tuple[bytes, ...]:
    """Give those places of this machine that are mount points."""
    return tuple(place for place in places if os.path.ismount(place))


def names_in(top: bytes, fresh: Iterable[bytes]) -> tuple[bytes, ...]:
    """Name what is directly in a mount point, or comes there, with its path.

    ``fresh`` are the paths that come. Raises SourceError where nobody may look, and
    ConfigurationError where it is nothing or too much.
    """
    old = (path for path in names_at(b"", top) if not path[len(top) + 1 :].startswith(_OURS))
    found = sorted({*old, *fresh})
    if not found:
        raise ConfigurationError(
            say(N_("The restore point holds no {path}, so it stays."), path=shown(top)),
            remedy=say(N_("Name paths that it holds, under include of the step.")),
        )
    if sum(3 * len(path) + _EACH for path in found) > _MOST_BYTES:
        raise ConfigurationError(
            say(
                N_("{path} is a mount point with too many names in it to be replaced at once."),
                path=shown(top),
            ),
            remedy=say(N_("Restore beside, or only the paths that are needed.")),
        )
    return tuple(found)


def names_at(folder: bytes, top: bytes) -> tuple[bytes, ...]:
    """Name what is directly in a mount point, or in what stands for it below a folder.

    Each with the path that it has in production. Raises SourceError.
    """
    place = folder + top
    try:
        return tuple(top + b"/" + name for name in os.listdir(place))
    except OSError as error:
        raise unreadable(place, error.strerror or type(error).__name__) from error


def top_from(top: bytes, fresh: bytes) -> Top:
    """Tell how a mount point looks, and how it will look."""
    return Top(path=top, fresh=_looks(fresh), old=_looks(top))


def _looks(path: bytes) -> str:
    found = os.stat(path)
    return f"{found.st_uid}:{found.st_gid}:{stat.S_IMODE(found.st_mode):04o}"
