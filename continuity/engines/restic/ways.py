"""Which way of restoring some paths is the cheapest that is right for every name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

# Measured on 2 cores with 20,000 files of 0.56 GB and 200,000 files of 0.8 GB, restic 0.14 and
# 0.18, in seconds: opening the repository (0.6 to 0.7), matching one pattern with one file (0.10
# to 0.13 us; 300, 1,000 and 3,000 of 20,000 took 1.7, 3.2 and 7 s), one file written and removed
# again (30 us each), one byte (0.2 to 0.3 GB/s; all of the 20,000 took 2.8 to 4.3 s).
_CALL = 0.65
_MATCH = 0.13e-6
_FILE = 60e-6
_BYTE = 1 / 0.25e9
# Half of what Linux lets a program's arguments take (2 MiB), the environment included.
_ARGUMENT_BYTES = 1 << 20
_DEEPEST = 8
# What restic's patterns give a meaning to; a backslash takes it away.
_SPECIAL = b"\\*?["
# Files on disk take more room than they have bytes.
_BLOCK = 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One call: everything under ``folder``, or only ``paths`` when there are any."""

    folder: bytes
    paths: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """How to restore: the calls to make and what they are expected to cost in seconds."""

    name: str
    parts: tuple[Part, ...]
    seconds: float
    whole: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Population:
    """The whole snapshot, and the room there is for it."""

    files: int
    bytes: int
    room: int


EVERYTHING = Part(folder=b"/", paths=())


def choose_way(paths: tuple[bytes, ...] | None, population: Population, *, folders: bool) -> Way:
    """Choose by cost; ``folders`` says that this restic can restore below a folder.

    Without paths there is one way, and without room for everything that way is closed.
    """
    everything = Way(
        name="everything", parts=(EVERYTHING,), seconds=_cost_of_all(population), whole=True
    )
    if paths is None:
        return everything
    ways = list(_ways_by_includes(paths, population, folders=folders))
    if population.bytes + population.files * _BLOCK <= population.room:
        ways.append(everything)
    return min(ways, key=lambda way: way.seconds)


def _cost_of_all(population: Population) -> float:
    return _CALL + population.files * _FILE + population.bytes * _BYTE


def _ways_by_includes(
    paths: tuple[bytes, ...], population: Population, *, folders: bool
) -> Iterator[Way]:
    yield _way("includes", {b"/": paths}, population)
    shared = _folders_shared(paths)
    for depth in range(shared + 1, shared + _DEEPEST if folders else shared + 1):
        yield _way("folders", _by_folder(paths, depth), population)


def _folders_shared(paths: tuple[bytes, ...]) -> int:
    """Count the folders that lead to every one of the paths; a group above them is all of them."""
    if not paths:
        return 0
    first, last = (path.split(b"/")[1:-1] for path in (min(paths), max(paths)))
    return next(
        (at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other),
        min(len(first), len(last)),
    )


def _by_folder(paths: tuple[bytes, ...], depth: int) -> dict[bytes, tuple[bytes, ...]]:
    """Group paths by their first folders; a path is never its own group."""
    groups: dict[bytes, list[bytes]] = defaultdict(list)
    for path in paths:
        names = path.split(b"/")[1:-1][:depth]
        groups[b"/" + b"/".join(names)].append(path)
    return {folder: tuple(members) for folder, members in groups.items()}


def _way(name: str, groups: dict[bytes, tuple[bytes, ...]], population: Population) -> Way:
    parts = tuple(
        Part(folder=folder, paths=batch)
        for folder, members in groups.items()
        for batch in _batches(members)
    )
    total = sum(len(members) for members in groups.values())
    # Each group is taken to hold as large a share of the files as of the sample.
    matched = sum(len(members) ** 2 for members in groups.values()) / max(total, 1)
    seconds = len(parts) * _CALL + matched * population.files * _MATCH + total * _FILE
    return Way(name=name, parts=parts, seconds=seconds)


def _batches(paths: tuple[bytes, ...]) -> Iterator[tuple[bytes, ...]]:
    batch: list[bytes] = []
    used = 0
    for path in paths:
        # The pattern at its longest, its option word, and a pointer and an end for both.
        size = 2 * len(path) + len("--include") + 18
        if batch and used + size > _ARGUMENT_BYTES:
            yield tuple(batch)
            batch, used = [], 0
        batch.append(path)
        used += size
    if batch:
        yield tuple(batch)


def pattern_from_path(path: bytes, folder: bytes) -> bytes:
    """Write an include pattern that means this path below ``folder``, and nothing else."""
    relative = path if folder == b"/" else path[len(folder) :]
    return b"".join(
        b"\\" + bytes((byte,)) if byte in _SPECIAL else bytes((byte,)) for byte in relative
    )
