"""Portraits of databases, each beside the manifests under the SHA-256 of its own file.

They stand in the directory of the manifests, so that copies of manifests carry them. To read one:
``zstdcat ab/abcd….portrait.json.zst | jq .``
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import zstandard

from continuity.domain.failure import RecordError
from continuity.domain.portrait import Newest, Portrait, RowSample, TablePortrait
from continuity.domain.text import N_, say
from continuity.store.manifests.placing import settle

FORMAT: Final = 1
_SUFFIX: Final = ".portrait.json.zst"
_LEVEL: Final = 3
_HEX: Final = frozenset("0123456789abcdef")
_DIGEST: Final = 64
# A hundred thousand tables take some 50 MB; what claims to be larger is no portrait.
_LARGEST: Final = 256 << 20

_GONE = N_("The portrait {digest} is gone.")
_ALTERED = N_("The portrait {digest} was altered: its content is not what its name says.")
_MALFORMED = N_("The portrait {digest} is not written as a portrait is.")
_NO_DIGEST = N_("“{digest}” is not the name of a portrait.")
_REMEDY = N_("Bring it back from its copy in the repository, and keep this file for the inquiry.")


class PortraitShelf:
    """Writes and reads portraits in one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def write(self, portrait: Portrait) -> str:
        """Store a portrait, whole and on disk, and give its content address."""
        content = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(
            text_from_portrait(portrait)
        )
        digest = hashlib.sha256(content).hexdigest()
        place = self.path(digest)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_sound(place, digest):
            return digest
        descriptor, name = tempfile.mkstemp(prefix=".new-", dir=self._directory)
        fresh = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(place)
        finally:
            fresh.unlink(missing_ok=True)
        settle(place.parent)
        settle(self._directory)
        return digest

    def read(self, digest: str) -> Portrait:
        """Give a portrait, compared with its name first. Raises RecordError."""
        place = self.path(digest)
        try:
            content = place.read_bytes()
        except FileNotFoundError:
            raise _damaged(_GONE, digest) from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise _damaged(_ALTERED, digest)
        try:
            return portrait_from_text(_unpacked(content))
        except (ValueError, KeyError, TypeError, RecursionError, zstandard.ZstdError) as error:
            raise _damaged(_MALFORMED, digest) from error

    def path(self, digest: str) -> Path:
        """Give the place of a portrait, there or not. Raises RecordError for no digest at all."""
        if len(digest) != _DIGEST or not _HEX.issuperset(digest):
            raise _damaged(_NO_DIGEST, digest[:_DIGEST].encode("unicode_escape").decode())
        return self._directory / digest[:2] / f"{digest}{_SUFFIX}"

    def adopt(self, file: Path, digest: str) -> bool:
        """Take a file in as the portrait of this name; False when its content is another."""
        try:
            content = file.read_bytes()
            if hashlib.sha256(content).hexdigest() != digest:
                return False
            self.write(portrait_from_text(_unpacked(content)))
        except (OSError, ValueError, KeyError, TypeError, RecursionError, zstandard.ZstdError):
            return False
        return _is_sound(self.path(digest), digest)


def text_from_portrait(portrait: Portrait) -> bytes:
    """Write a portrait as JSON with sorted keys: the same portrait gives the same bytes."""
    plain = {"format": FORMAT, **asdict(portrait)}
    return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode("ascii")


def portrait_from_text(text: bytes) -> Portrait:
    """Read what ``text_from_portrait`` wrote. Raises ValueError, KeyError or TypeError."""
    plain = _mapping(json.loads(text))
    if plain["format"] != FORMAT:
        raise ValueError("a portrait of another format")
    return Portrait(
        kind=_text(plain["kind"]),
        version=_text(plain["version"]),
        tables=tuple(_table(_mapping(table)) for table in _list(plain["tables"])),
        extensions=_texts(plain["extensions"]),
        roles=_texts(plain["roles"]),
        others=tuple((_text(name), _count(count)) for name, count in _pairs(plain["others"])),
        encoding=_text(plain["encoding"]),
        collation=_text(plain["collation"]),
        answers=tuple(
            (_text(query), None if value is None else _text(value))
            for query, value in _pairs(plain["answers"])
        ),
        # Portraits of earlier versions have none.
        parts=tuple(
            (_text(name), _text(digest)) for name, digest in _pairs(plain.get("parts", []))
        ),
    )


def _table(plain: Mapping[str, object]) -> TablePortrait:
    sample = plain["sample"]
    return TablePortrait(
        name=_text(plain["name"]),
        least=_count(plain["least"]),
        most=_count(plain["most"]),
        schema=_text(plain["schema"]),
        sample=None if sample is None else _sample(_mapping(sample)),
        newest=tuple(_newest(_mapping(one)) for one in _list(plain["newest"])),
    )


def _sample(plain: Mapping[str, object]) -> RowSample:
    return RowSample(
        key=_texts(plain["key"]),
        first=_texts(plain["first"]),
        last=_texts(plain["last"]),
        rows=_count(plain["rows"]),
        digest=_text(plain["digest"]),
    )


def _newest(plain: Mapping[str, object]) -> Newest:
    value = plain["value"]
    return Newest(column=_text(plain["column"]), value=None if value is None else _text(value))


def _unpacked(content: bytes) -> bytes:
    with zstandard.ZstdDecompressor().stream_reader(content) as stream:
        text = stream.read(_LARGEST + 1)
    if len(text) > _LARGEST:
        raise ValueError("far more than a portrait")
    return text


def _is_sound(place: Path, digest: str) -> bool:
    try:
        return hashlib.sha256(place.read_bytes()).hexdigest() == digest
    except OSError:
        return False


def _mapping(plain: object) -> Mapping[str, object]:
    if not isinstance(plain, dict):
        raise TypeError("not a mapping")
    return plain


def _list(plain: object) -> Sequence[object]:
    if not isinstance(plain, list):
        raise TypeError("not a list")
    return plain


def _pairs(plain: object) -> list[tuple[object, object]]:
    pairs = [_list(pair) for pair in _list(plain)]
    return [(first, second) for first, second in pairs]


def _text(plain: object) -> str:
    if not isinstance(plain, str):
        raise TypeError("not a text")
    return plain


def _texts(plain: object) -> tuple[str, ...]:
    return tuple(_text(text) for text in _list(plain))


def _count(plain: object) -> int:
    if not isinstance(plain, int) or isinstance(plain, bool) or plain < 0:
        raise TypeError("not a count")
    return plain


def _damaged(template: str, digest: str) -> RecordError:
    return RecordError(say(template, digest=digest), remedy=say(_REMEDY))
