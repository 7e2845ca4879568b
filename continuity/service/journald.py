"""Systemd's journal in its own protocol: a sentence for people, and fields to search by."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TextIO

PLACE = "/run/systemd/journal/socket"
_NAME = "continuity"


@dataclass(frozen=True, kw_only=True, slots=True)
class Journald:
    """Where the journal listens."""

    place: str = PLACE

    def take(self, message: str, priority: int, fields: Mapping[str, str | int]) -> bool:
        """Hand it one entry; False when it does not listen, or finds the entry too long."""
        own = {f"CONTINUITY_{name.upper()}": str(text) for name, text in fields.items()}
        entry = {"MESSAGE": message, "PRIORITY": str(priority), "SYSLOG_IDENTIFIER": _NAME, **own}
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as way:
                way.sendto(b"".join(_lines(entry)), self.place)
        except OSError:
            return False
        return True


def _lines(entry: Mapping[str, str]) -> Iterator[bytes]:
    for name, text in entry.items():
        told = text.encode("utf-8", "backslashreplace")
        if b"\n" in told:
            # What has lines of its own goes with its length, so that none can pass for a field.
            yield b"%s\n%s%s\n" % (name.encode(), len(told).to_bytes(8, "little"), told)
        else:
            yield b"%s=%s\n" % (name.encode(), told)


def leads_to_journald(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Tell whether a stream is the one that systemd connected to its journal."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"
