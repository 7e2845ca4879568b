"""One throw at the witness: bytes become a part of a repository under a right code."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any  # JSON, or what a library leaves without types

import zstandard

from continuity.domain.failure import ContinuityError
from continuity.domain.manifest import Kind
from continuity.locations.objects import not_there
from continuity.witness.contents import Contents
from continuity.witness.packs import pack_name
from continuity.witness.readback import read_packs, stored_packs
from continuity.witness.repository import Repository
from continuity.witness.seal import Key, Unsealer
from tests.support.engines import PASSWORD
from tests.support.forged import TIME, Keys, id_of, key_text, node, tree_of

_KEYS = Keys(encrypt=b"e" * 32, k=b"k" * 16, r=b"r" * 16)
_KEY_FILE = key_text(_KEYS)
_FILE = b"some content"
_CONFIG = json.dumps(
    {"version": 2, "id": "ab" * 32, "chunker_polynomial": "25b468838dcb75"}
).encode()


def _sealed(content: bytes) -> bytes:
    """Seal always alike, so that the same throw is the same repository."""
    return _KEYS.seal(content, b"n" * 16)


@dataclass(kw_only=True)
class MemoryObjects:
    """Objects that are nowhere but here."""

    lanes: int = 1
    kept: dict[str, bytes] = field(default_factory=dict)

    def put(self, folder: str, content: bytes) -> str:
        id = hashlib.sha256(content).hexdigest()
        name = f"data/{id[:2]}/{id}" if folder == "data" else f"{folder}/{id}"
        self.kept[name] = content
        return id

    def list(self, folder: str) -> Iterator[tuple[str, int]]:
        found = [name for name in self.kept if name.startswith(folder + "/")]
        return iter([(name, len(self.kept[name])) for name in found])

    def read(self, name: str, offset: int, length: int) -> bytes:
        if name not in self.kept:
            raise not_there(name)
        return self.kept[name][offset : offset + length]

    def size(self, name: str) -> int:
        return len(self.read(name, 0, 1 << 40))

    def close(self) -> None:
        pass


def _whole(thrown: bytes, region: int) -> MemoryObjects:
    """Make a repository in which one region is what was thrown."""
    objects = MemoryObjects()
    tree = thrown if region == 4 else tree_of([node("a", content=[id_of(_FILE)])])
    packs = []
    for plain, kind in ((_FILE, "data"), (tree, "tree")):
        stored = thrown if region == 5 and kind == "data" else plain
        sealed = _sealed(stored)
        blob: dict[str, Any] = {"id": id_of(plain), "type": kind, "offset": 0}
        blob["length"] = len(sealed)
        if region == 5 and kind == "data":
            blob["uncompressed_length"] = len(plain)
        header = _sealed(thrown if region == 8 and kind == "data" else _header(blob))
        whole = sealed + header + struct.pack("<I", len(header))
        content = thrown if region == 6 and kind == "data" else whole
        packs.append({"id": objects.put("data", content), "blobs": [blob]})
    index = thrown if region == 3 else json.dumps({"packs": packs}).encode()
    snapshot = {"time": TIME, "tree": id_of(tree), "paths": ["/"]}
    described = thrown if region == 2 else json.dumps(snapshot).encode()
    objects.put("keys", thrown if region == 0 else _KEY_FILE)
    objects.kept["config"] = _sealed(thrown if region == 1 else _CONFIG)
    objects.put("index", _sealed(index))
    objects.put("snapshots", thrown if region == 7 else _sealed(described))
    return objects


def _header(blob: Mapping[str, Any]) -> bytes:
    number, id = int(blob["type"] == "tree"), bytes.fromhex(blob["id"])
    plain = blob.get("uncompressed_length")
    if plain is None:
        return struct.pack("<BI32s", number, blob["length"], id)
    return struct.pack("<BII32s", number + 2, blob["length"], plain, id)


REGIONS: tuple[str, ...] = (
    "key file",
    "config",
    "snapshot",
    "index",
    "tree",
    "compressed blob",
    "pack",
    "sealed file",
    "pack header",
)


def sound(region: int) -> bytes:
    """Give what this region of a sound repository holds, to begin with."""
    objects = _whole(b"", len(REGIONS))
    tree = tree_of([node("a", content=[id_of(_FILE)])])
    index, snapshot = (_only(objects, folder) for folder in ("index", "snapshots"))
    opened = Unsealer(Key(encrypt=_KEYS.encrypt, k=_KEYS.k, r=_KEYS.r)).unseal
    known = (
        _KEY_FILE,
        _CONFIG,
        opened(snapshot),
        opened(index),
        tree,
        zstandard.compress(_FILE),
        _sealed(_FILE),
        snapshot,
        _header({"id": id_of(_FILE), "type": "data", "length": len(_sealed(_FILE))}),
    )
    return bytes([region]) + known[region]


def _only(objects: MemoryObjects, folder: str) -> bytes:
    (content,) = (kept for name, kept in objects.kept.items() if name.startswith(folder))
    return content


def throw(thrown: bytes, found: Callable[[bytes], None] = lambda _content: None) -> None:
    """Read a repository of which a part was thrown: our own errors only, and no wrong content.

    The first byte chooses the region. ``found`` is told every content that was called right.
    """
    if not thrown:
        return
    objects = _whole(thrown[1:], thrown[0] % len(REGIONS))
    # Refusing in words is right; a crash, or content called right that is not, is what is sought.
    with suppress(ContinuityError), Repository(objects, PASSWORD) as repository:
        for snapshot in repository.snapshots():
            _read(Contents(repository), snapshot.tree, found)
        for pack in read_packs(repository, stored_packs(repository)):
            name = pack_name(pack.id.hex())
            assert pack.trouble or id_of(objects.kept[name]) == pack.id.hex()


def _read(contents: Contents, tree: str, found: Callable[[bytes], None]) -> None:
    entries = tuple(contents.entries(tree))
    for part in contents.files(one for one in entries if one.node.kind is Kind.FILE):
        whole = part.last and part.trouble is None and len(part.found.node.content) < 2
        if whole:
            digests = part.found.node.content or (hashlib.sha256(b"").digest(),)
            assert hashlib.sha256(part.content).digest() == digests[0]
            found(part.content)
