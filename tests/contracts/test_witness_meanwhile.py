"""Repositories that others change while the witness reads them, with the real restic."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from continuity.domain.failure import DamagedError, UnreachableError
from continuity.locations.objects_local import LocalObjects
from continuity.witness.contents import Contents
from continuity.witness.readback import read_packs, stored_packs
from continuity.witness.repository import Repository
from tests.support.engines import PASSWORD
from tests.support.programs import quickest_restic
from tests.support.witnessed import backed_up, contents_of, restic, witnessed

pytestmark = pytest.mark.tool("restic")

PRUNE = ("--keep-last", "1", "--prune", "--max-unused", "0")


@dataclass(kw_only=True)
class Meddled:
    """Stored objects that somebody changes just before the first read of a folder."""

    objects: LocalObjects
    waiting: list[tuple[str, Callable[[], object]]] = field(default_factory=list)
    lanes: int = 1

    def list(self, folder: str) -> Iterator[tuple[str, int]]:
        return self.objects.list(folder)

    def read(self, name: str, offset: int, length: int) -> bytes:
        if self.waiting and name.startswith(self.waiting[0][0]):
            self.waiting.pop(0)[1]()
        return self.objects.read(name, offset, length)

    def size(self, name: str) -> int:
        return self.objects.size(name)

    def close(self) -> None:
        self.objects.close()


@dataclass(frozen=True, kw_only=True)
class Place:
    """A repository, and the files that are backed up into it."""

    repository: Path
    source: Path

    def run(self, *words: str | Path) -> str:
        return restic(quickest_restic(), self.repository, *words)

    def write(self, *names: int) -> None:
        for number in names:
            (self.source / str(number)).write_bytes(os.urandom(5_000))

    def remove(self, *names: int) -> None:
        for number in names:
            (self.source / str(number)).unlink()

    def replaced(self) -> None:
        """Back up, and leave only that snapshot and what it needs."""
        self.run("backup", self.source)
        self.run("forget", *PRUNE)

    def meddled(self, *waiting: tuple[str, Callable[[], object]]) -> Repository:
        objects = LocalObjects(os.fsencode(self.repository))
        return Repository(Meddled(objects=objects, waiting=list(waiting)), PASSWORD)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "source").mkdir()
    place = Place(repository=tmp_path / "repository", source=tmp_path / "source")
    place.write(*range(20))
    backed_up(quickest_restic(), place.repository, place.source)
    return place


def test_a_prune_between_the_index_and_the_packs_is_understood(place: Place) -> None:
    place.remove(*range(15))
    place.run("backup", place.source)

    with place.meddled(("data/", lambda: place.run("forget", *PRUNE))) as repository:
        assert repository.index.blobs > 0
        assert len(contents_of(repository)) == 5


def test_a_second_prune_while_reading_is_unknown_and_no_damage(place: Place) -> None:
    def shrink() -> None:
        place.remove(min(int(path.name) for path in place.source.iterdir()))
        place.replaced()

    # The second time just after the index was read again.
    changes = (("data/", shrink), ("index/", lambda: None), ("data/", shrink))
    with place.meddled(*changes) as repository:
        assert repository.index.blobs > 0
        with pytest.raises(UnreachableError):
            contents_of(repository)


@pytest.mark.parametrize("when", ["data/", "index/"])
def test_a_snapshot_that_is_forgotten_while_it_is_read_is_unknown_and_no_damage(
    place: Place, when: str
) -> None:
    def replaced() -> None:
        place.remove(*range(20))
        place.write(99)
        place.replaced()

    with place.meddled((when, replaced)) as repository, pytest.raises(UnreachableError):
        contents_of(repository)


def test_what_is_gone_from_a_repository_that_nobody_changed_is_damage(place: Place) -> None:
    for pack in (place.repository / "data").glob("*/*"):
        pack.unlink()

    with witnessed(place.repository) as repository, pytest.raises(DamagedError):
        contents_of(repository)


def test_packs_that_prune_took_away_are_not_read_back_as_damage(place: Place) -> None:
    place.remove(*range(15))
    place.run("backup", place.source)
    with place.meddled(("data/", lambda: place.run("forget", *PRUNE))) as repository:
        known = stored_packs(repository)

        read = list(read_packs(repository, known))

    assert known
    assert [one.trouble for one in read if one.trouble is not None] == []
    assert len(read) < len(known)


def test_what_restic_has_not_finished_writing_is_passed_over(place: Place) -> None:
    for folder in ("keys", "index", "snapshots"):
        for ending in ("-tmp-3719846255", "-restic-temp-9f86d081884c7d65"):
            (place.repository / folder / ("ab" * 32 + ending)).write_bytes(b"half of")

    with witnessed(place.repository) as repository:
        assert len(contents_of(repository)) == 20
        assert repository.problems == ()


def test_backups_and_prunes_beside_it_never_make_it_see_damage(place: Place) -> None:
    """Whatever the moment: the right bytes, or that nobody knows."""
    done = threading.Event()

    def change() -> None:
        try:
            for number in range(100, 104):
                place.remove(min(int(path.name) for path in place.source.iterdir()))
                place.write(number)
                place.replaced()
        finally:
            done.set()

    other = threading.Thread(target=change)
    other.start()
    while not done.is_set():
        # Whatever it says must be that nobody knows, never that something is wrong.
        with suppress(UnreachableError), witnessed(place.repository) as repository:
            snapshot = repository.snapshots()[-1]
            contents = Contents(repository)
            for part in contents.files(list(contents.entries(snapshot.tree))):
                assert part.trouble is None
    other.join()

    with witnessed(place.repository) as repository:
        assert len(contents_of(repository)) == 20
