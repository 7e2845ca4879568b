"""The private key that signs checkpoints: made once, kept for its owner alone, replaced in turn."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from continuity.domain.failure import AuthenticationError, StoreError
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say, shown
from continuity.store import signing
from continuity.store.signers import (
    BUNDLES,
    SIGNERS,
    Signer,
    read_signers,
    text_from_public,
    text_from_signers,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PRIVATE = "checkpoint.key"
"""The file of the private key in the directory of the keys."""

_COMING = "checkpoint.key.coming"
_PUBLIC = "checkpoint.key.pub"
_OTHERS = 0o077


@dataclass(frozen=True, kw_only=True, slots=True)
class Keys:
    """The directory of the keys, and the passphrase of the private one, if it has one."""

    directory: Path
    passphrase: Secret | None = None

    def sign(self, message: bytes) -> str:
        """Sign a checkpoint's text in OpenSSH's format."""
        return signing.sign(self.private(), message)

    def sign_bundle(self, message: bytes) -> str:
        """Sign the list of files of an offline copy, in the same format."""
        return signing.sign(self.private(), message, BUNDLES)

    def private(self) -> Ed25519PrivateKey:
        """Read the private key; raises AuthenticationError when it cannot be used."""
        return _read_key(self, PRIVATE)

    def public(self) -> bytes:
        """Give the public key that belongs to the signatures made now, 32 bytes."""
        return _public(self.private())

    def signers(self) -> tuple[Signer, ...]:
        """Read every public key this record ever had."""
        return read_signers(self.directory / SIGNERS)


def open_keys(directory: Path, passphrase: Secret | None = None) -> Keys:
    """Give the keys kept in a directory, and make the first one where there is none.

    Raises StoreError when the directory cannot be used, AuthenticationError for a passphrase that
    is missing or wrong.
    """
    keys = Keys(directory=directory, passphrase=passphrase)
    with _alone(directory):
        _finish_rotation(keys)
        if not (directory / PRIVATE).exists():
            _write(directory / PRIVATE, _bytes_from_key(_new_key(), passphrase))
        if not (directory / SIGNERS).exists():
            _publish(keys, [Signer(public=keys.public())])
    return keys


def rotate_keys(keys: Keys, now: datetime) -> None:
    """Let a new key sign from now on; what the old one signed until now stays valid."""
    with _alone(keys.directory):
        fresh = _new_key()
        _write(keys.directory / _COMING, _bytes_from_key(fresh, keys.passphrase))
        # The file knows whole seconds: what was signed within this one stays valid.
        until = now.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        retired = (
            signer if signer.until else replace(signer, until=until) for signer in keys.signers()
        )
        _publish(keys, [*retired, Signer(public=_public(fresh))])
        (keys.directory / _COMING).replace(keys.directory / PRIVATE)


def _finish_rotation(keys: Keys) -> None:
    """Go on where a killed rotation stopped: it counts once the new key was published."""
    coming = keys.directory / _COMING
    if not coming.exists():
        return
    public = _public(_read_key(keys, _COMING))
    if any(signer.public == public for signer in keys.signers()):
        coming.replace(keys.directory / PRIVATE)
    else:
        coming.unlink()


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise StoreError(
            say(
                N_("The keys in {path} cannot be used: {why}."),
                path=shown(os.fsencode(directory)),
                why=why,
            ),
            remedy=say(N_("Run as the user who owns the state, and check space and permissions.")),
        ) from error


def _publish(keys: Keys, signers: Iterable[Signer]) -> None:
    known = list(signers)
    _write(keys.directory / _PUBLIC, f"{text_from_public(known[-1].public)} continuity\n".encode())
    _write(keys.directory / SIGNERS, text_from_signers(known).encode())


def _write(path: Path, content: bytes) -> None:
    """Replace a file at once, readable by its owner alone."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    unfinished.replace(path)


def _new_key() -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.generate()


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def _bytes_from_key(key: Ed25519PrivateKey, passphrase: Secret | None) -> bytes:
    from cryptography.hazmat.primitives import serialization

    if passphrase is None:
        return key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        )
    # PKCS 8: OpenSSH's own encryption would need one more library, bcrypt.
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.reveal().encode()),
    )


def _read_key(keys: Keys, name: str) -> Ed25519PrivateKey:
    path = keys.directory / name
    try:
        if path.stat().st_mode & _OTHERS:
            raise _unusable(path, N_("The private key {path} can be read by others."), _CLOSE)
        return _key_from_bytes(path.read_bytes(), keys.passphrase)
    except OSError as error:
        raise _unusable(path, N_("The private key {path} cannot be read."), _OWNER) from error
    except (ValueError, TypeError) as error:
        what = N_("The private key {path} does not open with the passphrase given.")
        raise _unusable(path, what, _PASSPHRASE) from error


_CLOSE = N_("Let only its owner read it (mode 600), and consider replacing it.")
_OWNER = N_("Run as the user who owns the state.")
_PASSPHRASE = N_(
    "Check the passphrase in the workspace; without it, put the key aside for a new one."
)


def _unusable(path: Path, what: str, remedy: str) -> AuthenticationError:
    return AuthenticationError(say(what, path=shown(os.fsencode(path))), remedy=say(remedy))


def _key_from_bytes(content: bytes, passphrase: Secret | None) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives import serialization

    if content.startswith(b"-----BEGIN OPENSSH PRIVATE KEY-----"):
        return _ed25519(serialization.load_ssh_private_key(content, password=None))
    password = None if passphrase is None else passphrase.reveal().encode()
    return _ed25519(serialization.load_pem_private_key(content, password=password))


def _ed25519(key: object) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("not an Ed25519 key")
    return key
