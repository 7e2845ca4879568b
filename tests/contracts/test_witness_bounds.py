"""Small repositories that would unfold without an end cost bounded memory and time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from itertools import repeat
from pathlib import Path

import pytest
import zstandard

from tests.support.bounded import read_bounded
from tests.support.forged import Forge, id_of, node, simple, tree_of

# Twice what the largest honest directory takes, address space of the program itself included.
MEBIBYTES = 2_048
SECONDS = 60.0
LATER = "2026-11-22T10:00:00Z"
_ONCE = 1 << 20


def bomb(before: bytes, unit: bytes, behind: bytes, size: int) -> tuple[bytes, str, int]:
    """Compress a text of about this size without ever having it: packed, its id, its length."""
    count = (size - len(before) - len(behind)) // len(unit)
    many = max(1, _ONCE // len(unit))
    pieces: Iterable[bytes] = (
        before,
        *repeat(unit * many, count // many),
        unit * (count % many),
        behind,
    )
    total = len(before) + len(unit) * count + len(behind)
    packer, hashed = zstandard.ZstdCompressor().compressobj(size=total), hashlib.sha256()
    packed = []
    for piece in pieces:
        packed.append(packer.compress(piece))
        hashed.update(piece)
    return b"".join((*packed, packer.flush())), hashed.hexdigest(), total


def with_tree(forge: Forge, bombs: Iterable[tuple[bytes, str, int]]) -> None:
    """Store trees so packed; the last one is the root of a snapshot."""
    root = ""
    packs = []
    for packed, id, total in bombs:
        sealed = forge.keys.seal(packed)
        length = {"length": len(sealed), "uncompressed_length": total}
        blob = {"id": id, "type": "tree", "offset": 0, **length}
        packs.append({"id": forge.write("data", sealed), "blobs": [blob]})
        root = id
    forge.index(*packs)
    forge.snapshot(root, time=LATER)


Forged = Callable[[Forge], None]


def unpacked_bomb(folder: str, before: bytes, unit: bytes, behind: bytes, size: int) -> Forged:
    def forge_it(forge: Forge) -> None:
        packed, _, _ = bomb(before, unit, behind, size)
        forge.unpacked(folder, b"\x02" + packed)

    return forge_it


def tree_bomb(before: bytes, unit: bytes, behind: bytes, size: int = 250 << 20) -> Forged:
    return lambda forge: with_tree(forge, [bomb(before, unit, behind, size)])


def deep(forge: Forge) -> None:
    """Directories below each other, each of which is as large as any may be."""
    below: list[tuple[bytes, str, int]] = [bomb(b'{"nodes":[', b" ", b"]}", 1 << 10)]
    for _ in range(12):
        entry = tree_of([node("d", "dir", subtree=below[-1][1])])[:-2]
        below.append(bomb(entry, b" ", b"]}", 200 << 20))
    with_tree(forge, below)


_SNAPSHOT = b'{"time":"' + LATER.encode() + b'","tree":"' + b"ab" * 32 + b'",'
_ENTRY = tree_of([node("a")])[:-3]
BOMBS: dict[str, Forged] = {
    "index: short ids that are replaced": unpacked_bomb(
        "index", b'{"packs":[],"supersedes":["a"', b',"aa"', b"]}", 127 << 20
    ),
    "index: longer ids that are replaced": unpacked_bomb(
        "index", b'{"packs":[],"supersedes":["a"', b',"aaaaaaaaaaaa"', b"]}", 127 << 20
    ),
    "index: packs of nothing": unpacked_bomb(
        "index", b'{"packs":[{"id":"","blobs":[]}', b',{"id":"","blobs":[]}', b"]}", 127 << 20
    ),
    "index: blobs of nothing": unpacked_bomb(
        "index",
        b'{"packs":[{"id":"","blobs":[{"id":"","type":"","offset":0,"length":0}',
        b',{"id":"a1","type":"b2","offset":0,"length":0}',
        b"]}]}",
        127 << 20,
    ),
    "index: one long name": unpacked_bomb("index", b'{"packs":[],"', b"a", b'":1}', 127 << 20),
    "index: more than any": unpacked_bomb("index", b'{"packs":[]', b" ", b"}", 1 << 30),
    "snapshot: short paths": unpacked_bomb(
        "snapshots", _SNAPSHOT + b'"paths":["a"', b',"aa"', b"]}", 63 << 20
    ),
    "snapshot: longer paths": unpacked_bomb(
        "snapshots", _SNAPSHOT + b'"paths":["a"', b',"aaaaaaaaaa"', b"]}", 63 << 20
    ),
    "snapshot: lists in lists": unpacked_bomb(
        "snapshots", _SNAPSHOT + b'"paths":', b"[", b"", 63 << 20
    ),
    "tree: numbers": tree_bomb(b'{"nodes":[1', b",1", b"]}"),
    "tree: entries of nothing": tree_bomb(b'{"nodes":[{"type":"dir"}', b',{"type":"dir"}', b"]}"),
    "tree: one long name": tree_bomb(b'{"nodes":[{"name":"', b"a", b'"}]}'),
    "tree: short ids": tree_bomb(_ENTRY + b',"content":["a"', b',"aa"', b"]}]}"),
    "tree: longer ids": tree_bomb(_ENTRY + b',"content":["a"', b',"aaaaaaaaaaaa"', b"]}]}"),
    "tree: short ids in less": tree_bomb(_ENTRY + b',"content":["a"', b',"aa"', b"]}]}", 8 << 20),
    "tree: more than any": tree_bomb(b'{"nodes":[', b" ", b"]}", 1 << 29),
    "trees: each as large as any": deep,
}


@pytest.mark.parametrize("which", BOMBS)
def test_what_would_unfold_is_unknown_and_costs_little(tmp_path: Path, which: str) -> None:
    forge = simple(tmp_path / "repository", {"a": [b"content"]})
    BOMBS[which](forge)
    size = sum(path.stat().st_size for path in forge.place.rglob("*") if path.is_file())

    read = read_bounded(forge.place, MEBIBYTES, SECONDS)

    assert size < 1 << 20
    # What is as sparse as a true one is read, and names a tree that is not there.
    sparse = "snapshot: longer" in which
    assert read.outcome == ("DamagedError" if sparse else "ToolError"), read


def test_a_large_directory_that_is_sound_is_read_within_the_same_bounds(tmp_path: Path) -> None:
    forge = Forge(place=tmp_path / "repository")
    content = b"content"
    nodes = [node(f"{number:06}", content=[id_of(content)], size=7) for number in range(40_000)]
    root = tree_of(nodes)
    forge.index(forge.pack(content), forge.pack(root, kind="tree"))
    forge.snapshot(id_of(root))

    read = read_bounded(forge.place, MEBIBYTES, SECONDS)

    assert len(root) > 8 << 20
    assert read.outcome == "read", read
