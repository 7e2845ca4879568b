"""Repositories that a real restic made and that the witness reads."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from continuity.domain.manifest import Kind
from continuity.domain.secret import Secret
from continuity.locations.objects_local import LocalObjects
from continuity.witness.contents import Contents
from continuity.witness.index import Place
from continuity.witness.repository import Repository
from continuity.witness.walking import Wanted
from tests.support.cheap_keys import cheapen
from tests.support.engines import PASSWORD, empty_repository


def restic(program: Path, place: Path, *words: str | Path, password: str | None = None) -> str:
    """Run restic on a repository; gives what it printed."""
    ran = subprocess.run(
        [str(program), "-r", str(place), "--no-cache", *map(str, words)],
        env={**os.environ, "RESTIC_PASSWORD": password or PASSWORD.reveal()},
        check=True,
        capture_output=True,
        text=True,
        timeout=100,
    )
    return ran.stdout


def backed_up(program: Path, place: Path, source: Path, *options: str, version: int = 2) -> Path:
    """Make a repository with one snapshot, whose key costs no time."""
    if version == 2:
        shutil.copytree(empty_repository("restic", program), place)
    else:
        restic(program, place, "init", "--repository-version", str(version))
        cheapen(place, PASSWORD.reveal())
    restic(program, place, *options, "backup", source)
    return place


@contextmanager
def witnessed(place: Path, password: Secret = PASSWORD) -> Iterator[Repository]:
    """Open a repository on this disk."""
    with Repository(LocalObjects(os.fsencode(place)), password) as repository:
        yield repository


def contents_of(repository: Repository, *paths: bytes) -> dict[bytes, bytes | str]:
    """Read files of the newest snapshot by path, every one if none is named; or their trouble."""
    contents = Contents(repository)
    wanted = Wanted(paths) if paths else None
    found = contents.entries(repository.snapshots()[-1].tree, wanted)
    read: dict[bytes, bytes] = {}
    troubles: dict[bytes, str] = {}
    for part in contents.files([one for one in found if one.node.kind is Kind.FILE]):
        read[part.found.path] = read.get(part.found.path, b"") + part.content
        if part.trouble is not None:
            troubles[part.found.path] = str(part.trouble)
    return {**read, **troubles}


def place_of(place: Path, path: bytes, password: Secret = PASSWORD) -> tuple[Path, Place]:
    """Tell in which pack, and where in it, the first piece of a file is stored."""
    with witnessed(place, password) as repository:
        (found,) = Contents(repository).entries(repository.snapshots()[-1].tree, Wanted([path]))
        where = repository.index.places(found.node.content[0], tree=False)[0]
        pack = repository.index.pack_id(where.pack)
    return place / "data" / pack[:2] / pack, where


def directory_of(place: Path, path: bytes, password: Secret = PASSWORD) -> tuple[Path, Place]:
    """Tell in which pack, and where in it, the list of what is in a directory is stored."""
    with witnessed(place, password) as repository:
        (found,) = Contents(repository).entries(repository.snapshots()[-1].tree, Wanted([path]))
        assert found.node.subtree is not None
        where = repository.index.places(found.node.subtree, tree=True)[0]
        pack = repository.index.pack_id(where.pack)
    return place / "data" / pack[:2] / pack, where


def rewritten(path: Path, content: bytes) -> None:
    """Change a stored file in place."""
    path.chmod(0o600)
    path.write_bytes(content)


def key_file(place: Path) -> dict[str, object]:
    """Read the only key file."""
    (path,) = (place / "keys").iterdir()
    stored: dict[str, object] = json.loads(path.read_text())
    return stored


def with_key_file(place: Path, stored: dict[str, object]) -> None:
    """Put another key file in the place of the only one, under the name that fits it."""
    (old,) = (place / "keys").iterdir()
    old.unlink()
    add_key_file(place, stored)


def add_key_file(place: Path, stored: dict[str, object]) -> None:
    """Put one more key file under the name that fits it."""
    text = json.dumps(stored).encode()
    (place / "keys" / hashlib.sha256(text).hexdigest()).write_bytes(text)


def text_of(content: bytes) -> str:
    """Write bytes as key files hold them."""
    return base64.b64encode(content).decode()
