"""Look at the sources before rsync does: an empty one would make an empty copy and exit 0."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from continuity.domain.failure import ConfigurationError, SourceError
from continuity.domain.text import N_, Message, say, shown
from continuity.engines.engine import BackupRequest


def check_sources(request: BackupRequest, repository: Path) -> tuple[bytes, ...]:
    """Give the paths to copy, in normal form.

    Raises SourceError when one is missing, empty or a link, ConfigurationError when one cannot be
    meant.
    """
    if not request.paths:
        raise SourceError(say(N_("There is nothing to copy: no path is named.")))
    if not all(request.excludes):
        raise ConfigurationError(say(N_("An exclude pattern is empty.")))
    roots = tuple(_normal(path) for path in request.paths)
    # What is on another machine cannot be looked at from here; rsync's counts are judged instead.
    for root in roots if request.transport is None else ():
        _check_source(root)
        _check_apart(root, repository, request.one_file_system)
    return roots


def ancestors_of(roots: tuple[bytes, ...]) -> frozenset[bytes]:
    """Name the directories above the sources; the root itself is the empty name."""
    found: set[bytes] = set()
    for root in roots:
        above = os.path.dirname(root)
        while above != b"/":
            found.add(above)
            above = os.path.dirname(above)
    return frozenset(found - set(roots)) | {b""}


def _normal(path: bytes) -> bytes:
    if not path.startswith(b"/") or b".." in path.split(b"/") or b"\0" in path:
        raise ConfigurationError(
            say(N_("{path} is not an absolute path."), path=shown(path)),
            remedy=say(N_("Write the whole path, from / on and without ..")),
        )
    # rsync cuts a path at /./ in it, and POSIX keeps a leading double slash.
    return b"/" + os.path.normpath(path).lstrip(b"/")


def _check_source(root: bytes) -> None:
    path = shown(root)
    try:
        mode = os.lstat(root).st_mode
        empty = stat.S_ISDIR(mode) and _is_empty(root)
    except FileNotFoundError as error:
        raise _source_error(say(N_("The source {path} does not exist."), path=path)) from error
    except OSError as error:
        reason = error.strerror or ""
        raise _source_error(
            say(N_("The source {path} cannot be read: {reason}."), path=path, reason=reason)
        ) from error
    if stat.S_ISLNK(mode):
        raise SourceError(
            say(N_("The source {path} is a symbolic link, and only a link is copied."), path=path),
            remedy=say(N_("Name what it leads to: {path}"), path=shown(os.path.realpath(root))),
        )
    if empty:
        raise _source_error(say(N_("The source {path} is empty."), path=path))


def _is_empty(directory: bytes) -> bool:
    with os.scandir(directory) as entries:
        return next(entries, None) is None


def _check_apart(root: bytes, repository: Path, one_file_system: bool) -> None:
    """Refuse to copy a repository into itself, unless a mount point keeps rsync out of it."""
    inside = os.path.realpath(os.fsencode(repository))
    true = os.path.realpath(root)
    if inside != true and not inside.startswith(true.rstrip(b"/") + b"/"):
        return
    if one_file_system and os.stat(inside).st_dev != os.stat(true).st_dev:
        return
    raise ConfigurationError(
        say(N_("The repository lies within its own source {path}."), path=shown(root)),
        remedy=say(N_("Keep the repository on another disk, or name the source more narrowly.")),
    )


def _source_error(what: Message) -> SourceError:
    return SourceError(
        what,
        remedy=say(N_("Look whether its disk is mounted. Nothing was copied, nothing removed.")),
    )
