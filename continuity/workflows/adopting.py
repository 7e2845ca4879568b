"""Adopt a snapshot that was never sealed: what has not moved at the source takes that part."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from continuity.domain.failure import SourceError, UnreachableError
from continuity.domain.job import SamplePolicy
from continuity.domain.manifest import Entry, Kind, Seal
from continuity.domain.sampling import Sample, draw_sample, request_from_policy
from continuity.domain.snapshot import Listed
from continuity.domain.text import N_, say, shown
from continuity.hosts.files import Files

# Drawing asks for files whose content is known; it is read for the drawn ones alone, afterwards.
_TO_BE_READ = b"\0" * 32
_BATCH = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where the live counterpart of a copy's paths is: ``inside`` the copy, ``outside`` it."""

    inside: bytes
    outside: bytes

    def outside_path(self, path: bytes) -> bytes | None:
        """Give the live path of a copied one; None when it is not below ``inside``."""
        if path == self.inside:
            return self.outside
        prefix = self.inside.rstrip(b"/") + b"/"
        if not path.startswith(prefix):
            return None
        return self.outside.rstrip(b"/") + b"/" + path[len(prefix) :]


@dataclass(frozen=True, kw_only=True, slots=True)
class Adopted:
    """A sample of an unsealed snapshot; ``drifted`` files changed since and prove nothing."""

    sample: Sample
    files: int
    bytes: int
    drifted: int


def find_place(source: bytes, listing: Iterable[Listed]) -> Place:
    """Find where a live directory lies in a snapshot, by the listing and never by its `paths`.

    Its own absolute path comes first; a backup made with a relative path lists the directory below
    the root, under its name alone. Raises SourceError when it is in neither place.
    """
    live = os.path.abspath(source)
    name = os.path.basename(live)
    directories = {item.path for item in listing if item.kind is Kind.DIRECTORY}
    if live in directories:
        return Place(inside=live, outside=live)
    named = sorted(
        (path for path in directories if os.path.basename(path) == name),
        key=lambda path: (path.count(b"/"), path),
    )
    if len(named) == 1 or (named and named[0].count(b"/") < named[1].count(b"/")):
        return Place(inside=named[0], outside=live)
    raise SourceError(
        say(N_("The snapshot does not hold the directory {path}."), path=shown(live)),
        remedy=say(
            N_("Give the directory that was backed up, or leave --source out for a weaker proof.")
        ),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Live:
    """What may vouch for a snapshot: files, and where among them the copied ones are."""

    files: Files
    place: Place


def adopt_live(listing: Iterable[Listed], live: Live, policy: SamplePolicy, seed: str) -> Adopted:
    """Draw a sample among the files that are still what the snapshot says, and read those.

    A file that changes while it is read is no longer in the sample's proof.
    """
    drifted: list[bytes] = []
    entries = tuple(_undrifted(listing, live, drifted))
    sample = draw_sample(entries, request_from_policy(policy, seed, owed=None), {})
    read = tuple(_read(sample.entries, live))
    return _adopted(sample, read, entries, len(drifted))


def adopt_listing(listing: Iterable[Listed], policy: SamplePolicy, seed: str) -> Adopted:
    """Draw a sample among all listed files, with nobody but the engine to vouch for them."""
    entries = tuple(_entry(item) for item in listing if item.kind is Kind.FILE and not item.lossy)
    sample = draw_sample(entries, request_from_policy(policy, seed, owed=None), {})
    return _adopted(sample, sample.entries, entries, 0)


def _adopted(
    sample: Sample, read: tuple[Entry, ...], entries: tuple[Entry, ...], drifted: int
) -> Adopted:
    if not entries:
        raise UnreachableError(
            say(N_("No file of the snapshot can be compared with anything.")),
            remedy=say(
                N_("Everything changed since, or it is empty. Choose a newer snapshot to prove.")
            ),
        )
    return Adopted(
        sample=replace(sample, entries=read),
        files=len(entries),
        bytes=sum(entry.size for entry in entries),
        drifted=drifted,
    )


def _undrifted(listing: Iterable[Listed], live: Live, drifted: list[bytes]) -> Iterator[Entry]:
    named = ((item, _outside(item, live.place)) for item in listing)
    wanted = (pair for pair in named if pair[1])
    while batch := tuple(islice(wanted, _BATCH)):
        found = {entry.path: entry for entry in live.files.look(path for _, path in batch)}
        for item, path in batch:
            entry = found.get(path)
            if entry is None or entry.kind is not Kind.FILE or _moved(entry, item):
                drifted.append(item.path)
                continue
            yield entry._replace(path=item.path, sha256=_TO_BE_READ, seal=Seal.SEALED, links=1)


def _outside(item: Listed, place: Place) -> bytes:
    """Give the live path of a listed file; nothing for what is no file or has no name."""
    if item.lossy or item.kind is not Kind.FILE:
        return b""
    return place.outside_path(item.path) or b""


def _moved(live: Entry, item: Listed) -> bool:
    return live.size != item.size or live.mtime_ns != item.mtime_ns


def _read(entries: Sequence[Entry], live: Live) -> Iterator[Entry]:
    outside = [
        entry._replace(path=live.place.outside_path(entry.path) or entry.path) for entry in entries
    ]
    for entry, read in zip(entries, live.files.read(outside), strict=True):
        found = read._replace(path=entry.path)
        unmoved = found.size == entry.size and found.mtime_ns == entry.mtime_ns
        if found.seal is Seal.UNREADABLE or not unmoved or found.sha256 is None:
            yield found._replace(seal=Seal.UNSEALED, reason=found.reason or "moved")
        else:
            yield found._replace(seal=Seal.SEALED, links=1)


def _entry(item: Listed) -> Entry:
    return Entry(
        path=item.path,
        kind=item.kind,
        size=item.size,
        mtime_ns=item.mtime_ns,
        ctime_ns=0,
        device=0,
        inode=0,
        links=1,
        mode=item.mode,
        uid=0,
        gid=0,
        sha256=_TO_BE_READ,
        seal=Seal.SEALED,
    )
