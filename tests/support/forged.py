"""Repositories made byte by byte, so that anything in them can lie under a right code."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import zstandard
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR, ECB
from cryptography.hazmat.primitives.poly1305 import Poly1305

from tests.support.engines import PASSWORD
from tests.support.witnessed import contents_of, text_of, witnessed

_SALT = bytes(64)
TIME = "2026-11-21T10:00:00Z"


@dataclass(frozen=True, kw_only=True)
class Keys:
    """A key of the repository: it seals whatever it is given."""

    encrypt: bytes
    k: bytes
    r: bytes

    def seal(self, content: bytes, nonce: bytes = b"") -> bytes:
        """Seal a content."""
        nonce = nonce or os.urandom(16)
        hidden = Cipher(AES(self.encrypt), CTR(nonce)).encryptor().update(content)
        masked = Cipher(AES(self.k), ECB()).encryptor().update(nonce)  # noqa: S305 - one block
        return nonce + hidden + Poly1305.generate_tag(self.r + masked, hidden)


def key_text(keys: Keys) -> bytes:
    """Write a key file that the password opens, and that costs no time."""
    derived = hashlib.scrypt(PASSWORD.reveal().encode(), salt=_SALT, n=16, r=1, p=1, dklen=64)
    own = Keys(encrypt=derived[:32], k=derived[32:48], r=derived[48:])
    master = {
        "mac": {"k": text_of(keys.k), "r": text_of(keys.r)},
        "encrypt": text_of(keys.encrypt),
    }
    stored = {
        "kdf": "scrypt",
        "N": 16,
        "r": 1,
        "p": 1,
        "salt": text_of(_SALT),
        "data": text_of(own.seal(json.dumps(master).encode())),
    }
    return json.dumps(stored).encode()


@dataclass(kw_only=True)
class Forge:
    """A repository that grows as a test wishes."""

    place: Path
    version: int = 2
    change_header: Callable[[bytes], bytes] = bytes
    keys: Keys = field(
        default_factory=lambda: Keys(encrypt=os.urandom(32), k=os.urandom(16), r=os.urandom(16))
    )

    def __post_init__(self) -> None:
        for folder in ("keys", "snapshots", "index", "data", "locks"):
            (self.place / folder).mkdir(parents=True, exist_ok=True)
        self.write("keys", key_text(self.keys))
        self.config(version=self.version)

    def config(self, **change: object) -> None:
        """Write the config."""
        stored = {"version": 2, "id": "ab" * 32, "chunker_polynomial": "25b468838dcb75"}
        sealed = self.keys.seal(json.dumps({**stored, **change}).encode())
        (self.place / "config").write_bytes(sealed)

    def write(self, folder: str, content: bytes) -> str:
        """Store an object under the hash of its bytes; gives its id."""
        id = hashlib.sha256(content).hexdigest()
        folder = f"data/{id[:2]}" if folder == "data" else folder
        (self.place / folder).mkdir(parents=True, exist_ok=True)
        (self.place / folder / id).write_bytes(content)
        return id

    def unpacked(self, folder: str, stored: object | bytes, *, packed: bool = False) -> str:
        """Store a snapshot or an index."""
        text = stored if isinstance(stored, bytes) else json.dumps(stored).encode()
        if packed:
            text = b"\x02" + zstandard.compress(text)
        return self.write(folder, self.keys.seal(text))

    def pack(
        self, *blobs: bytes | tuple[bytes, Mapping[str, object]], kind: str = "data"
    ) -> dict[str, object]:
        """Store blobs in a pack; gives how an index names it. A mapping changes what it says."""
        content, header, named = b"", b"", []
        for blob in blobs:
            plain, change = blob if isinstance(blob, tuple) else (blob, {})
            sealed = self.keys.seal(zstandard.compress(plain) if self.version > 1 else plain)
            entry: dict[str, object] = {
                "id": hashlib.sha256(plain).hexdigest(),
                "type": kind,
                "offset": len(content),
                "length": len(sealed),
            }
            if self.version > 1:
                entry["uncompressed_length"] = len(plain)
            named.append({**entry, **change})
            content += sealed
            header += self._header_entry(kind, sealed, plain)
        sealed = self.keys.seal(self.change_header(header))
        stored = content + sealed + struct.pack("<I", len(sealed))
        return {"id": self.write("data", stored), "blobs": named}

    def _header_entry(self, kind: str, sealed: bytes, plain: bytes) -> bytes:
        number, id = int(kind == "tree"), hashlib.sha256(plain).digest()
        if self.version > 1:
            return struct.pack("<BII32s", number + 2, len(sealed), len(plain), id)
        return struct.pack("<BI32s", number, len(sealed), id)

    def index(self, *packs: Mapping[str, object], **more: object) -> str:
        """Store an index that names these packs."""
        return self.unpacked("index", {"packs": list(packs), **more})

    def snapshot(self, tree: str, **more: object) -> str:
        """Store a snapshot of a tree."""
        return self.unpacked(
            "snapshots", {"time": TIME, "tree": tree, "paths": ["/"], "hostname": "x", **more}
        )


def node(name: str, kind: str = "file", **more: object) -> dict[str, object]:
    """Write an entry of a directory."""
    stored = {
        "name": name,
        "type": kind,
        "mode": 0o644,
        "mtime": TIME,
        "atime": TIME,
        "ctime": TIME,
    }
    return {**stored, "uid": 0, "gid": 0, **more}


def tree_of(nodes: Sequence[Mapping[str, object]]) -> bytes:
    """Write a directory."""
    return json.dumps({"nodes": list(nodes)}).encode()


def id_of(content: bytes) -> str:
    """Name a blob."""
    return hashlib.sha256(content).hexdigest()


def simple(place: Path, files: Mapping[str, Sequence[bytes]], version: int = 2) -> Forge:
    """Make a repository with one snapshot of these files, each of the pieces given."""
    forge = Forge(place=place, version=version)
    nodes = [
        node(name, content=[id_of(piece) for piece in pieces], size=sum(map(len, pieces)))
        for name, pieces in sorted(files.items())
    ]
    root = tree_of(nodes)
    pieces = dict.fromkeys(piece for pieces in files.values() for piece in pieces)
    forge.index(forge.pack(*pieces), forge.pack(root, kind="tree"))
    forge.snapshot(id_of(root))
    return forge


def pointed(place: Path, **change: object) -> dict[bytes, bytes | str]:
    """Read a file whose index entry says something else than what is stored."""
    forge = Forge(place=place)
    stored = b"a" * 700
    root = tree_of([node("a", content=[id_of(stored)])])
    forge.index(forge.pack((stored, change), b"b" * 900), forge.pack(root, kind="tree"))
    forge.snapshot(id_of(root))
    with witnessed(place) as repository:
        return contents_of(repository)
