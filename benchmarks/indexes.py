"""How much memory the witness takes to know where a million blobs are stored."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.rows import Goal, Row
from benchmarks.running import run
from benchmarks.tools import HERE, Bench

_BLOBS = 1_000_000
_IN_A_PACK = 400
_IN_A_FILE = 40_000
_GOAL = Goal(bound=120)


def measure_index(bench: Bench) -> Iterator[Row]:
    """Fill an index from files as restic writes them, in a process of its own, and ask it."""
    blobs = max(round(_BLOBS * bench.share), 2 * _IN_A_PACK)
    told = json.loads(run((sys.executable, "-m", "benchmarks.indexes", str(blobs)), cwd=HERE).out)
    work = f"index of {blobs:,} blobs in memory"
    # Of a small index what the process itself takes is the most.
    goal = _GOAL if blobs == _BLOBS else None
    for key, against in (("held", "held once filled"), ("peak", "at most, while it is filled")):
        yield Row(
            key=f"index-{key}",
            work=work,
            against=against,
            figure=told[key] / blobs,
            unit="bytes a blob",
            goal=goal,
        )


def main() -> None:
    """Fill and ask an index of so many blobs; print what it took of the process's memory."""
    # Loaded before the memory is looked at: the program is no part of an index.
    import msgspec

    from continuity.witness.index import Index, IndexFile

    blobs = int(sys.argv[1])
    before = _resident("VmRSS")
    index = Index(2)
    for start in range(0, blobs, _IN_A_FILE):
        text = _file(start, min(start + _IN_A_FILE, blobs))
        index.add(msgspec.json.decode(text, type=IndexFile), "made up")
    for number in range(0, blobs, 997):
        if len(index.places(_id("blob", number), tree=False)) != 1:
            sys.exit("a blob was not found")
    found = {"held": _resident("VmRSS") - before, "peak": _resident("VmHWM") - before}
    sys.stdout.write(json.dumps(found))


def _file(start: int, end: int) -> bytes:
    """Write an index file of the blobs with these numbers, 512 KiB each before compression."""
    packs = [
        {
            "id": _id("pack", first).hex(),
            "blobs": [
                {
                    "id": _id("blob", number).hex(),
                    "type": "data",
                    "offset": (number - first) * 40_000,
                    "length": 40_000,
                    "uncompressed_length": 1 << 19,
                }
                for number in range(first, min(first + _IN_A_PACK, end))
            ],
        }
        for first in range(start, end, _IN_A_PACK)
    ]
    return json.dumps({"packs": packs}).encode()


def _id(kind: str, number: int) -> bytes:
    return hashlib.sha256(f"{kind} {number}".encode()).digest()


def _resident(key: str) -> int:
    # Of this program alone; what getrusage tells may be its parent's.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition(f"{key}:")[2].split()[0]) << 10


if __name__ == "__main__":
    main()
