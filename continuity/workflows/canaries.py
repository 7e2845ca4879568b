"""Plant canaries, see how they are, and take them away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from continuity.domain.canary import FILE, ROW, Seedling, grow
from continuity.domain.evidence import Draft, Record, RecordKind
from continuity.domain.facts import Canary, JobFacts
from continuity.domain.failure import ConfigurationError, ContinuityError
from continuity.domain.text import N_, say
from continuity.hosts.planting import digest_of, folders_below, plant, uproot
from continuity.sources.source import Planting, RowCanary, row_canary
from continuity.workflows.world import Protected, Workbench

_LOCAL = "local"
_SEED_BYTES = 32


class State(StrEnum):
    """How a canary is: as planted, changed, gone, or only asked when a drill revives it."""

    SOUND = "sound"
    CHANGED = "changed"
    GONE = "gone"
    UNKNOWN = "unknown"
    ASKED = "asked"


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
    """Plant and record; when one cannot be planted, or recorded, none stays. Raises SourceError."""
    planted: list[Seedling] = []
    try:
        for seedling in seedlings:
            plant(seedling)
            planted.append(seedling)
        return _record(
            bench,
            protected,
            [
                {"kind": FILE, "name": seedling.path.decode(), "digest": seedling.digest}
                for seedling in planted
            ],
        )
    except BaseException:
        for seedling in planted:
            uproot(seedling.path, seedling.digest)
        raise


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
    living.plant(
        Planting(
            source=protected.job.source,
            host=living.open_host(),
            password=living.read_password(),
            scratch=bench.scratch,
            statements=row.statements,
        )
    )
    return _record(bench, protected, [{"kind": ROW, "name": row.query, "digest": row.value}])


def _record(bench: Workbench, protected: Protected, canaries: list[dict[str, object]]) -> Record:
    draft = Draft(
        kind=RecordKind.CANARY_PLANTED,
        job=protected.job.name,
        body={"canaries": canaries},
        personal={"actor": bench.actor},
    )
    return bench.store.append(draft)[0]


def look_at_canaries(protected: Protected, facts: JobFacts) -> tuple[Standing, ...]:
    """Tell how the planted canaries of a job are now; a row is asked when a drill revives it."""
    return tuple(
        Standing(canary=canary, state=_state(protected, canary)) for canary in facts.canaries
    )


def _state(protected: Protected, canary: Canary) -> State:
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
    draft = Draft(
        kind=RecordKind.CANARY_RETIRED,
        job=protected.job.name,
        body={"names": [one.canary.name for one in standing]},
        personal={"actor": bench.actor},
    )
    bench.store.append(draft)
    for one in standing:
        if one.state is State.SOUND:
            uproot(one.canary.name.encode(), one.canary.digest)
    return tuple(one for one in standing if one.state not in {State.SOUND, State.GONE})
