"""What `status` remembers between two starts: plans and facts, never a verdict."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from continuity import __version__
from continuity.domain.clock import text_from_time, time_from_text
from continuity.domain.evidence import Head
from continuity.domain.facts_plain import facts_from_plain, plain_from_facts
from continuity.domain.portfolio import Portfolio
from continuity.domain.portfolio_plain import plain_from_plans, plans_from_plain
from continuity.store.peek import peek_head

LONGEST = timedelta(hours=24)
"""After this the whole record is read again, whatever is remembered."""

# Another version of the program may read the same files and records in another way.
_FORMAT = f"1 {__version__}"
_DIGEST = 64
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, kw_only=True, slots=True)
class Remembered:
    """Plans and facts, and what they hold for.

    ``workspace`` is the fingerprint of what people wrote; ``stamp`` says which bytes of the
    database were read, up to ``head``; ``read_at`` when it was last read from its first record on.
    """

    workspace: str
    database: Path
    stamp: str
    head: Head
    read_at: datetime
    portfolio: Portfolio

    def is_young(self, now: datetime) -> bool:
        """Tell whether the whole record was read within a day; not before the present either."""
        return self.read_at <= now < self.read_at + LONGEST

    def holds(self, now: datetime) -> bool:
        """Tell whether the record is still the one that was read."""
        return (
            self.is_young(now)
            and self.stamp == stamp_of(self.database)
            and peek_head(self.database) == self.head
        )


def place_of_memory(root: Path, environ: Mapping[str, str]) -> Path | None:
    """Give the file in which a workspace is remembered; None where this user has no cache."""
    home = environ.get("HOME", "")
    cache = environ.get("XDG_CACHE_HOME") or (f"{home}/.cache" if home else "")
    if not cache.startswith("/"):
        return None
    name = hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:32]
    return Path(cache, "continuity", f"{name}.json")


def stamp_of(database: Path) -> str:
    """Give a text that changes when the database file, or the log beside it, is written."""
    return f"{_stamp(database)} {_stamp(Path(f'{database}-wal'))}"


def _stamp(path: Path) -> str:
    try:
        found = path.stat()
    except OSError as error:
        return f"error {error.errno}"
    # An empty log says what no log says; readers make and remove it.
    if found.st_size == 0:
        return f"error {2}"
    return f"{found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"


def recall(place: Path) -> Remembered | None:
    """Read what was remembered; None when there is nothing, or nothing that can be believed."""
    try:
        written = _bytes_for_owner_alone(place)
        digest, content = written[:_DIGEST], written[_DIGEST:]
        if hashlib.sha256(content).hexdigest().encode() != digest:
            return None
        with _without_collection():
            return _remembered(json.loads(content))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _bytes_for_owner_alone(place: Path) -> bytes:
    descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as opened:
        found = os.fstat(descriptor)
        if found.st_uid != os.geteuid() or found.st_mode & _OTHERS:
            raise PermissionError
        if not stat.S_ISREG(found.st_mode):
            raise IsADirectoryError
        return opened.read()


@contextmanager
def _without_collection() -> Iterator[None]:
    """Spare the collector's walks over ten thousands of new facts, none of which is garbage."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _remembered(plain: Mapping[str, object]) -> Remembered:
    if plain["format"] != _FORMAT:
        raise ValueError("a memory of another format")
    systems, jobs = plans_from_plain(_mapping(plain["plans"]))
    facts = facts_from_plain(_mapping(plain["facts"]))
    return Remembered(
        workspace=str(plain["workspace"]),
        database=Path(str(plain["database"])),
        stamp=str(plain["stamp"]),
        head=Head(sequence=facts.sequence, hash=str(plain["hash"])),
        read_at=time_from_text(str(plain["read_at"])),
        portfolio=Portfolio(systems=systems, jobs=jobs, facts=facts, zone=str(plain["zone"])),
    )


def _mapping(plain: object) -> Mapping[str, object]:
    if not isinstance(plain, dict):
        raise TypeError("not a mapping")
    return plain


def remember(place: Path, what: Remembered) -> None:
    """Write it down, whole or not at all; a place that cannot be written is no reason to fail."""
    portfolio = what.portfolio
    plain = {
        "format": _FORMAT,
        "workspace": what.workspace,
        "database": str(what.database),
        "stamp": what.stamp,
        "hash": what.head.hash,
        "read_at": text_from_time(what.read_at),
        "zone": portfolio.zone,
        "plans": plain_from_plans(portfolio.systems, portfolio.jobs),
        "facts": plain_from_facts(portfolio.facts),
    }
    content = json.dumps(plain, separators=(",", ":")).encode()
    unfinished = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(hashlib.sha256(content).hexdigest().encode() + content)
        unfinished.replace(place)
    except OSError:
        forget(unfinished)


def forget(place: Path) -> None:
    """Remember nothing any more."""
    try:
        place.unlink(missing_ok=True)
    except OSError:
        return
