"""Whatever a disk or an intruder does to a repository, the witness never calls it right."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
import zstandard

from continuity.domain.failure import ContinuityError
from continuity.witness.contents import Contents
from continuity.witness.readback import PackRead, read_packs, stored_packs
from tests.support.forged import Forge, id_of, node, pointed, simple, tree_of
from tests.support.witnessed import contents_of, rewritten, witnessed

A, B = b"a" * 700, os.urandom(90_000)
FILES = {"a": [A], "b": [B], "both": [A, B], "empty": []}
RIGHT = {b"/a": A, b"/b": B, b"/both": A + B, b"/empty": b""}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "repository"


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    """No fault may cost more than a sound repository of this size: little memory, little time."""
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    yield
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < 200 << 10
    assert time.process_time() - began < 10


@pytest.mark.parametrize("version", [1, 2])
def test_a_sound_repository_is_read(place: Path, version: int) -> None:
    simple(place, FILES, version)

    with witnessed(place) as repository:
        assert contents_of(repository) == RIGHT


def data_pack(place: Path) -> Path:
    return max((place / "data").glob("*/*"), key=lambda path: path.stat().st_size)


def tree_pack(place: Path) -> Path:
    return min((place / "data").glob("*/*"), key=lambda path: path.stat().st_size)


def only(folder: str) -> Callable[[Path], Path]:
    return lambda place: next((place / folder).iterdir())


REGIONS: dict[str, Callable[[Path], Path]] = {
    "data pack": data_pack,
    "tree pack": tree_pack,
    "index": only("index"),
    "snapshot": only("snapshots"),
    "key": only("keys"),
    "config": lambda place: place / "config",
}


def flipped(where: float) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        changed = bytearray(content)
        changed[min(int(len(changed) * where), len(changed) - 1)] ^= 1
        return bytes(changed)

    return change


HARMS: dict[str, Callable[[bytes], bytes]] = {
    "first byte": flipped(0),
    "in the middle": flipped(0.5),
    "last byte": flipped(1),
    "near the end": flipped(0.9),
    "half is gone": lambda content: content[: len(content) // 2],
    "one byte is gone": lambda content: content[:-1],
    "nothing is left": lambda _content: b"",
    "zeros": lambda content: bytes(len(content)),
    "shifted": lambda content: b"\0" + content,
}


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("how", HARMS)
def test_no_harm_to_any_region_goes_unseen(place: Path, region: str, how: str) -> None:
    simple(place, FILES)
    path = REGIONS[region](place)
    rewritten(path, HARMS[how](path.read_bytes()))

    assert seen(place) != RIGHT


@pytest.mark.parametrize("region", REGIONS)
def test_nothing_that_is_gone_goes_unseen(place: Path, region: str) -> None:
    simple(place, FILES)
    REGIONS[region](place).unlink()

    assert seen(place) != RIGHT


def seen(place: Path) -> dict[bytes, bytes | str] | str:
    """Read everything: contents and troubles by path, or what kept from reading."""
    try:
        with witnessed(place) as repository:
            if repository.problems:
                return "problems"
            packs = read_packs(repository, stored_packs(repository))
            return _first_trouble(packs) or contents_of(repository)
    except ContinuityError as error:
        return str(error)
    except StopIteration:
        return "nothing"
    except IndexError:
        return "no snapshot"


def _first_trouble(packs: Iterable[PackRead]) -> str:
    return next((str(pack.trouble) for pack in packs if pack.trouble is not None), "")


def test_swapped_packs_are_damage_and_never_each_other(place: Path) -> None:
    forge = Forge(place=place)
    root = tree_of([node("a", content=[id_of(A)]), node("c", content=[id_of(A[::-1] + b"!")])])
    one, two = forge.pack(A), forge.pack(A[::-1] + b"!")
    forge.index(one, two, forge.pack(root, kind="tree"))
    forge.snapshot(id_of(root))
    paths = [place / "data" / str(pack["id"])[:2] / str(pack["id"]) for pack in (one, two)]
    first, second = (path.read_bytes() for path in paths)
    rewritten(paths[0], second)
    rewritten(paths[1], first)

    with witnessed(place) as repository:
        read = contents_of(repository)

    assert all(isinstance(content, str) for content in read.values())


def test_bytes_behind_a_pack_change_nothing_that_is_stored(place: Path) -> None:
    simple(place, FILES)
    pack = data_pack(place)
    rewritten(pack, pack.read_bytes() + b"more")

    with witnessed(place) as repository:
        assert contents_of(repository) == RIGHT
    assert "do not fit its name" in seen(place)


@pytest.mark.parametrize(
    "change",
    [
        {"offset": 1},
        {"offset": 100_000},
        {"length": 40},
        {"length": 33},
        {"length": 1_000},
        {"uncompressed_length": 699},
        {"uncompressed_length": 701},
        {"uncompressed_length": 0},
        {"type": "tree"},
        {"uncompressed_length": 1 << 24},
    ],
    ids=str,
)
def test_an_index_that_points_elsewhere_or_lies_about_a_length_is_damage(
    place: Path, change: dict[str, object]
) -> None:
    read = pointed(place, **change)

    assert isinstance(read[b"/a"], str)


def test_a_damaged_blob_that_is_stored_twice_comes_back_and_is_said(place: Path) -> None:
    forge = Forge(place=place)
    root = tree_of([node("a", content=[id_of(A)])])
    one, two = forge.pack(A), forge.pack(A, B)
    forge.index(one, two, forge.pack(root, kind="tree"))
    forge.snapshot(id_of(root))
    path = place / "data" / str(one["id"])[:2] / str(one["id"])
    rewritten(path, bytes(path.stat().st_size))

    with witnessed(place) as repository:
        contents = Contents(repository)
        found = list(contents.entries(repository.snapshots()[-1].tree))
        (part,) = contents.files(found)

        assert part.content == A
        assert ("damaged" in str(contents.problems)) == bool(contents.problems)


def test_indexes_that_overlap_and_replace_each_other_say_everything_once(place: Path) -> None:
    forge = Forge(place=place)
    root = tree_of([node("a", content=[id_of(A)])])
    data, trees = forge.pack(A), forge.pack(root, kind="tree")
    gone = {**forge.pack(A, b"x"), "id": "cd" * 32}
    old = forge.index(gone)
    forge.index(data, trees, supersedes=[old])
    forge.index(data)
    forge.snapshot(id_of(root))

    with witnessed(place) as repository:
        assert contents_of(repository) == {b"/a": A}
        assert (repository.index.blobs, repository.index.packs) == (2, 2)


LYING_HEADERS: dict[str, Callable[[bytes], bytes]] = {
    "of another type": lambda header: b"\x04" + header[1:],
    "of half a blob": lambda header: header[:-1],
    "of another hash": lambda header: header[:-1] + bytes([header[-1] ^ 1]),
    "of another length": lambda header: header[:1] + b"\xff" + header[2:],
    "of a blob too many": lambda header: header * 2,
    "of nothing": lambda _header: b"",
}


@pytest.mark.parametrize("which", LYING_HEADERS)
def test_a_header_that_lies_under_a_right_code_is_seen_by_whoever_reads_packs_back(
    place: Path, which: str
) -> None:
    forge = Forge(place=place, change_header=LYING_HEADERS[which])
    root = tree_of([node("a", content=[id_of(A)])])
    forge.index(forge.pack(A), forge.pack(root, kind="tree"))
    forge.snapshot(id_of(root))

    assert seen(place) != {b"/a": A}


@pytest.mark.parametrize("length", [0, 31, 1 << 31])
def test_a_header_that_states_a_length_it_cannot_have_is_seen(place: Path, length: int) -> None:
    forge = Forge(place=place)
    root = tree_of([node("a", content=[id_of(A)])])
    blob = forge.keys.seal(zstandard.compress(A))
    pack = forge.write("data", blob + length.to_bytes(4, "little"))
    entry = {"offset": 0, "length": len(blob), "uncompressed_length": len(A)}
    named = {"id": pack, "blobs": [{"id": id_of(A), "type": "data", **entry}]}
    forge.index(named, forge.pack(root, kind="tree"))
    forge.snapshot(id_of(root))

    assert "header" in seen(place)
