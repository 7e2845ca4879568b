"""Reads what others put into a directory: files, and the files of mails in a Maildir."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from itertools import islice
from pathlib import Path

from continuity.domain.text import shown

LARGEST = 8 << 20
_MOST = 500
_DIGEST = ".json"
_LONGEST_NAME = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Dropped:
    """Something that arrived. ``mark`` tells this arrival from every other, also of the same file.

    ``content`` is None for what cannot be read or is too large; ``shown`` is its name for people.
    """

    mark: str
    shown: str
    content: bytes | None


def dropped_in(directory: str) -> Iterator[Dropped]:
    """Give what lies in a directory, the newest first and not endlessly; links are not followed.

    Files beside a Maildir count when their name ends in ``.json``, and of mails such files.
    """
    root = Path(directory)
    for path in _newest(root):
        if path.suffix == _DIGEST:
            yield _dropped(path, path.name, _read(path))
    for folder in ("new", "cur"):
        for path in _newest(root / folder):
            yield from _in_mail(path, _read(path) or b"")


def _newest(folder: Path) -> list[Path]:
    try:
        entries = [
            (entry.stat(follow_symlinks=False).st_mtime_ns, entry.name)
            for entry in islice(os.scandir(folder), 10 * _MOST)
            if not entry.name.startswith(".") and entry.is_file(follow_symlinks=False)
        ]
    except OSError:
        return []
    return [folder / name for _, name in sorted(entries, reverse=True)[:_MOST]]


def _read(path: Path) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
                return None
            return file.read(LARGEST)
    except OSError:
        return None


def _in_mail(path: Path, content: bytes) -> Iterator[Dropped]:
    """Give the files of a mail that may be digests; who sent it proves nothing."""
    try:
        mail = message_from_bytes(content, policy=default)
        files = [
            (str(part.get_filename() or ""), part.get_payload(decode=True))
            for part in mail.walk()
            if not part.is_multipart()
        ]
    except Exception:  # noqa: BLE001 - a reader of mails may fail in any way on what is none
        return
    for name, text in files:
        if name.endswith(_DIGEST):
            yield _dropped(path, name, text if isinstance(text, bytes) else None)


def _dropped(path: Path, name: str, content: bytes | None) -> Dropped:
    # A mail that was read gets another name in another folder, and is the same.
    arrival = path.name.partition(":2,")[0]
    try:
        when = path.stat(follow_symlinks=False).st_mtime_ns
    except OSError:
        when = 0
    digest = hashlib.sha256(b"" if content is None else content).hexdigest()[:32]
    told = shown(os.fsencode(name))[:_LONGEST_NAME]
    mark = hashlib.sha256(os.fsencode(arrival)).hexdigest()[:16]
    return Dropped(mark=f"{mark}-{when}-{digest}", shown=told, content=content)
