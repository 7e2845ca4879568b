"""The file of known hosts: whose key is known, and writing down one more (sshd(8))."""

from __future__ import annotations

import base64
import contextlib
import fnmatch
import hashlib
import hmac
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LARGEST: Final = 16 << 20
_REVOKED: Final = "@revoked"
# Names, kind and key; a comment may follow.
_FIELDS: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class HostKey:
    """A public key of a machine: its kind, such as ``ssh-ed25519``, and its bytes."""

    kind: str
    blob: bytes

    @property
    def fingerprint(self) -> str:
        """Write it as ``ssh-keygen -l`` does: ``SHA256:…``."""
        digest = base64.b64encode(hashlib.sha256(self.blob).digest())
        return f"SHA256:{digest.decode().rstrip('=')}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What a file knows of one machine."""

    accepted: tuple[HostKey, ...] = ()
    revoked: tuple[HostKey, ...] = ()


def known_keys(path: Path, name: str) -> Known:
    """Look a machine up by its name in the file; a file that is not there knows nobody.

    Lines that cannot be understood, and certificate authorities, are passed over: they make no
    machine known. Raises OSError when there is a file that cannot be read.
    """
    accepted: list[HostKey] = []
    revoked: list[HostKey] = []
    for line in _lines(path):
        read = _read(line)
        if read is not None and _names(read.names, name):
            (revoked if read.marker == _REVOKED else accepted).append(read.key)
    return Known(accepted=tuple(accepted), revoked=tuple(revoked))


def remember_key(path: Path, name: str, key: HostKey) -> None:
    """Add a machine's key. Raises OSError."""
    lines = _lines(path)
    _write(path, [*lines, known_line(name, key)])


def replace_keys(path: Path, name: str, key: HostKey) -> None:
    """Put a key in the place of all that the file knows of a machine; revoked ones stay.

    Other names of the same line stay known by it. Raises OSError.
    """
    kept = [line for old in _lines(path) for line in _without(old, name)]
    _write(path, [*kept, known_line(name, key)])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    marker: str
    names: str
    key: HostKey


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST)
    except FileNotFoundError:
        return []
    text = content.decode("utf-8", "surrogateescape")
    return text.removesuffix("\n").split("\n") if text else []


def _read(line: str) -> _Line | None:
    words = line.split()
    marker = words.pop(0) if words and words[0].startswith("@") else ""
    if not words or words[0].startswith("#") or marker not in ("", _REVOKED):
        return None
    try:
        names, kind, encoded = words[:_FIELDS]
        blob = base64.b64decode(encoded, validate=True)
    except ValueError:
        return None
    return _Line(marker=marker, names=names, key=HostKey(kind=kind, blob=blob))


def _names(patterns: str, name: str) -> bool:
    """Tell whether a line's names mean a machine; one refusal outweighs every match."""
    if patterns.startswith("|1|"):
        return _is_hash_of(patterns, name)
    matched = False
    for pattern in patterns.split(","):
        if _matches(pattern.removeprefix("!"), name):
            if pattern.startswith("!"):
                return False
            matched = True
    return matched


def _matches(pattern: str, name: str) -> bool:
    # Brackets are part of names here; only * and ? are wild.
    literal = pattern.lower().replace("[", "[[]")
    return fnmatch.fnmatchcase(name.lower(), literal)


def _is_hash_of(hashed: str, name: str) -> bool:
    try:
        _, _, salt, digest = hashed.split("|")
        expected = base64.b64decode(digest, validate=True)
        found = hmac.digest(base64.b64decode(salt, validate=True), name.lower().encode(), "sha1")
    except ValueError:
        return False
    return hmac.compare_digest(expected, found)


def _without(line: str, name: str) -> list[str]:
    """Give what stays of a line when a machine's exact name is taken out of it."""
    read = _read(line)
    if read is None or read.marker:
        return [line]
    if read.names.startswith("|1|"):
        return [] if _is_hash_of(read.names, name) else [line]
    names = read.names.split(",")
    kept = [one for one in names if one.lower() != name.lower()]
    if kept == names:
        return [line]
    return [line.replace(read.names, ",".join(kept), 1)] if kept else []


def known_line(name: str, key: HostKey) -> str:
    """Write the line by which a file knows a machine."""
    return f"{name} {key.kind} {base64.b64encode(key.blob).decode()}"


def _write(path: Path, lines: list[str]) -> None:
    """Put the file in place whole, with the permissions it had."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = Path(os.path.realpath(path))
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".known_hosts-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):  # gone already is as wanted
            os.chmod(name, target.stat().st_mode & 0o777)
        os.replace(name, target)
    except BaseException:  # also an interrupt; it goes on below
        with contextlib.suppress(FileNotFoundError):  # gone already is as wanted
            os.unlink(name)
        raise
