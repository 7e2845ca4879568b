"""Restoring takes the cheapest way, and every way asks for exactly the same paths."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from continuity.engines.restic.ways import (
    Population,
    Way,
    choose_way,
    pattern_from_path,
)
from tests.support.entries import PATHS

SET_A = Population(files=20_000, bytes=560_000_000, room=10**12)
SET_B = Population(files=200_000, bytes=800_000_000, room=10**12)
NO_ROOM = Population(files=200_000, bytes=10**12, room=10**9)
POPULATIONS = st.builds(
    Population,
    files=st.integers(0, 10**8),
    bytes=st.integers(0, 10**14),
    room=st.integers(0, 10**14),
)


def sample(count: int, folders: int) -> tuple[bytes, ...]:
    return tuple(b"/srv/top%d/file%d" % (number % folders, number) for number in range(count))


def asked_for(way: Way) -> list[bytes]:
    return sorted(path for part in way.parts for path in part.paths)


@given(
    paths=st.lists(PATHS, min_size=1, unique=True), population=POPULATIONS, folders=st.booleans()
)
def test_no_path_is_lost_or_doubled_whatever_the_way(
    paths: list[bytes], population: Population, folders: bool
) -> None:
    way = choose_way(tuple(paths), population, folders=folders)

    assert way.whole or asked_for(way) == sorted(paths)
    assert all(path.startswith(part.folder) for part in way.parts for path in part.paths)


@given(paths=st.lists(PATHS, min_size=1, unique=True), population=POPULATIONS)
def test_everything_is_never_brought_where_there_is_no_room_for_it(
    paths: list[bytes], population: Population
) -> None:
    way = choose_way(tuple(paths), population, folders=True)

    assert not way.whole or population.bytes <= population.room


@given(population=POPULATIONS)
def test_an_old_restic_is_never_asked_for_a_folder(population: Population) -> None:
    way = choose_way(sample(100, 5), population, folders=False)

    assert {part.folder for part in way.parts} == {b"/"}


def test_few_files_are_named_and_many_come_with_everything() -> None:
    few = choose_way(sample(300, 20), SET_A, folders=False)
    many = choose_way(sample(3000, 20), SET_A, folders=False)

    assert (few.name, many.name) == ("includes", "everything")


def test_where_not_everything_fits_a_large_sample_is_split_by_folder() -> None:
    way = choose_way(sample(3000, 20), NO_ROOM, folders=True)

    assert way.name == "folders"
    assert len(way.parts) == 20


@given(above=st.integers(0, 30))
def test_how_deep_a_source_lies_does_not_change_the_way(above: int) -> None:
    prefix = b"/there" * above
    way = choose_way(tuple(prefix + path for path in sample(3000, 20)), NO_ROOM, folders=True)

    assert way.name == "folders"
    assert {part.folder for part in way.parts} == {
        b"%s/srv/top%d" % (prefix, at) for at in range(20)
    }


def test_a_large_sample_of_tiny_files_costs_a_quarter_of_naming_each() -> None:
    named = choose_way(sample(2995, 20), NO_ROOM, folders=False)
    chosen = choose_way(sample(2995, 20), SET_B, folders=False)

    assert chosen.seconds < named.seconds / 4


def test_without_paths_everything_is_meant() -> None:
    way = choose_way(None, NO_ROOM, folders=True)

    assert way.whole
    assert len(way.parts) == 1


def test_arguments_never_grow_beyond_what_a_program_takes() -> None:
    paths = tuple(b"/d/" + b"*" * 4000 + b"%d" % number for number in range(1000))

    way = choose_way(paths, NO_ROOM, folders=False)

    longest = max(
        sum(len(pattern_from_path(path, part.folder)) for path in part.paths) for part in way.parts
    )
    assert len(way.parts) > 1
    assert longest < 1 << 20


@given(path=PATHS)
def test_a_pattern_says_its_path_once_the_backslashes_are_taken_away(path: bytes) -> None:
    pattern = pattern_from_path(path, b"/")

    plain = bytearray()
    rest = iter(pattern)
    for byte in rest:
        assert byte not in b"*?["
        plain.append(next(rest) if byte == ord("\\") else byte)
    assert bytes(plain) == path


def test_a_pattern_below_a_folder_begins_there() -> None:
    assert pattern_from_path(b"/srv/data/a[1]", b"/srv") == rb"/data/a\[1]"
