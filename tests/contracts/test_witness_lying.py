"""Where files lie in packs, and what reading them takes, against what reading them does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from continuity.domain.manifest import Kind
from continuity.locations.objects_local import LocalObjects
from continuity.witness.contents import Contents
from continuity.witness.lying import (
    DIRECTORIES_ELSEWHERE,
    TooManyDirectoriesError,
    cost_of,
    files_in_packs,
    find_files,
    packs_of_files,
)
from continuity.witness.observing import observe_found
from continuity.witness.repository import Repository
from tests.support.engines import PASSWORD
from tests.support.programs import quickest_restic
from tests.support.witnessed import backed_up, witnessed

pytestmark = pytest.mark.tool("restic")


class Counted(LocalObjects):
    """Objects on this disk that count what is read of packs; ``lanes`` as of storage elsewhere."""

    def __init__(self, root: bytes, lanes: int = 1) -> None:
        super().__init__(root)
        self.lanes = lanes
        self.reads: list[int] = []

    def read(self, name: str, offset: int, length: int) -> bytes:
        if name.startswith("data/"):
            self.reads.append(length)
        return super().read(name, offset, length)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A repository with small files, a large one, an empty one, and one content stored once."""
    root = tmp_path_factory.mktemp("lying")
    source = root / "source"
    (source / "deep" / "er").mkdir(parents=True)
    for number in range(30):
        (source / f"deep/file {number}").write_bytes(os.urandom(900 + 40 * number))
    (source / "deep/er/large").write_bytes(os.urandom(6_000_000))
    (source / "empty").touch()
    for name in ("one", "twin"):
        (source / name).write_bytes(b"the same in both")
    return backed_up(quickest_restic(), root / "repository", source), source


@pytest.fixture
def repository(stored: tuple[Path, Path]) -> Iterator[Repository]:
    with witnessed(stored[0]) as repository:
        yield repository


def test_every_file_is_told_with_the_packs_that_its_pieces_lie_in(
    stored: tuple[Path, Path], repository: Repository
) -> None:
    snapshot = repository.snapshots()[-1].id
    lying = {one.path: one.packs for one in files_in_packs(repository, snapshot)}
    found = find_files(repository, snapshot, lying)
    lain = packs_of_files(repository, found)

    on_disk = {os.fsencode(path) for path in stored[1].rglob("*") if path.is_file()}
    names = {path.name for path in (stored[0] / "data").glob("*/*")}
    assert set(lying) == on_disk
    assert lying[os.fsencode(stored[1] / "empty")] == ()
    assert {id.hex() for packs in lying.values() for id in packs} <= names
    assert {path: frozenset(packs) for path, packs in lying.items()} == lain.packs
    assert lain.bytes == sum(repository.index.content_sizes().values())


def test_what_reading_takes_is_what_it_was_said_to_take(stored: tuple[Path, Path]) -> None:
    objects = Counted(os.fsencode(stored[0]))
    with Repository(objects, PASSWORD) as repository:
        tree = repository.snapshots()[-1].tree
        found = [one for one in Contents(repository).entries(tree) if one.node.kind is Kind.FILE]
        cost = cost_of(repository, found)
        objects.reads.clear()
        observed = observe_found(repository, found, lambda _files, _size: None)

    assert len(observed.entries) == len(found)
    assert (cost.requests, cost.bytes) == (len(objects.reads), sum(objects.reads))
    assert cost.requests > 1


def test_more_directories_elsewhere_than_are_worth_asking_for_are_not_asked_for(
    tmp_path: Path,
) -> None:
    source = tmp_path / "source"
    for number in range(DIRECTORIES_ELSEWHERE + 1):
        (source / str(number)).mkdir(parents=True)
    place = backed_up(quickest_restic(), tmp_path / "repository", source)

    with Repository(Counted(os.fsencode(place), lanes=4), PASSWORD) as elsewhere:
        snapshot = elsewhere.snapshots()[-1].id
        with pytest.raises(TooManyDirectoriesError, match="more than 2000 directories"):
            list(files_in_packs(elsewhere, snapshot))
    with witnessed(place) as here:
        assert list(files_in_packs(here, snapshot)) == []
