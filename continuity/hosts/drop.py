"""Reads what others put into a directory: files, and the files of mails in a Maildir."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from itertools import islice
from pathlib import Path

from continuity.domain.text import shown

LARGEST = 8 << 20
_MOST = 500
_DIGEST = ".json"
_MAILS = ("new", "cur")
_LONGEST_NAME = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Dropped:
    """Something that arrived; ``shown`` is its name for people.

    ``content`` is None for what cannot be read or is too large.
    """

    shown: str
    content: bytes | None


def arrivals_in(directory: str) -> Mapping[str, Path]:
    """Give what lies in a directory, the newest and not endlessly; links are not followed.

    The keys tell each arrival from every other, also of a file with the same name. Files beside
    a Maildir count when their name ends in ``.json``; of the Maildir, all mails do.
    """
    root = Path(directory)
    found = {_mark(path, when): path for path, when in _newest(root) if path.suffix == _DIGEST}
    for folder in _MAILS:
        found |= {_mark(path, when): path for path, when in _newest(root / folder)}
    return found


def dropped_from(path: Path) -> Iterator[Dropped]:
    """Read what arrived: a file, or the files of a mail; who sent it proves nothing."""
    content = _read(path)
    if path.parent.name not in _MAILS:
        yield Dropped(shown=_shown(path.name), content=content)
        return
    for name, text in _files_of(content or b""):
        if name.endswith(_DIGEST):
            yield Dropped(shown=_shown(name), content=text)


def _newest(folder: Path) -> list[tuple[Path, str]]:
    try:
        files = [
            (entry.stat(follow_symlinks=False), entry.name)
            for entry in islice(os.scandir(folder), 10 * _MOST)
            if not entry.name.startswith(".") and entry.is_file(follow_symlinks=False)
        ]
    except OSError:
        return []
    named = ((found.st_mtime_ns, found.st_size, name) for found, name in files)
    newest = sorted(named, reverse=True)[:_MOST]
    return [(folder / name, f"{when}-{size}") for when, size, name in newest]


def _mark(path: Path, when: str) -> str:
    # A mail that was read gets another name in another folder, and is the same.
    name = path.name.partition(":2,")[0]
    return f"{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}-{when}"


def _shown(name: str) -> str:
    return shown(os.fsencode(name))[:_LONGEST_NAME]


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


def _files_of(content: bytes) -> list[tuple[str, bytes | None]]:
    try:
        parts = message_from_bytes(content, policy=default).walk()
        files = [
            (str(part.get_filename() or ""), part.get_payload(decode=True))
            for part in parts
            if not part.is_multipart()
        ]
    except Exception:  # noqa: BLE001 - a reader of mails may fail in any way on what is none
        return []
    return [(name, text if isinstance(text, bytes) else None) for name, text in files]
