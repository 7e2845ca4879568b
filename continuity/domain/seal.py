"""Joining what was surveyed with what the snapshot says it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from continuity.domain.listing import Listing, Unsurveyed
from continuity.domain.lossy import lossy_form
from continuity.domain.manifest import Entry, Kind, Seal, tree_order
from continuity.domain.snapshot import Listed

ABSENT: Final = "absent-in-snapshot"
SOCKET: Final = "socket-not-kept"
UNSURVEYED: Final = "absent-in-survey"
KIND_DIFFERS: Final = "kind-differs"
SIZE_DIFFERS: Final = "size-differs"
MODE_DIFFERS: Final = "mode-differs"
TARGET_DIFFERS: Final = "link-target-differs"
MODIFIED: Final = "modified-during-backup"
NAME_AMBIGUOUS: Final = "name-ambiguous"
NOT_LISTED: Final = "not-listed"
CHANGED_SILENTLY: Final = "changed-silently"
# A sealed directory with this reason had another time in the snapshot than in the survey.
TOUCHED: Final = "directory-touched"

_RWX: Final = 0o777
_SECOND: Final = 10**9


def seal(
    entries: Iterable[Entry], listing: Iterable[Listed], unsurveyed: Unsurveyed
) -> Iterator[Entry]:
    """Give the surveyed entries with their seals, and unsealed ones for what only the listing has.

    Both come in tree order and are joined as streams. A path of the listing alone becomes an
    UNSEALED entry, so that nobody takes it for a surprise when it is restored; one whose name is
    lossy cannot be named and is only counted. Raises ToolError when the listing is out of order:
    joining on would seal the wrong file.
    """
    listed = Listing(listing, unsurveyed)
    doubtful: bytes | None = None
    for entry in entries:
        if not listed.stands_at(entry.path):
            yield from map(_entry_from_listed, listed.before(entry.path))
        found = listed.take(entry.path)
        if doubtful is not None and not entry.path.startswith(doubtful):
            doubtful = None
        if entry.reason == NAME_AMBIGUOUS and entry.kind is Kind.DIRECTORY:
            doubtful = doubtful or entry.path + b"/"
        yield _sealed(entry, found, ambiguous=doubtful is not None)
    yield from map(_entry_from_listed, listed.rest())


def reseal(
    entries: Iterable[Entry], parent: Iterable[Entry], unsurveyed: Unsurveyed
) -> Iterator[Entry]:
    """Give the surveyed entries with the seals of the parent's manifest, without any listing.

    Right only for a snapshot whose tree is the parent's: what the parent's listing agreed with is
    agreed with again as long as the entry is the same. Anything else is UNSEALED as not listed.
    """
    parents = iter(parent)
    before = next(parents, None)
    for entry in entries:
        key = tree_order(entry.path)
        while before is not None and tree_order(before.path) < key:
            yield from _missed(before, unsurveyed)
            before = next(parents, None)
        if before is None or before.path != entry.path:
            yield _unsealed(entry, NOT_LISTED)
        else:
            yield _resealed(entry, before)
            before = next(parents, None)
    while before is not None:
        yield from _missed(before, unsurveyed)
        before = next(parents, None)


def _missed(parent: Entry, unsurveyed: Unsurveyed) -> Iterator[Entry]:
    """Keep what the same tree held before and the survey does not see now."""
    if parent.seal is Seal.SEALED or parent.reason == UNSURVEYED:
        unsurveyed.add(parent.path)
        yield parent._replace(seal=Seal.UNSEALED, reason=UNSURVEYED)


def _resealed(entry: Entry, parent: Entry) -> Entry:
    if entry.seal is not Seal.SURVEYED:
        return entry
    same = _identity(entry) == _identity(parent)
    if parent.seal is not Seal.SEALED:
        # The same file and the same tree disagree as they did before.
        agreed = parent.reason if same and parent.seal is Seal.UNSEALED else NOT_LISTED
        return _unsealed(entry, agreed)
    if not same:
        return _unsealed(entry, MODIFIED)
    touched = entry.mtime_ns != parent.mtime_ns
    return entry._replace(seal=Seal.SEALED, reason=TOUCHED if touched else parent.reason)


def _identity(entry: Entry) -> tuple[object, ...]:
    if entry.kind is Kind.DIRECTORY:
        return entry.kind, entry.mode, entry.uid, entry.gid
    # Not the inode and its times: a source that was itself restored has others, and no listing
    # ever told them.
    return (
        entry.kind,
        entry.size,
        entry.mtime_ns,
        entry.mode,
        entry.uid,
        entry.gid,
        entry.link_target,
        entry.sha256,
    )


def same_time(entry: Entry, mtime_ns: int) -> bool:
    """Tell whether a modification time is the entry's; whole seconds count for all but files.

    rsync 3.5 keeps nanoseconds of files, and of other kinds only where the seconds differ.
    """
    if entry.kind is Kind.FILE:
        return entry.mtime_ns == mtime_ns
    return entry.mtime_ns // _SECOND == mtime_ns // _SECOND


def _sealed(entry: Entry, listed: Listed | None, *, ambiguous: bool) -> Entry:
    if entry.seal is not Seal.SURVEYED:
        return entry
    if listed is None:
        return _unsealed(entry, SOCKET if entry.kind is Kind.SOCKET else ABSENT)
    if listed.lossy and (ambiguous or entry.reason == NAME_AMBIGUOUS):
        return _unsealed(entry, NAME_AMBIGUOUS)
    reason = _disagreement(entry, listed)
    if reason:
        return _unsealed(entry, reason)
    if entry.kind is Kind.DIRECTORY and not same_time(entry, listed.mtime_ns):
        return entry._replace(seal=Seal.SEALED, reason=TOUCHED)
    return entry._replace(seal=Seal.SEALED, reason="")


def _disagreement(entry: Entry, listed: Listed) -> str:
    """Say in a word on what survey and listing do not agree, or nothing.

    A directory's time is not asked: it moves with every file made or removed in it while the
    backup runs, and no content depends on it. Modes are compared without setuid, setgid and
    sticky, which restic prints in bits of its own; 0 means that the listing does not tell.
    """
    if entry.kind is not listed.kind:
        return KIND_DIFFERS
    if entry.kind is Kind.FILE and entry.mtime_ns != listed.mtime_ns:
        return MODIFIED
    if entry.kind is Kind.FILE and entry.size != listed.size:
        return SIZE_DIFFERS
    if entry.kind is Kind.SYMLINK:
        return _link_disagreement(entry, listed)
    if listed.mode and (entry.mode ^ listed.mode) & _RWX:
        return MODE_DIFFERS
    return ""


def _link_disagreement(entry: Entry, listed: Listed) -> str:
    target = entry.link_target or b""
    # A target that is not UTF-8 is printed as lossily as a name.
    if listed.link_target not in (None, target, lossy_form(target)):
        return TARGET_DIFFERS
    # Where the listing tells no target, the time is the only witness that the link is the same.
    coarse = listed.link_target is not None
    same = same_time(entry, listed.mtime_ns) if coarse else entry.mtime_ns == listed.mtime_ns
    return MODIFIED if listed.mtime_ns and not same else ""


def _unsealed(entry: Entry, reason: str) -> Entry:
    if entry.seal is not Seal.SURVEYED:
        return entry
    return entry._replace(seal=Seal.UNSEALED, reason=reason)


def _entry_from_listed(listed: Listed) -> Entry:
    size = listed.size if listed.kind is Kind.FILE else 0
    return Entry(
        path=listed.path,
        kind=listed.kind,
        size=size,
        mtime_ns=listed.mtime_ns,
        ctime_ns=0,
        device=0,
        inode=0,
        links=0,
        mode=listed.mode,
        uid=0,
        gid=0,
        link_target=listed.link_target,
        sha256=None,
        seal=Seal.UNSEALED,
        reason=UNSURVEYED,
    )
