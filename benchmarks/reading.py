"""Files read by the witness against the same files restored by restic, and its memory."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks.rows import Compared, Goal, Row
from benchmarks.running import in_turn, run
from benchmarks.tools import HERE, PASSWORD, Restic, emptied

_SIZES = {"A": (10, 299, 2_995, 5_000), "B": (10, 299, 2_995)}
_GOALS = {("A", 5_000): Goal(bound=0.15), ("B", 2_995): Goal(bound=0.1)}


def measure_reading(
    name: str, repository: Path, drawn: Callable[[int], Sequence[bytes]], repetitions: int
) -> Iterator[Row]:
    """Measure samples of growing size; the whole process counts, keys and index included."""
    for size in _SIZES.get(name, ()):
        paths = drawn(size)
        took = in_turn(
            repetitions,
            partial(_read, repository, paths),
            partial(_restore, repository, paths),
        )
        yield Compared(
            key=f"witness-{name}-{size}",
            work=f"{len(paths):,} of {name} read without restic",
            against="restic restore of the same",
            ours=took[0],
            theirs=took[1],
        ).ratio(_GOALS.get((name, size)))


def _read(repository: Path, paths: Sequence[bytes]) -> float:
    chosen = repository.with_name("chosen")
    chosen.write_bytes(b"\0".join(paths))
    return run((sys.executable, "-m", "benchmarks.reading", repository, chosen), cwd=HERE).seconds


def _restore(repository: Path, paths: Sequence[bytes]) -> float:
    with emptied(repository.with_name("restored")) as target:
        return Restic(location=repository).restored(target, paths)


def main() -> None:
    """Read what is listed in a file, and fail unless all of it could be read."""
    from continuity.domain.secret import Secret
    from continuity.locations.objects_local import LocalObjects
    from continuity.witness.observing import observe_stored
    from continuity.witness.repository import Repository

    place, chosen = sys.argv[1:]
    paths = Path(chosen).read_bytes().split(b"\0")
    with Repository(LocalObjects(os.fsencode(place)), Secret(PASSWORD)) as repository:
        newest = repository.snapshots()[-1].id
        read = observe_stored(repository, newest, paths, lambda _files, _size: None)
    if len(read.entries) != len(paths) or read.troubles:
        sys.exit("not everything could be read")


if __name__ == "__main__":
    main()
