"""Canaries: content that nobody ever changes, planted where tampering would meet it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.facts import Canary, JobFacts
from continuity.domain.manifest import Entry, Kind, Seal

FILE, ROW = "file", "row"

ROW_NAME = "continuity_canary"
"""The table of planted rows, and what the answers to them are called."""

# Names as every office has them, in the language of its people; encryption spares none of them.
_WORDS: Mapping[str, Sequence[str]] = {
    "en": ("inventory", "invoices", "budget", "customers", "summary", "orders", "hours", "stock"),
    "es": ("inventario", "facturas", "presupuesto", "clientes", "resumen", "pedidos", "horas"),
}
_OLDEST = timedelta(days=900)
_NEWEST_DAYS = 60
_LINES = 400
_LINE_BYTES = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Seedling:
    """A file to plant: ``mtime`` is long ago, as of a file that somebody has long finished."""

    path: bytes
    content: bytes
    mtime: datetime

    @property
    def digest(self) -> str:
        """The SHA-256 of the content in hex."""
        return hashlib.sha256(self.content).hexdigest()


def grow(
    folders: Sequence[bytes], seed: bytes, language: str, now: datetime
) -> tuple[Seedling, ...]:
    """Make one file for each folder, all of them different, out of a secret seed.

    They are tables of figures: random, so that nobody can make them again without having them, and
    readable, so that they do not look encrypted before they are.
    """
    return tuple(
        _seedling(folder, hashlib.sha256(b"%d\0" % at + seed).digest(), language, now)
        for at, folder in enumerate(folders)
    )


def _seedling(folder: bytes, seed: bytes, language: str, now: datetime) -> Seedling:
    words = _WORDS.get(language, _WORDS["en"])
    age = timedelta(days=_NEWEST_DAYS + int.from_bytes(seed[:4], "big") % _OLDEST.days)
    mtime = (now - age).replace(microsecond=0)
    word = words[seed[4] % len(words)]
    name = f"{word}-{mtime:%Y-%m}-{seed[5] % 90 + 10}.csv"
    stream = hashlib.shake_256(seed).digest(_LINES * _LINE_BYTES)
    lines = (_line(stream[at : at + _LINE_BYTES]) for at in range(0, len(stream), _LINE_BYTES))
    return Seedling(
        path=folder.rstrip(b"/") + b"/" + name.encode(),
        content=("\n".join(lines) + "\n").encode(),
        mtime=mtime,
    )


def _line(noise: bytes) -> str:
    number, amount = int.from_bytes(noise[:4], "big"), int.from_bytes(noise[4:], "big")
    return f"{number % 10**6:06};{amount % 10**6 / 100:.2f};{noise[0] % 40}"


def planted_files(facts: JobFacts, roots: Sequence[bytes], before: datetime) -> dict[bytes, bytes]:
    """Give the planted files that a copy of that time must hold: their paths, with SHA-256.

    Those outside the roots belong to what the job protected earlier.
    """
    inside = tuple(root.rstrip(b"/") + b"/" for root in roots)
    return {
        path: bytes.fromhex(canary.digest)
        for canary in facts.canaries
        if canary.kind == FILE
        and canary.at <= before
        and (path := canary.name.encode()).startswith(inside)
    }


def planted_rows(facts: JobFacts, before: datetime) -> tuple[Canary, ...]:
    """Give the planted rows that a copy of that time must hold."""
    return tuple(one for one in facts.canaries if one.kind == ROW and one.at <= before)


def watch_planted(
    entries: Iterable[Entry], planted: Mapping[bytes, bytes], altered: list[bytes]
) -> Iterator[Entry]:
    """Pass entries through unchanged, naming the planted files that are not as they were planted.

    One that nobody may read is not known to have changed; one that moves while it is read is.
    """
    left = dict(planted)
    for entry in entries:
        digest = left.pop(entry.path, None)
        if digest is not None and _is_altered(entry, digest) and entry.path not in altered:
            altered.append(entry.path)
        yield entry
    altered.extend(path for path in sorted(left) if path not in altered)


def _is_altered(entry: Entry, digest: bytes) -> bool:
    if entry.kind is not Kind.FILE:
        return True
    return entry.sha256 != digest and entry.seal is not Seal.UNREADABLE
