"""What one run costs when there is next to nothing to do: start-up, record, sandbox, verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.rows import Compared, Goal, Row
from benchmarks.running import in_turn, run
from benchmarks.tools import Bench, Restic, emptied, write_workspace

_GOAL = Goal(bound=300)
_LEAST_REPETITIONS = 5


def measure_overhead(bench: Bench) -> Iterator[Row]:
    """Back up and prove a single file, with both engines."""
    often = replace(bench, repetitions=max(bench.repetitions, _LEAST_REPETITIONS))
    with emptied(bench.scratch / "overhead") as place:
        source = place / "source"
        source.mkdir(parents=True)
        (source / "file").write_bytes(b"one file\n")
        yield from _restic(often, place, source)
        yield from _rsync(often, place, source)


def _restic(bench: Bench, place: Path, source: Path) -> Iterator[Row]:
    ours = write_workspace(place / "restic", {"work": source}, engine="restic")
    ours.run("backup", "work")
    repository = Restic(location=ours.root / "repositories" / "work")
    plain = Restic(location=place / "plain")
    plain.run("init")
    target = place / "restored"

    def restored() -> float:
        with emptied(target):
            return repository.restored(target)

    took = in_turn(
        bench.repetitions,
        partial(ours.seconds, "drill", "work"),
        restored,
        partial(ours.seconds, "backup", "work"),
        lambda: plain.run("backup", source).seconds,
    )
    yield _compared("drill", "drill of one file, restic", "restic restore", took[:2])
    yield _compared("backup", "backup of one file, restic", "restic backup", took[2:])


def _rsync(bench: Bench, place: Path, source: Path) -> Iterator[Row]:
    ours = write_workspace(place / "rsync", {"work": source}, engine="rsync")
    (ours.root / "repositories" / "work").mkdir(parents=True)
    ours.run("backup", "work")
    target = place / "copied"

    def copied() -> float:
        with emptied(target):
            return run(("rsync", "-a", f"{source}/", f"{target}/")).seconds

    took = in_turn(bench.repetitions, partial(ours.seconds, "backup", "work"), copied)
    yield _compared("rsync", "backup of one file, rsync", "rsync -a", took)


def _compared(name: str, work: str, against: str, took: Sequence[tuple[float, ...]]) -> Row:
    compared = Compared(
        key=f"overhead-{name}", work=work, against=against, ours=took[0], theirs=took[1]
    )
    return compared.surplus(_GOAL)
