"""A drill's plan: which point, which files, why; a value that is printed or carried out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from continuity.domain.facts import Point
from continuity.domain.manifest import Entry
from continuity.domain.sampling import Sample
from continuity.store.manifests.shelf import ManifestShelf


@dataclass(frozen=True, kw_only=True, slots=True)
class DrillRequest:
    """What somebody asked for; None means as the job says.

    ``size`` replaces the number of random files, ``seed`` makes an earlier draw happen again.
    """

    full: bool = False
    point: str = "newest"
    size: int | None = None
    seed: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DrillPlan:
    """What a drill will restore and compare; sizes in bytes.

    ``paths`` is None for everything. ``sample`` is None for everything as well.
    """

    job: str
    point: Point
    why: str
    seed: str
    manifest: str
    full: bool
    sample: Sample | None
    paths: tuple[bytes, ...] | None
    expected_entries: int
    expected_bytes: int
    population_files: int
    population_bytes: int

    def expected(self, shelf: ManifestShelf) -> Iterator[Entry]:
        """Give the manifest's entries that are to be compared, in tree order."""
        if self.sample is None:
            return shelf.read(self.manifest)
        return iter(self.sample.entries)
