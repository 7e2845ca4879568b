"""What a manifest weighs on disk, and how much memory sealing one takes."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.rows import Goal, Row
from benchmarks.running import run
from benchmarks.tools import HERE, Bench, emptied
from continuity.domain.listing import Unsurveyed
from continuity.domain.manifest import Entry, Kind, Seal
from continuity.domain.seal import seal
from continuity.domain.snapshot import Listed
from continuity.store.manifests import ManifestShelf

_ENTRIES = 1_000_000
_FOLDER = 200
_MTIME_NS = 1_700_000_000 * 10**9
_BYTES_AN_ENTRY = Goal(bound=60)
_MEGABYTES = Goal(bound=200)


def measure_manifest(bench: Bench) -> Iterator[Row]:
    """Seal a million entries in a process of its own, and look at what it leaves and took."""
    count = max(round(_ENTRIES * bench.share), 1)
    with emptied(bench.scratch / "manifests") as place:
        ran = run((sys.executable, "-m", "benchmarks.manifests", str(count), place), cwd=HERE)
    told = json.loads(ran.out)
    work = f"manifest of {count:,} entries"
    yield Row(
        key="manifest-disk",
        work=f"{work}, on disk",
        against="",
        figure=told["bytes"] / count,
        unit="bytes an entry",
        goal=_BYTES_AN_ENTRY,
    )
    yield Row(
        key="manifest-memory",
        work=f"{work}, sealed: the most memory",
        against="",
        figure=ran.peak / 1e6,
        unit="MB",
        goal=_MEGABYTES,
        ours=ran.seconds,
    )


def _entries(count: int) -> Iterator[Entry]:
    """Give what a survey would: names of real length, hashes that no compression shrinks."""
    for number in range(count):
        path = _path(number)
        yield Entry(
            path,
            Kind.FILE,
            number * 7919 % 65_536,
            _MTIME_NS + number * 1_234_567,
            _MTIME_NS + number * 2_345_678,
            2_049,
            number * 3 + 11,
            1,
            0o644,
            1_000,
            1_000,
            seal=Seal.SURVEYED,
            sha256=hashlib.sha256(path).digest(),
        )


def _listed(count: int) -> Iterator[Listed]:
    for entry in _entries(count):
        yield Listed(
            path=entry.path,
            kind=entry.kind,
            size=entry.size,
            mtime_ns=entry.mtime_ns,
            lossy=False,
            mode=entry.mode,
        )


def _path(number: int) -> bytes:
    return b"/srv/data/department-%05d/document-%09d.dat" % (number // _FOLDER, number)


def main() -> None:
    """Seal so many entries into a directory, and print what came of it."""
    count, place = int(sys.argv[1]), Path(sys.argv[2])
    spool, shelf = ManifestShelf(place / "spool"), ManifestShelf(place / "shelf")
    surveyed = spool.write(_entries(count), {"job": "benchmark"})
    sealed = seal(spool.read(surveyed.digest), _listed(count), Unsurveyed())
    summary = shelf.write(sealed, {"job": "benchmark"})
    size = shelf.path(summary.digest).stat().st_size
    sys.stdout.write(json.dumps({"bytes": size, "sealed": summary.sealed}))


if __name__ == "__main__":
    main()
