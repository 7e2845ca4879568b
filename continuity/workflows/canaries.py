"""Plant canaries, see how they are, and take them away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from continuity.domain.canary import FILE, ROW, Seedling, grow
from continuity.domain.evidence import Draft, Record, RecordKind
from continuity.domain.facts import SOWN, Canary, JobFacts
from continuity.domain.failure import ConfigurationError, ContinuityError
from continuity.domain.text import N_, say
from continuity.hosts.planting import digest_of, folders_below, one_at_a_time, plant, uproot
from continuity.sources.source import Planting, RowCanary, row_canary
from continuity.workflows.history import read_history
from continuity.workflows.world import Protected, Workbench

_LOCAL = "local"
_SEED_BYTES = 32


class State(StrEnum):
    """How a canary is: as planted, changed, gone, or only asked when a drill revives it.

    Planting one that is unfinished was interrupted, so nobody watches it.
    """

    SOUND = "sound"
    CHANGED = "changed"
    GONE = "gone"
    UNKNOWN = "unknown"
    ASKED = "asked"
    UNFINISHED = "unfinished"


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A planted canary and how it is now."""

    canary: Canary
    state: State


def choose_seedlings(
    bench: Workbench, protected: Protected, count: int, language: str
) -> tuple[Seedling, ...]:
    """Choose what to plant into a source of files; nothing is written yet.

    One goes into each root, the others into directories drawn at random. Raises
    ConfigurationError for a source on another machine, and where nothing can be planted.
    """
    if protected.job.source.host != _LOCAL:
        raise ConfigurationError(
            say(
                N_("{job} lives on another machine, where nothing is planted."),
                job=protected.job.name,
            ),
            remedy=say(
                N_("Put a file there yourself, and name it under canaries: in the job's sample.")
            ),
        )
    folders = _draw(bench, list(_folders(protected)), protected.extent.roots, count)
    if not folders:
        raise ConfigurationError(
            say(
                N_("{job} has no directory in which a file can be planted."), job=protected.job.name
            ),
            remedy=say(N_("Run it as a user who may write to the source.")),
        )
    return grow(folders, bench.entropy(_SEED_BYTES), language, bench.now())


def _folders(protected: Protected) -> Iterator[bytes]:
    for root in protected.extent.roots:
        yield from folders_below(root, protected.excludes.leave_out)


def _draw(
    bench: Workbench, folders: Sequence[bytes], roots: Sequence[bytes], count: int
) -> list[bytes]:
    """Take roots first, then others in an order that nobody can foresee."""
    first = [folder for folder in folders if folder in roots]
    others = sorted(
        (folder for folder in folders if folder not in roots), key=lambda _: bench.entropy(8)
    )
    return [*first, *others][:count]


def plant_files(bench: Workbench, protected: Protected, seedlings: Sequence[Seedling]) -> Record:
    """Plant and record; when one cannot be planted, or recorded, none stays. Raises SourceError.

    What is to be planted is recorded before, so that nothing unknown stays behind a death.
    """
    rows = [_plain(FILE, one.path.decode(), one.digest) for one in seedlings]
    with one_at_a_time(bench.scratch), _sown(bench, protected, rows):
        try:
            for seedling in seedlings:
                plant(seedling)
            return _record(bench, protected, RecordKind.CANARY_PLANTED, rows)
        except BaseException:  # also an interrupt; it goes on below
            for seedling in seedlings:
                uproot(seedling.path, seedling.digest)
            raise


@contextmanager
def _sown(bench: Workbench, protected: Protected, rows: list[dict[str, str]]) -> Iterator[None]:
    """Record what is to be planted, clear what an earlier death left, and take back what failed."""
    _clear_unfinished(bench, protected)
    _record(bench, protected, RecordKind.CANARY_SOWN, rows)
    try:
        yield
    except BaseException:  # also an interrupt; it goes on below
        _forget(bench, protected, [row["name"] for row in rows])
        raise


def _clear_unfinished(bench: Workbench, protected: Protected) -> None:
    facts = read_history(bench, protected.job.name)
    left = [canary for canary in facts.canaries if canary.kind.startswith(SOWN)]
    for canary in left:
        if canary.kind == SOWN + FILE and protected.job.source.host == _LOCAL:
            uproot(canary.name.encode(), canary.digest)
    if left:
        _forget(bench, protected, [canary.name for canary in left])


def choose_row(bench: Workbench) -> RowCanary:
    """Make the row of a database that nobody else could guess."""
    number = int.from_bytes(bench.entropy(3), "big") + 1
    return row_canary(number, bench.entropy(16).hex())


def plant_row(bench: Workbench, protected: Protected, row: RowCanary) -> Record | None:
    """Plant a row by the source's own program and record it; None where nobody knows how.

    Raises what the source raises.
    """
    living = protected.living
    if living is None or living.plant is None:
        return None
    rows = [_plain(ROW, row.query, row.value)]
    with one_at_a_time(bench.scratch), _sown(bench, protected, rows):
        living.plant(
            Planting(
                source=protected.job.source,
                host=living.open_host(),
                password=living.read_password(),
                scratch=bench.scratch,
                statements=row.statements,
            )
        )
        return _record(bench, protected, RecordKind.CANARY_PLANTED, rows)


def _plain(kind: str, name: str, digest: str) -> dict[str, str]:
    return {"kind": kind, "name": name, "digest": digest}


def _record(
    bench: Workbench, protected: Protected, kind: RecordKind, canaries: list[dict[str, str]]
) -> Record:
    return _append(bench, protected, kind, {"canaries": canaries})


def _forget(bench: Workbench, protected: Protected, names: Sequence[str]) -> None:
    _append(bench, protected, RecordKind.CANARY_RETIRED, {"names": list(names)})


def _append(
    bench: Workbench, protected: Protected, kind: RecordKind, body: dict[str, object]
) -> Record:
    draft = Draft(kind=kind, job=protected.job.name, body=body, personal={"actor": bench.actor})
    return bench.store.append(draft)[0]


def look_at_canaries(protected: Protected, facts: JobFacts) -> tuple[Standing, ...]:
    """Tell how the planted canaries of a job are now; a row is asked when a drill revives it."""
    return tuple(
        Standing(canary=canary, state=_state(protected, canary)) for canary in facts.canaries
    )


def _state(protected: Protected, canary: Canary) -> State:
    if canary.kind.startswith(SOWN):
        return State.UNFINISHED
    if canary.kind != FILE:
        return State.ASKED
    if protected.job.source.host != _LOCAL:
        return State.UNKNOWN
    try:
        found = digest_of(canary.name.encode())
    except ContinuityError:
        return State.UNKNOWN
    if found is None:
        return State.GONE
    return State.SOUND if found == canary.digest else State.CHANGED


def retire_canaries(
    bench: Workbench, protected: Protected, facts: JobFacts
) -> tuple[Standing, ...]:
    """Stop watching all canaries of a job, and remove the files that are as they were planted.

    The record comes first: a file that is gone must not be missed. Gives those that stay where
    they are, which are rows and what was changed. Raises SourceError.
    """
    standing = look_at_canaries(protected, facts)
    if not standing:
        return ()
    _forget(bench, protected, [one.canary.name for one in standing])
    left = []
    for one in standing:
        kind, name, digest, _at = one.canary
        # Of what was never finished, what is there as it should have become is ours.
        if not (kind.endswith(FILE) and _is_cleared(one.state, name, digest)):
            left.append(one)
    return tuple(left)


def _is_cleared(state: State, name: str, digest: str) -> bool:
    if state in {State.SOUND, State.UNFINISHED}:
        return uproot(name.encode(), digest)
    return state is State.GONE
