"""The directory in which evidence of people and programs stands, each under its own SHA-256.

``sha256sum ab/abcd…`` prints the name of a file that was not altered.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO

from continuity.domain.exhibit import Exhibit
from continuity.domain.failure import ConfigurationError, SourceError
from continuity.domain.text import N_, say, shown

LARGEST = 64 << 20
"""No single thing of more bytes is kept."""

_CHUNK = 1 << 20


class Exhibits:
    """What is kept in one directory, which is made when the first thing comes."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def keep_file(self, kind: str, path: Path) -> Exhibit:
        """Keep a copy of a file. Raises SourceError, and ConfigurationError for one too large."""
        try:
            with path.open("rb") as source:
                return self._keep(kind, source)
        except OSError as error:
            raise SourceError(
                say(
                    N_("{path} cannot be kept as evidence: {cause}."),
                    path=shown(os.fsencode(path)),
                    cause=error.strerror or type(error).__name__,
                ),
                remedy=say(N_("Look whether it can be read, and whether there is room.")),
            ) from error

    def keep(self, kind: str, content: bytes) -> Exhibit:
        """Keep some bytes."""
        return self._keep(kind, BytesIO(content))

    def find(self, digest: str) -> Path | None:
        """Give the file of what is kept, None where it is gone."""
        path = self._place / digest[:2] / digest
        return path if path.is_file() else None

    def is_sound(self, digest: str) -> bool:
        """Tell whether what is kept is there and unaltered."""
        path = self.find(digest)
        if path is None:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == digest

    def _keep(self, kind: str, source: BinaryIO) -> Exhibit:
        self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._place, prefix="new-") as passing:
            digest, size = _copied(source, passing.file)
            passing.flush()
            os.fsync(passing.fileno())
            self._settle(Path(passing.name), digest)
        return Exhibit(kind=kind, digest=digest, size=size)

    def _settle(self, passing: Path, digest: str) -> None:
        """Give what was written its name, unless the same is kept already."""
        folder = self._place / digest[:2]
        folder.mkdir(mode=0o700, exist_ok=True)
        if not (folder / digest).exists():
            os.link(passing, folder / digest)


def _copied(source: BinaryIO, goal: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while part := source.read(_CHUNK):
        size += len(part)
        if size > LARGEST:
            raise ConfigurationError(
                say(N_("Evidence of more than {most} MiB is not kept."), most=LARGEST >> 20),
                remedy=say(N_("Keep it elsewhere, and give its checksum with --checksum.")),
            )
        digest.update(part)
        goal.write(part)
    return digest.hexdigest(), size
