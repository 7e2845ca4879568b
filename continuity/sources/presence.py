"""Is the source there at all? Asked before anything is copied, lest a void replace data."""

from __future__ import annotations

import os
from collections.abc import Sequence

from continuity.domain.failure import SourceError
from continuity.domain.text import N_, say, shown


def require_source(
    roots: Sequence[bytes], mounts: Sequence[bytes], sentinels: Sequence[bytes]
) -> None:
    """Refuse a source that is missing, not mounted or without its sentinel files.

    Raises SourceError naming the first path that is wrong. A program such as restic 0.14 skips a
    missing source with exit code 0, and rsync empties the copy of an empty one.
    """
    for mount in mounts:
        _require_mount(mount)
    for root in roots:
        _require_present(root)
    for sentinel in sentinels:
        _require_sentinel(sentinel)


def _require_mount(mount: bytes) -> None:
    if os.path.ismount(mount):
        return
    raise SourceError(
        say(N_("{path} is not mounted, so what is there is not the source."), path=shown(mount)),
        remedy=say(N_("Mount it and run again; the copies made before stay as they are.")),
    )


def _require_present(root: bytes) -> None:
    try:
        os.lstat(root)
        if os.path.isdir(root):
            os.listdir(root)
    except FileNotFoundError:
        raise SourceError(
            say(N_("The source {path} does not exist."), path=shown(root)),
            remedy=say(N_("Bring it back, or correct the job's paths if it moved.")),
        ) from None
    except OSError as error:
        raise SourceError(
            say(
                N_("The source {path} cannot be read: {cause}."),
                path=shown(root),
                cause=error.strerror or type(error).__name__,
            ),
            remedy=say(N_("Give the account that runs the backup the right to read it.")),
        ) from None


def _require_sentinel(sentinel: bytes) -> None:
    if os.path.lexists(sentinel):
        return
    raise SourceError(
        say(N_("The sentinel file {path} is missing from the source."), path=shown(sentinel)),
        remedy=say(N_("Look whether the right disk or share is mounted and not emptied.")),
    )
