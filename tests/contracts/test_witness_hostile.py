"""Whatever somebody puts into a repository, it costs little and is never skipped."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard

from continuity.domain.failure import DamagedError, ToolError, UnreachableError
from tests.support.forged import Forge, id_of, node, pointed, simple, tree_of
from tests.support.witnessed import contents_of, witnessed

A, B = b"a" * 700, b"b" * 900
FILES = {"a": [A], "both": [A, B], "empty": []}


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


@pytest.mark.parametrize(
    "change",
    [
        {"length": 31},
        {"length": -1},
        {"offset": -1},
        {"offset": 1 << 33},
        {"length": 1 << 31},
        {"uncompressed_length": 1 << 40},
        {"uncompressed_length": -1},
        {"type": "novel"},
        {"id": "short"},
        {"novelty": 1},
        {"offset": 1.5},
        {"offset": None},
    ],
    ids=str,
)
def test_an_index_that_nobody_could_mean_is_unknown_and_never_skipped(
    place: Path, change: dict[str, object]
) -> None:
    with pytest.raises(ToolError):
        pointed(place, **change)


def test_a_bomb_is_not_unfolded(place: Path) -> None:
    forge = Forge(place=place)
    sealed = forge.keys.seal(_bomb())
    entry = {
        "id": "ab" * 32,
        "type": "data",
        "offset": 0,
        "length": len(sealed),
        "uncompressed_length": 1000,
    }
    root = tree_of([node("a", content=["ab" * 32])])
    pack = {"id": forge.write("data", sealed), "blobs": [entry]}
    forge.index(pack, forge.pack(root, kind="tree"))
    forge.snapshot(id_of(root))

    with witnessed(place) as repository:
        read = contents_of(repository)

    assert "another length" in str(read[b"/a"])


def _bomb() -> bytes:
    """A gigabyte of zeros in 32 KiB, made without ever having it."""
    packer = zstandard.ZstdCompressor().compressobj(size=1 << 30)
    pieces = [packer.compress(bytes(1 << 20)) for _ in range(1 << 10)]
    return b"".join((*pieces, packer.flush()))


def test_a_bomb_that_does_not_say_its_length_is_not_unfolded(place: Path) -> None:
    forge = Forge(place=place)
    packer = zstandard.ZstdCompressor().compressobj()
    pieces = [packer.compress(b" " * (1 << 20)) for _ in range(1 << 9)]
    forge.unpacked("index", b"\x02" + b"".join((*pieces, packer.flush())))

    with pytest.raises(ToolError), witnessed(place) as repository:
        assert repository.index.blobs


HOSTILE_SNAPSHOTS: dict[str, Callable[[str], bytes]] = {
    "another encoding": lambda _tree: b"\x03{}",
    "nothing": lambda _tree: b"",
    "no JSON": lambda _tree: b"{",
    "a new key": lambda tree: json.dumps(
        {"time": "2026-11-21T10:00:00Z", "tree": tree, "paths": [], "novelty": 1}
    ).encode(),
    "deep": lambda _tree: b"[" * 200_000,
    "deep inside": lambda tree: (
        b'{"time":"2026-11-21T10:00:00Z","tree":"%s","summary":%s'
        % (tree.encode(), b'{"a":' * 100_000)
    ),
    "a tree that is none": lambda _tree: b'{"time":"2026-11-21T10:00:00Z","tree":"x","paths":[]}',
    "a time that is none": lambda tree: b'{"time":"yesterday","tree":"%s"}' % tree.encode(),
    "a statistic that is new": lambda tree: json.dumps(
        {"time": "2026-11-21T10:00:00Z", "tree": tree, "summary": {"novelty": 1}}
    ).encode(),
}


@pytest.mark.parametrize("which", HOSTILE_SNAPSHOTS)
def test_a_snapshot_of_an_unknown_form_is_unknown_and_never_skipped(
    place: Path, which: str
) -> None:
    forge = simple(place, FILES)
    forge.unpacked("snapshots", HOSTILE_SNAPSHOTS[which]("ab" * 32))

    with pytest.raises(ToolError), witnessed(place) as repository:
        repository.snapshots()


@pytest.mark.parametrize("change", [{"version": 3}, {"version": 0}, {"id": "x"}, {"novelty": 1}])
def test_a_config_of_another_version_is_unknown(place: Path, change: dict[str, object]) -> None:
    Forge(place=place).config(**change)

    with pytest.raises(ToolError), witnessed(place):
        pass


def test_compression_in_version_1_is_unknown(place: Path) -> None:
    forge = Forge(place=place)
    forge.index(forge.pack(A))
    forge.config(version=1)

    with pytest.raises(ToolError), witnessed(place) as repository:
        assert repository.index.blobs


@pytest.mark.parametrize(
    "nodes",
    [
        [node("..")],
        [node("a/b")],
        [node("")],
        [node("a\\x00")],
        [node("a\\q")],
        [node(".")],
        [node("b"), node("a")],
        [node("a"), node("a")],
        [node("a", "novel")],
        [node("a", novelty=1)],
        [node("a", "dir")],
        [node("a", subtree="ab" * 32)],
        [node("a", content=["x"])],
        [node("a", mtime="soon")],
        [node("a", "symlink", content=["ab" * 32])],
        [node("a", "symlink", linktarget="x", linktarget_raw="***")],
        [node("a", size=-1.5)],
        [node("\ud800")],
    ],
    ids=str,
)
def test_a_directory_of_an_unknown_form_is_unknown_and_never_skipped(
    place: Path, nodes: list[dict[str, object]]
) -> None:
    forge = Forge(place=place)
    root = tree_of(nodes)
    forge.index(forge.pack(root, kind="tree"))
    forge.snapshot(id_of(root))

    with pytest.raises(ToolError), witnessed(place) as repository:
        contents_of(repository)


def test_a_snapshot_that_names_a_foreign_tree_is_damage(place: Path) -> None:
    simple(place, FILES).snapshot("ab" * 32, time="2026-11-22T10:00:00Z")

    with pytest.raises(DamagedError), witnessed(place) as repository:
        contents_of(repository)


def test_while_somebody_is_at_work_what_is_missing_is_unknown(place: Path) -> None:
    simple(place, FILES).snapshot("ab" * 32, time="2026-11-22T10:00:00Z")
    (place / "locks/one").write_bytes(b"")

    with pytest.raises(UnreachableError), witnessed(place) as repository:
        contents_of(repository)


def test_a_tree_that_would_hold_itself_is_damage(place: Path) -> None:
    forge = Forge(place=place)
    loop = tree_of([node("loop", "dir", subtree="ab" * 32)])
    forge.index(forge.pack((loop, {"id": "ab" * 32}), kind="tree"))
    forge.snapshot("ab" * 32)

    with pytest.raises(DamagedError), witnessed(place) as repository:
        contents_of(repository)


def test_a_tree_deeper_than_any_is_not_followed_for_ever(place: Path) -> None:
    forge = Forge(place=place)
    trees = [tree_of([node("file", content=[])])]
    for _ in range(2_100):
        trees.append(tree_of([node("d", "dir", subtree=id_of(trees[-1]))]))
    forge.index(forge.pack(*trees, kind="tree"))
    forge.snapshot(id_of(trees[-1]))

    with pytest.raises(ToolError), witnessed(place) as repository:
        contents_of(repository)
