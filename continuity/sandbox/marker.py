"""The marker that says a directory is ours to delete."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import asdict, dataclass
from datetime import datetime

from continuity.domain.clock import text_from_time, time_from_text
from continuity.hosts.process import Process

MARKER = "continuity-sandbox.json"
"""Beside the restored tree, never inside it."""

_LONGEST = 1 << 16
_NAME = re.compile(r"sandbox-([0-9a-f]{32})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Marker:
    """Who made a sandbox, when, and the token that its name repeats.

    ``inode`` is the directory's own, so that a copy of a sandbox is not taken for one.
    """

    token: str
    run_id: str
    created: datetime
    process: Process
    inode: int


def name_from_token(token: str) -> str:
    """Give the name of the directory that holds the sandbox with this token."""
    return f"sandbox-{token}"


def write_marker(directory: int, marker: Marker) -> None:
    """Write the marker into an open directory that has none, and make it last."""
    plain = asdict(marker) | {"created": text_from_time(marker.created)}
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    file = os.open(MARKER, flags, 0o600, dir_fd=directory)
    with os.fdopen(file, "w", encoding="utf-8") as stream:
        json.dump(plain, stream)
        stream.flush()
        os.fsync(stream.fileno())


def read_marker(directory: int, name: str) -> Marker | None:
    """Read the marker of an open directory of this name; None unless it is ours beyond doubt."""
    named = _NAME.fullmatch(name)
    found = os.fstat(directory)
    if named is None or found.st_uid != os.geteuid():
        return None
    try:
        marker = _marker_from_text(_read(directory))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if marker.token != named[1] or marker.inode != found.st_ino:
        return None
    return marker


def _read(directory: int) -> str:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    file = os.open(MARKER, flags, dir_fd=directory)
    with os.fdopen(file, "rb") as stream:
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
            raise ValueError("not a file of ours")
        return stream.read(_LONGEST).decode()


def _marker_from_text(text: str) -> Marker:
    plain = json.loads(text)
    process = plain["process"]
    return Marker(
        token=str(plain["token"]),
        run_id=str(plain["run_id"]),
        created=time_from_text(str(plain["created"])),
        process=Process(
            host=str(process["host"]),
            boot=str(process["boot"]),
            namespace=str(process["namespace"]),
            pid=int(process["pid"]),
            started=int(process["started"]),
        ),
        inode=int(plain["inode"]),
    )
