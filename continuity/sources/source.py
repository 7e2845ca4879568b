"""What every kind of source tells about itself."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from continuity.domain.by_hand import ByHand
from continuity.domain.canary import ROW_NAME
from continuity.domain.clock import Now
from continuity.domain.job import Source
from continuity.domain.portrait import Portrait
from continuity.domain.secret import Secret
from continuity.domain.text import Message
from continuity.hosts.host import Host
from continuity.sandbox.cell import Cell
from continuity.sources.premises import Premises
from continuity.sources.replacement import Door, Replace


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """What of a host's files a source covers; a captured source covers none.

    ``roots`` are absolute; ``excludes`` are patterns in the engine's own language. ``mounts`` must
    be mount points and ``sentinels`` must exist before anything is copied.
    """

    roots: tuple[bytes, ...]
    excludes: tuple[str, ...]
    one_file_system: bool
    mounts: tuple[bytes, ...]
    sentinels: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Capturing:
    """What capturing needs: the source, its machine, its password and a private directory here.

    ``turn`` counts the captures made so far, so that samples can rotate. ``questions`` are queries
    of the job's checks whose answers of this moment belong into the portrait. ``premises`` is this
    installation itself, for who protects it.
    """

    job: str
    source: Source
    host: Host
    password: Secret | None
    scratch: Path
    now: Now
    turn: int
    questions: tuple[str, ...] = ()
    premises: Premises | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Captured:
    """A consistent copy on its way.

    ``path`` is where it lies in the snapshot (see ``captured_path``). ``data_time`` is the instant
    at which it is consistent. ``pieces`` raises unless the producer ended well. ``portrait`` may be
    asked when the pieces are through; it is told by the source, never by the copy. ``warnings`` say
    what of the source the copy cannot hold, or hold only weakly.
    """

    path: bytes
    data_time: datetime
    pieces: Iterator[bytes]
    portrait: Callable[[], Portrait]
    warnings: tuple[Message, ...] = ()


def captured_path(job: str, suffix: str) -> bytes:
    """Name the place of a captured stream in its snapshot, such as ``/erp-db.pgdump``.

    There is no directory in it: restic 0.18.0 refuses a stream below one (restic issue 5324).
    """
    return f"/{job}.{suffix}".encode()


Capture = Callable[[Capturing], AbstractContextManager[Captured]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reviving:
    """What reviving needs: the restored copy inside the cell, and what it should become.

    ``restored`` is the captured file in the sandbox; ``home`` is a private directory beside it for
    the scratch server. Everything runs through ``cell``. ``phase`` times a part by its name.
    """

    source: Source
    restored: Path
    home: Path
    cell: Cell
    portrait: Portrait
    now: Now
    phase: Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Revived:
    """A scratch server with the restored data in it.

    ``portrait`` is made of it, asked the same way as the source was, with the same samples.
    ``complaints`` is every line of the loader that reports an error: exit 0 proves nothing.
    ``ask`` puts one query of the job's checks and gives the first column of its first row as text,
    None for NULL or no row; it raises RevivalError when the server refuses the query. ``ask_empty``
    puts it to a new, empty database of the same server: what passes there proves nothing.
    ``environment`` lets a program in the cell reach the server. ``warnings`` are lines of the
    loader that report less than an error.
    """

    version: str
    portrait: Portrait
    complaints: tuple[str, ...]
    ask: Callable[[str], str | None]
    ask_empty: Callable[[str], str | None]
    environment: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


Revive = Callable[[Reviving], AbstractContextManager[Revived]]


@dataclass(frozen=True, kw_only=True, slots=True)
class RowCanary:
    """A known row in a table of its own: what makes it, what reads it, and what is read then."""

    statements: tuple[str, ...]
    query: str
    value: str


def row_canary(number: int, value: str) -> RowCanary:
    """Make a row in words that every database understands; ``value`` is hexadecimal."""
    if not value.isalnum():
        raise ValueError("the value of a canary needs no quoting")
    return RowCanary(
        statements=(
            f"CREATE TABLE IF NOT EXISTS {ROW_NAME}"
            " (id INTEGER NOT NULL PRIMARY KEY, note VARCHAR(80) NOT NULL)",
            f"INSERT INTO {ROW_NAME} (id, note) VALUES ({number}, '{value}')",
        ),
        query=f"SELECT note FROM {ROW_NAME} WHERE id = {number}",
        value=value,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Planting:
    """What planting needs: the source, its machine, its password, and what is to be executed."""

    source: Source
    host: Host
    password: Secret | None
    scratch: Path
    statements: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadAsked:
    """A restored copy that somebody has to load without Continuity.

    It lies in the directory ``TARGET``; ``portrait`` is what it was, None where nobody knows.
    """

    job: str
    source: Source
    portrait: Portrait | None


Plant = Callable[[Planting], None]
"""Executes statements in the source, all of them or none; raises what the source raises."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Inquiring:
    """What a question to the living source needs; it may only read, and take so many seconds."""

    source: Source
    host: Host
    password: Secret | None
    query: str
    seconds: float


Inquire = Callable[[Inquiring], str | None]
"""Gives the first column of the first row as text, None for NULL or no row; raises what the source
raises."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceKind:
    """An entry of the registry: the name people write, its own keys, and what it covers.

    A kind with ``capture`` is copied as a stream that it makes itself, and is brought to life by
    ``revive`` in every drill; one without is copied as files. ``plant`` puts a canary into it, and
    ``inquire`` asks it a question, reading only. ``needs`` names the programs that it takes on
    another machine, by name or path. ``by_hand`` tells how people load a copy with stock programs;
    restored files need no loading. ``of_itself`` is the kind that protects this installation.
    ``replace`` lets a copy take the place of the living one.
    """

    name: str
    options: type[Source]
    extent: Callable[[Source], Extent]
    capture: Capture | None = None
    revive: Revive | None = None
    plant: Plant | None = None
    inquire: Inquire | None = None
    needs: Callable[[Source], tuple[str, ...]] = lambda _source: ()
    by_hand: Callable[[LoadAsked], ByHand] = lambda _asked: ByHand()
    of_itself: bool = False
    replace: Replace | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Living:
    """A source that gives a stream of itself and can be brought to life: a database.

    ``open_host`` reaches the machine on which it lives; ``read_password`` fetches what it asks
    for, None when it asks for nothing. ``questions`` are the queries of the job's checks whose
    answers of the moment of capture are kept. ``plant`` is None where canaries are planted by hand.
    ``open_door`` is the way by which it is replaced, where ``replace`` is not None.
    ``premises`` finds this installation for the source that protects it.
    """

    capture: Capture
    revive: Revive
    open_host: Callable[[], Host]
    read_password: Callable[[], Secret | None]
    questions: tuple[str, ...] = ()
    plant: Plant | None = None
    inquire: Inquire | None = None
    replace: Replace | None = None
    open_door: Callable[[], Door] | None = None
    premises: Callable[[], Premises] | None = None


NO_FILES = Extent(roots=(), excludes=(), one_file_system=False, mounts=(), sentinels=())
"""The extent of a captured source."""


def path_set(source: Source, covered: Extent) -> str:
    """Digest what a source covers; a proof holds only as long as this stays the same."""
    described: dict[str, object] = {
        "kind": source.kind,
        "host": source.host,
        "roots": [os.fsdecode(root) for root in covered.roots],
        "excludes": list(covered.excludes),
        "one_file_system": covered.one_file_system,
    }
    if not covered.roots:
        described["what"] = source.identity()
    text = json.dumps(described, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
