"""A restic repository of each line with one known snapshot."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from continuity.engines.engine import BackupResult
from tests.support.engines import PASSWORD, Bench, bench, copied
from tests.support.programs import ResticLine, restic_of

FILES = {
    "a[1].txt": b"brackets",
    "a1.txt": b"one",
    "deep/a1.txt": b"deep one",
    "deep/*": b"star",
    "other/**": b"two stars",
    "other/ b": b"blank",
    "big": os.urandom(300_000),
}


@dataclass(frozen=True)
class Stock:
    """A repository of one restic with one snapshot of the files."""

    bench: Bench
    source: Path
    first: BackupResult

    def path(self, name: str) -> bytes:
        return os.fsencode(self.source / name)

    def copy(self, place: Path) -> Bench:
        """Copy the repository, to be damaged."""
        copy = replace(self.bench, place=place)
        shutil.copytree(self.bench.repository, copy.repository)
        return copy


def stocked(line: ResticLine, place: Path) -> Stock:
    """Make a repository with one snapshot of the files."""
    source = place / "source"
    for name, content in FILES.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(content)
    table = bench("restic", place / "bench", restic_of(line))
    return Stock(table, source, copied(table.initialised(), source))


def plain_restic(
    table: Bench, *words: str | Path, cwd: Path | None = None, feed: bytes = b""
) -> None:
    """Use restic as somebody else would."""
    subprocess.run(
        [table.program, "--no-cache", "-r", table.repository, *words],
        env={"PATH": os.environ["PATH"], "RESTIC_PASSWORD": PASSWORD.reveal()},
        cwd=cwd,
        input=feed,
        check=True,
        capture_output=True,
        timeout=60,
    )


def flip(path: Path, at: int = 100) -> None:
    """Change one byte of a stored file."""
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.write_bytes(content)


def largest_pack(table: Bench) -> Path:
    return max(table.repository.glob("data/*/*"), key=lambda pack: pack.stat().st_size)
