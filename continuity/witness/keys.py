"""Key files: from a password to the key of the repository."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

import msgspec

from continuity.domain.failure import ToolError
from continuity.domain.secret import Secret
from continuity.domain.text import N_, Message, say
from continuity.locations.objects import Objects
from continuity.witness.limits import KEY_FILE_BYTES, KEYS, SCRYPT_MEMORY, SCRYPT_WORK
from continuity.witness.seal import Key, Unsealer
from continuity.witness.trouble import UnfitError, brief, damaged, unfamiliar, wrong_password
from continuity.witness.unpacked import is_id, is_unfinished

_LENGTHS = {"encrypt": 32, "k": 16, "r": 16}
_DERIVED = 64
_LEAST_SALT, _MOST_SALT = 8, 1024
_SPARE_MEMORY = 1 << 20


class KeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key file as it is stored, not sealed."""

    kdf: str
    N: int
    r: int
    p: int
    salt: str
    data: str
    created: str = ""
    username: str = ""
    hostname: str = ""


class _Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    k: str
    r: str


class _Master(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    mac: _Code
    encrypt: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unlocked:
    """The key of the repository, and what was found wrong with other key files."""

    key: Key
    problems: tuple[Message, ...]


def unlock(objects: Objects, password: Secret) -> Unlocked:
    """Find the key file that the password opens.

    A key file is named by the hash of its bytes, so that a damaged one is told apart from a wrong
    password. Raises AuthenticationError, DamagedError, and ToolError for an unknown form.
    """
    problems: list[Message] = []
    unknown: list[ToolError] = []
    stored = sorted(name for name, _ in objects.list("keys"))
    names = (name for name in stored if not is_unfinished(name.rpartition("/")[2]))
    for position, name in enumerate(names):
        if position == KEYS:
            unknown.append(unfamiliar("keys", f"more than {KEYS} key files"))
            break
        try:
            key = _opened(objects, name, password)
        except UnfitError as error:
            problems.append(damaged(_shown(name), error.how).what)
        except ToolError as error:
            unknown.append(error)
        else:
            if key is not None:
                return Unlocked(key=key, problems=tuple(problems))
    if problems:
        raise damaged("keys", problems[0])
    raise unknown[0] if unknown else wrong_password()


def _opened(objects: Objects, name: str, password: Secret) -> Key | None:
    """Try one key file: None when the password is not its own."""
    if not is_id(name.rpartition("/")[2]):
        raise unfamiliar(_shown(name), "an id that is none")
    text = objects.read(name, 0, KEY_FILE_BYTES + 1)
    if hashlib.sha256(text).hexdigest() != name.rpartition("/")[2]:
        raise UnfitError(say(N_("its bytes do not fit its name.")))
    try:
        stored = msgspec.json.decode(text, type=KeyFile)
        salt, sealed = _bytes_of(stored.salt), _bytes_of(stored.data)
    except (ValueError, RecursionError) as error:
        raise unfamiliar(_shown(name), str(error)) from error
    _require_bounds(stored, salt, _shown(name))
    derived = hashlib.scrypt(
        password.reveal().encode("utf-8", "surrogateescape"),
        salt=salt,
        n=stored.N,
        r=stored.r,
        p=stored.p,
        maxmem=128 * stored.r * (stored.N + stored.p + 2) + _SPARE_MEMORY,
        dklen=_DERIVED,
    )
    own = Key(encrypt=derived[:32], k=derived[32:48], r=derived[48:64])
    try:
        content = Unsealer(own).unseal(sealed)
    except UnfitError:
        return None
    return _master(content, _shown(name))


def _require_bounds(stored: KeyFile, salt: bytes, name: str) -> None:
    """Refuse a derivation that would take all memory, or hours."""
    if stored.kdf != "scrypt":
        raise unfamiliar(name, f"kdf {stored.kdf}")
    n, r, p = stored.N, stored.r, stored.p
    sensible = 1 < n <= SCRYPT_WORK and n & (n - 1) == 0 and 0 < r <= SCRYPT_WORK and p > 0
    if not sensible or 128 * n * r > SCRYPT_MEMORY or n * r * p > SCRYPT_WORK:
        raise unfamiliar(name, f"scrypt N={n}, r={r}, p={p}")
    if not _LEAST_SALT <= len(salt) <= _MOST_SALT:
        raise unfamiliar(name, f"salt of {len(salt)} bytes")


def _master(content: bytes, name: str) -> Key:
    try:
        stored = msgspec.json.decode(content, type=_Master)
        parts = {
            "encrypt": _bytes_of(stored.encrypt),
            "k": _bytes_of(stored.mac.k),
            "r": _bytes_of(stored.mac.r),
        }
    except (ValueError, RecursionError):
        # What the decoder says could quote the key.
        raise unfamiliar(name, "the key in it") from None
    if {part: len(value) for part, value in parts.items()} != _LENGTHS:
        raise unfamiliar(name, "the length of the key in it")
    return Key(**parts)


def _bytes_of(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("base64") from None


def _shown(name: str) -> str:
    folder, _, id = name.rpartition("/")
    return f"{folder}/{brief(id)}"
