"""Plant known files on this machine, never over anything, and take them away again."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from continuity.domain.canary import Seedling
from continuity.domain.failure import SourceError
from continuity.domain.text import N_, say, shown

_DEPTH = 2
_LONGEST = 1 << 20
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_LOOK = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def folders_below(root: bytes, leave_out: Callable[[bytes, bool], bool]) -> Iterator[bytes]:
    """Give a directory and those a little below it in which files can be made.

    No link is followed, no mount entered, nothing hidden, left out or of an unreadable name taken.
    """
    try:
        device = os.lstat(root).st_dev
    except OSError:
        return
    if os.path.isdir(root) and not os.path.islink(root):
        yield from _below(root, device, leave_out, _DEPTH)


def _below(
    folder: bytes, device: int, leave_out: Callable[[bytes, bool], bool], depth: int
) -> Iterator[bytes]:
    if os.access(folder, os.W_OK | os.X_OK):
        yield folder
    if not depth:
        return
    # What cannot be listed is no place to plant in.
    with suppress(OSError), os.scandir(folder) as found:
        names = sorted(entry.name for entry in found if entry.is_dir(follow_symlinks=False))
        for name in names:
            path = folder.rstrip(b"/") + b"/" + name
            fits = not name.startswith(b".") and _is_readable(name) and not leave_out(path, True)
            if fits and os.lstat(path).st_dev == device:
                yield from _below(path, device, leave_out, depth - 1)


def _is_readable(name: bytes) -> bool:
    try:
        return name.decode().isprintable()
    except UnicodeDecodeError:
        return False


def plant(seedling: Seedling) -> None:
    """Write a file where none is, and only then. Raises SourceError.

    It appears whole: it gets its name when its content is on the disk. Where the file system
    cannot do that, it has its name from the beginning.
    """
    folder = os.path.dirname(seedling.path)
    try:
        descriptor = _nameless(folder)
        if descriptor is None:
            _write_named(seedling)
        else:
            with os.fdopen(descriptor, "wb") as file:
                _write(file, seedling)
                _give_name(descriptor, seedling.path)
        _keep_name(folder)
    except OSError as error:
        raise SourceError(
            say(
                N_("{path} could not be planted: {reason}."),
                path=shown(seedling.path),
                reason=error.strerror or type(error).__name__,
            ),
            remedy=say(N_("Run it as a user who may write there, or try again for other names.")),
        ) from error


def _nameless(folder: bytes) -> int | None:
    try:
        return os.open(folder, os.O_WRONLY | os.O_TMPFILE | os.O_CLOEXEC, 0o644)
    except OSError as error:
        if error.errno in {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL}:
            return None
        raise


def _give_name(descriptor: int, path: bytes) -> None:
    # Only beside a directory's descriptor does Python follow the link that stands for the file.
    files = os.open("/proc/self/fd", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.link(str(descriptor), path, src_dir_fd=files, follow_symlinks=True)
    finally:
        os.close(files)


def _write_named(seedling: Seedling) -> None:
    descriptor = os.open(seedling.path, _NEW, 0o644)
    try:
        with os.fdopen(descriptor, "wb") as file:
            _write(file, seedling)
    except BaseException:  # also an interrupt; it goes on below
        os.unlink(seedling.path)
        raise


def _write(file: BinaryIO, seedling: Seedling) -> None:
    file.write(seedling.content)
    file.flush()
    os.fsync(file.fileno())
    stamp = int(seedling.mtime.timestamp()) * 10**9
    os.utime(file.fileno(), ns=(stamp, stamp))


@contextmanager
def one_at_a_time(directory: Path) -> Iterator[None]:
    """Let nobody else plant meanwhile; who comes second waits. Ends with the process."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "planting.lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _keep_name(folder: bytes) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def digest_of(path: bytes) -> str | None:
    """Give the SHA-256 of a planted file in hex, None when it is gone.

    A link or anything else in its place, or a file grown far beyond what was planted, has an empty
    digest. Raises SourceError when it cannot be read.
    """
    try:
        descriptor = os.open(path, _LOOK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return ""
        raise _unreadable(path, error) from error
    try:
        content = os.read(descriptor, _LONGEST)
    except IsADirectoryError:
        return ""
    except OSError as error:
        raise _unreadable(path, error) from error
    finally:
        os.close(descriptor)
    return hashlib.sha256(content).hexdigest() if len(content) < _LONGEST else ""


def uproot(path: bytes, digest: str) -> bool:
    """Remove a planted file as long as it is what was planted; tells whether it is gone now."""
    found = digest_of(path)
    if found is not None and found != digest:
        return False
    try:
        os.unlink(path)
    except FileNotFoundError:
        return True
    except OSError as error:
        raise _unreadable(path, error) from error
    return True


def _unreadable(path: bytes, error: OSError) -> SourceError:
    return SourceError(
        say(
            N_("The canary {path} cannot be looked at: {reason}."),
            path=shown(path),
            reason=error.strerror or type(error).__name__,
        ),
        remedy=say(N_("Run it as a user who may read and write there.")),
    )
