"""Nights and restore tests of a file set, with restic, against plain restic."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.rivals import Borgmatic, RivalMissingError
from benchmarks.rows import Compared, Goal, Row, unmeasured
from benchmarks.running import in_turn, run
from benchmarks.sets import SETS, made, scaled, seconds_until_settled
from benchmarks.tools import Bench, Restic, Workspace, draw, emptied, write_workspace

_SEED = "benchmark"
_SCRIPT = "script: restic restore, sha256sum"
_SPOT = "borgmatic's spot check of as many"
_SAMPLES = {"A": (299, Goal(bound=1.4)), "B": (2_995, Goal(bound=0.25))}
_FIRST_NIGHT = Goal(bound=1.25)
_QUIET_NIGHT = Goal(bound=1.3)
_FULL_DRILL = Goal(bound=1.2)
_SPOT_CHECK = Goal(bound=5, at_least=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One set, a workspace that backs it up, and plain restic with a repository of its own."""

    name: str
    source: Path
    place: Path
    bench: Bench
    ours: Workspace
    plain: Restic

    @property
    def repository(self) -> Restic:
        """The repository of the workspace, for plain restic to restore from."""
        return Restic(location=self.ours.root / "repositories" / "work")


def measure_set(bench: Bench, name: str) -> Iterator[Row]:
    """Measure everything about one set, in the order in which a firm would meet it."""
    files = scaled(SETS[name], bench.share)
    source = made(files, bench.cache)
    if bench.repetitions > 1:
        time.sleep(seconds_until_settled(files, bench.cache))
    with emptied(bench.scratch / f"set-{name}") as place:
        begun = place / "begun"
        _begin(begun, source)
        yield _first_night(bench, name, source, begun)
        field = _copied(bench, name, source, begun, place / "kept")
        field.ours.run("backup", "work")
        field.plain.run("backup", source)
        yield _quiet_night(field)
        if name in _SAMPLES:
            yield from _samples(field)
        yield from _full_drill(field)


def _begin(place: Path, source: Path) -> None:
    """Make workspace and repositories, each with one snapshot of a tiny job in it.

    So nobody is charged with making a repository, nor with the copies of manifests, which are
    made once a day after the first backup of it.
    """
    tiny = place / "tiny"
    tiny.mkdir(parents=True)
    (tiny / "file").write_bytes(b"tiny")
    sources = {"work": source, "tiny": tiny}
    ours = write_workspace(place / "ours", sources, engine="restic", repository="work")
    ours.run("backup", "tiny")
    plain = Restic(location=place / "plain")
    plain.run("init")
    plain.run("backup", tiny)


def _copied(bench: Bench, name: str, source: Path, begun: Path, place: Path) -> Field:
    """Give a copy of what was begun: to begin anew costs restic seconds for the key."""
    shutil.copytree(begun, place)
    return Field(
        name=name,
        source=source,
        place=place,
        bench=bench,
        ours=Workspace(root=place / "ours"),
        plain=Restic(location=place / "plain"),
    )


def _first_night(bench: Bench, name: str, source: Path, begun: Path) -> Row:
    night = begun.with_name("night")

    def ours() -> float:
        with emptied(night):
            field = _copied(bench, name, source, begun, night)
            return field.ours.seconds("backup", "work")

    def theirs() -> float:
        with emptied(night):
            field = _copied(bench, name, source, begun, night)
            return field.plain.run("backup", source).seconds

    took = in_turn(bench.repetitions, ours, theirs)
    return Compared(
        key=f"first-night-{name}",
        work=f"first night of {name}: survey, backup, seal",
        against="restic backup",
        ours=took[0],
        theirs=took[1],
    ).ratio(_FIRST_NIGHT)


def _quiet_night(field: Field) -> Row:
    took = in_turn(
        field.bench.repetitions,
        partial(field.ours.seconds, "backup", "work"),
        lambda: field.plain.run("backup", field.source).seconds,
    )
    return Compared(
        key=f"quiet-night-{field.name}",
        work=f"night of {field.name} with nothing changed: survey, backup, seal",
        against="restic backup",
        ours=took[0],
        theirs=took[1],
    ).ratio(_QUIET_NIGHT)


def _samples(field: Field) -> Iterator[Row]:
    """Prove a sample; beside it the same by plain restic, by a script, and by borgmatic."""
    size, goal = _SAMPLES[field.name]
    drawn = draw(field.source, size, _SEED)
    sums = _sums(field.place / "sums", drawn)
    ours = partial(field.ours.seconds, "drill", "work", "--size", str(size), "--seed", _SEED)
    works: list[Callable[[], float]] = [
        ours,
        _restoring(field, drawn, None),
        _restoring(field, drawn, sums),
    ]
    try:
        works.append(_spot_check(field, size))
        missing = ""
    except RivalMissingError as error:
        missing = str(error)
    took = in_turn(field.bench.repetitions, *works)
    key, work = f"sample-{field.name}", f"sample proof, {len(drawn):,} of {field.name}"
    compared = partial(Compared, work=work, ours=took[0])
    yield compared(key=key, against="restic restore of the same", theirs=took[1]).ratio(goal)
    yield compared(key=f"{key}-script", against=_SCRIPT, theirs=took[2]).ratio()
    key = f"{key}-borgmatic"
    if missing:
        yield unmeasured(key, work, _SPOT, missing)
    else:
        yield compared(key=key, against=_SPOT, theirs=took[3]).advantage(_SPOT_CHECK)


def _full_drill(field: Field) -> Iterator[Row]:
    files = [os.fsencode(path) for path in field.source.rglob("*") if path.is_file()]
    sums = _sums(field.place / "sums", files)
    took = in_turn(
        field.bench.repetitions,
        partial(field.ours.seconds, "drill", "work", "--full"),
        _restoring(field, (), None),
        _restoring(field, (), sums),
    )
    key, work = f"full-drill-{field.name}", f"full drill of {field.name}, every byte compared"
    compared = partial(Compared, work=work, ours=took[0])
    yield compared(key=key, against="restic restore", theirs=took[1]).ratio(_FULL_DRILL)
    yield compared(key=f"{key}-script", against=_SCRIPT, theirs=took[2]).ratio()


def _restoring(field: Field, paths: Sequence[bytes], sums: Path | None) -> Callable[[], float]:
    """Give the work of restoring paths with plain restic, and of summing them where asked."""
    target = field.place / "restored"

    def restore() -> float:
        with emptied(target):
            seconds = field.repository.restored(target, paths)
            return seconds if sums is None else seconds + _summed(target, sums)

    return restore


def _spot_check(field: Field, size: int) -> Callable[[], float]:
    """Give borgmatic's check of as many files. Raises RivalMissingError."""
    if not field.bench.rivals:
        raise RivalMissingError("left out")
    files = sum(len(names) for _, _, names in os.walk(field.source))
    percent = min(100 * size / files, 100)
    return Borgmatic.begun(
        field.bench.cache, field.place / "borg", field.source, percent
    ).spot_check


def _sums(place: Path, paths: Sequence[bytes]) -> Path:
    """Write down what sha256sum is to find below a restored tree."""
    with place.open("wb") as file:
        for path in paths:
            with open(path, "rb") as content:  # noqa: PTH123 - paths of a set are bytes here
                digest = hashlib.file_digest(content, "sha256").hexdigest()
            file.write(digest.encode() + b"  ." + path + b"\n")
    return place


def _summed(target: Path, sums: Path) -> float:
    return run(("sha256sum", "--quiet", "--strict", "-c", sums), cwd=target).seconds
