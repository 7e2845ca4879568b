"""Files and packs read by the witness, against every way in which restic gives the same."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.mounting import NotPossibleHereError, read_mounted
from benchmarks.rows import Compared, Goal, Row, unmeasured
from benchmarks.running import Ran, in_turn, run
from benchmarks.sets import SETS, made, scaled
from benchmarks.splitting import newer_restic, restored_by_folder
from benchmarks.tools import HERE, PASSWORD, Bench, Restic, draw, emptied

if TYPE_CHECKING:
    # Its loading is part of what is measured, in a process of its own.
    from continuity.witness.repository import Repository

_SEED = "benchmark"
_SIZES = (10, 299, 2_995, 5_000)
_GOALS = {("A", 5_000): Goal(bound=0.15), ("B", 2_995): Goal(bound=0.1)}
_RATE = Goal(bound=0.7, at_least=True)
_COSTLY = 300_000_000
"""Patterns times files from which restic takes minutes: done once, and not prepared."""

Work = Callable[[], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Field:
    """A repository with one snapshot of a set."""

    bench: Bench
    name: str
    source: Path
    place: Path

    @property
    def plain(self) -> Restic:
        """restic as it is installed."""
        return Restic(location=self.place / "repository")


def measure_reading(bench: Bench) -> Iterator[Row]:
    """Measure samples of set A, and all its packs read back."""
    with emptied(bench.scratch / "reading-A") as place:
        field = _begun(bench, "A", place)
        yield from _samples(field)
        yield from _read_back(field)


def measure_reading_of_many(bench: Bench) -> Iterator[Row]:
    """Measure samples of set B."""
    with emptied(bench.scratch / "reading-B") as place:
        yield from _samples(_begun(bench, "B", place))


def _begun(bench: Bench, name: str, place: Path) -> _Field:
    place.mkdir()
    source = made(scaled(SETS[name], bench.share), bench.cache)
    field = _Field(bench=bench, name=name, source=source, place=place)
    field.plain.run("init")
    field.plain.run("backup", source)
    return field


def _samples(field: _Field) -> Iterator[Row]:
    """Measure samples of growing size; the whole process counts, keys and index included."""
    files = scaled(SETS[field.name], field.bench.share).files
    for size in _SIZES:
        if size > files and size != _SIZES[0]:
            continue
        paths = draw(field.source, size, _SEED)
        rivals, missing = _rivals(field, paths)
        times = 1 if size * files > _COSTLY else field.bench.repetitions
        took = in_turn(times, partial(_read, field, paths), *rivals.values())
        for against, theirs in zip(rivals, took[1:], strict=True):
            yield Compared(
                key=f"witness-{field.name}-{size}-{_WORDS[against]}",
                work=f"{len(paths):,} of {field.name} read without restic",
                against=against,
                ours=took[0],
                theirs=theirs,
            ).ratio(_GOALS.get((field.name, size)) if against == _INCLUDES else None)
        for against, why in missing.items():
            key = f"witness-{field.name}-{size}-{_WORDS[against]}"
            work = f"{len(paths):,} of {field.name} read without restic"
            yield unmeasured(key, work, against, f"not possible here: {why}")


_INCLUDES = "restic restore of the same"
_FOLDERS = "restic restore, a call for each folder"
_MOUNTED = "restic mount, and reading the same"
_WORDS = {_INCLUDES: "includes", _FOLDERS: "folders", _MOUNTED: "mounted"}


def _rivals(field: _Field, paths: Sequence[bytes]) -> tuple[dict[str, Work], dict[str, str]]:
    """Give each of restic's ways that works here, and why another does not."""
    rivals: dict[str, Work] = {_INCLUDES: partial(_restore, field, paths)}
    missing: dict[str, str] = {}
    newer = newer_restic()
    if newer is None:
        missing[_FOLDERS] = "restic restores a folder of a snapshot since 0.17"
    else:
        plain = Restic(location=field.plain.location, program=newer)
        place = field.place / "by-folder"
        rivals[_FOLDERS] = partial(restored_by_folder, plain, field.source, paths, place)
    mounted = partial(read_mounted, field.plain, paths, field.place / "mounted")
    try:
        mounted()
    except NotPossibleHereError as error:
        missing[_MOUNTED] = str(error)
    else:
        rivals[_MOUNTED] = mounted
    return rivals, missing


def _read(field: _Field, paths: Sequence[bytes]) -> float:
    chosen = field.place / "chosen"
    chosen.write_bytes(b"\0".join(paths))
    return _witness(field, "files", str(chosen)).seconds


def _restore(field: _Field, paths: Sequence[bytes]) -> float:
    with emptied(field.place / "restored") as target:
        return field.plain.restored(target, paths)


def _read_back(field: _Field) -> Iterator[Row]:
    """Measure reading all packs back: by the clock, and by a core's own time.

    The rate per core is the comparison that another program beside it disturbs least.
    """
    ours, theirs, structure = [], [], []
    for _ in range(field.bench.repetitions):
        ours.append(_witness(field, "packs"))
        theirs.append(field.plain.check("--read-data"))
        structure.append(field.plain.check())
    work = f"all packs of {field.name} read back"
    yield Compared(
        key="read-back-clock",
        work=work,
        against="restic check --read-data",
        ours=tuple(ran.seconds for ran in ours),
        theirs=tuple(ran.seconds for ran in theirs),
    ).ratio()
    own = _processor(ours)
    for key, against, other, goal in (
        ("rate", "restic check --read-data", _processor(theirs), _RATE),
        ("rate-net", "the same, less restic check", _net(theirs, structure), None),
    ):
        if other <= 0:
            why = "too little to tell apart from the structure"
            yield unmeasured(f"read-back-{key}", f"{work}: rate per core", against, why)
            continue
        yield Row(
            key=f"read-back-{key}",
            work=f"{work}: rate per core",
            against=against,
            figure=other / own,
            unit="times the rate",
            goal=goal,
            ours=own,
            theirs=other,
            repetitions=len(ours),
        )


def _processor(runs: Sequence[Ran]) -> float:
    return median(ran.processor for ran in runs)


def _net(whole: Sequence[Ran], structure: Sequence[Ran]) -> float:
    return _processor(whole) - _processor(structure)


def _witness(field: _Field, *words: str) -> Ran:
    program = (sys.executable, "-m", "benchmarks.reading")
    return run((*program, field.plain.location, *words), cwd=HERE)


def main() -> None:
    """Read the files that are listed in a file, or all packs; fail unless all could be read."""
    from continuity.domain.secret import Secret
    from continuity.locations.objects_local import LocalObjects
    from continuity.witness.repository import Repository

    place, what, *chosen = sys.argv[1:]
    with Repository(LocalObjects(os.fsencode(place)), Secret(PASSWORD)) as repository:
        right = _read_files(repository, Path(*chosen)) if what == "files" else _packs(repository)
    if not right:
        sys.exit("not everything could be read")


def _read_files(repository: Repository, chosen: Path) -> bool:
    from continuity.witness.lying import find_files
    from continuity.witness.observing import observe_found

    paths = chosen.read_bytes().split(b"\0")
    newest = repository.snapshots()[-1].id
    found = find_files(repository, newest, paths)
    read = observe_found(repository, found, lambda _files, _size: None)
    return len(read.entries) == len(paths) and not read.troubles


def _packs(repository: Repository) -> bool:
    from continuity.witness.readback import read_packs, stored_packs

    packs = stored_packs(repository)
    read = [one.trouble for one in read_packs(repository, packs)]
    return bool(packs) and read == [None] * len(packs)


if __name__ == "__main__":
    main()
