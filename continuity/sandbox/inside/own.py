"""Unpack a copy of an installation and tell what came out: ``own ARCHIVE DIRECTORY``.

Nothing but plain files and directories below DIRECTORY is made. Of secret files the digests are
keyed with the private key that came with them, so that they tell nothing to who lacks it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import tarfile

ABOUT = "backup.json"
"""What a copy says of itself."""

RECORD = "state/record.db"
"""Where the record lies in it; its digest is no part, since its content is asked for."""

KEY = "state/keys/checkpoint.key"
"""The private key in it, which every digest of a secret depends on."""

_MOST = 100_000
_CHUNK = 1 << 20


def tell(words: list[str]) -> dict[str, object]:
    """Unpack, and give a digest for each part."""
    archive, place = words
    os.mkdir(place, 0o700)
    try:
        with tarfile.open(archive, "r:") as tar:
            names, complaints = _unpacked(tar, place)
    except (tarfile.TarError, EOFError, OSError) as error:
        return {"complaints": [f"it cannot be unpacked: {error}"], "parts": {}}
    about = _about(place)
    if about is None:
        return {"complaints": [*complaints, f"{ABOUT} is not there or not readable"], "parts": {}}
    secret = set(map(str, about))
    key = _content(os.path.join(place, KEY)) if KEY in names else b""
    parts = {
        name: digest_of(_content(os.path.join(place, name)), key if name in secret else None)
        for name in names
        if name != RECORD
    }
    return {"complaints": complaints, "parts": parts}


def digest_of(content: bytes, key: bytes | None) -> str:
    """Digest a part; with a key, who lacks it cannot try out what the content may be."""
    if key is None:
        return hashlib.sha256(content).hexdigest()
    return hmac.new(key, content, "sha256").hexdigest()


def _unpacked(tar: tarfile.TarFile, place: str) -> tuple[list[str], list[str]]:
    names: list[str] = []
    complaints: list[str] = []
    for member in tar:
        if member.isdir():
            continue
        if not member.isreg() or not _is_below(member.name) or len(names) >= _MOST:
            complaints.append(f"not a plain file: {member.name!r}")
            continue
        _write(tar, member, os.path.join(place, member.name))
        names.append(member.name)
    return names, complaints


def _is_below(name: str) -> bool:
    return all(part not in {"", ".", ".."} for part in name.split("/"))


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> None:
    os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    source = tar.extractfile(member)
    with os.fdopen(descriptor, "wb") as file:
        while source is not None and (piece := source.read(_CHUNK)):
            file.write(piece)
    if os.path.getsize(path) != member.size:
        raise EOFError(f"{member.name} is cut short")


def _about(place: str) -> list[object] | None:
    try:
        told = json.loads(_content(os.path.join(place, ABOUT)))
    except (OSError, ValueError):
        return None
    secret = told.get("secret") if isinstance(told, dict) else None
    return secret if isinstance(secret, list) else None


def _content(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
