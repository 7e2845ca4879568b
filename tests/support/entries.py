"""Entries made by hand, and trees drawn by hypothesis."""

import hashlib
from typing import Any  # keys of a named tuple

from hypothesis import strategies as st

from continuity.domain.manifest import Entry, Kind, Seal, tree_order
from continuity.domain.snapshot import Listed

NAMES = st.binary(min_size=1, max_size=6).filter(
    lambda name: b"/" not in name and b"\0" not in name
)
PATHS = st.lists(NAMES.filter(lambda name: name not in {b".", b".."}), min_size=1, max_size=4).map(
    lambda names: b"/" + b"/".join(names)
)
PERMISSIONS = st.integers(0, 0o7777)
BIG = st.integers(-(2**62), 2**62)


def a_file(path: bytes = b"/data/file", content: bytes = b"text", **changed: Any) -> Entry:
    """Make the sealed entry of a file with this content."""
    entry = Entry(
        path=path,
        kind=Kind.FILE,
        size=len(content),
        mtime_ns=1_700_000_000_123_456_789,
        ctime_ns=1_700_000_001_000_000_000,
        device=5,
        inode=17,
        links=1,
        mode=0o640,
        uid=1000,
        gid=1000,
        sha256=hashlib.sha256(content).digest(),
        seal=Seal.SEALED,
    )
    return entry._replace(**changed)


def a_directory(path: bytes = b"/data", **changed: Any) -> Entry:
    """Make the sealed entry of a directory."""
    entry = a_file(path, b"", kind=Kind.DIRECTORY, sha256=None, mode=0o755)
    return entry._replace(**changed)


def a_link(path: bytes = b"/data/link", target: bytes = b"file", **changed: Any) -> Entry:
    """Make the sealed entry of a symbolic link."""
    entry = a_file(path, b"", kind=Kind.SYMLINK, sha256=None, link_target=target, mode=0o777)
    return entry._replace(**changed)


def listed_from_entry(entry: Entry) -> Listed:
    """Write an entry as an engine's listing would have it."""
    return Listed(
        path=entry.path,
        kind=entry.kind,
        size=entry.size,
        mtime_ns=entry.mtime_ns,
        mode=entry.mode,
        link_target=entry.link_target,
    )


@st.composite
def _entry(draw: st.DrawFn, path: bytes) -> Entry:
    kind = draw(st.sampled_from(Kind))
    content = draw(st.binary(max_size=4)) if kind is Kind.FILE else b""
    return Entry(
        path=path,
        kind=kind,
        size=len(content),
        mtime_ns=draw(BIG),
        ctime_ns=draw(BIG),
        device=draw(st.integers(0, 2**63 - 1)),
        inode=draw(st.integers(0, 2**63 - 1)),
        links=1,
        mode=draw(PERMISSIONS),
        uid=draw(st.integers(0, 2**32 - 1)),
        gid=draw(st.integers(0, 2**32 - 1)),
        link_target=draw(NAMES) if kind is Kind.SYMLINK else None,
        sha256=hashlib.sha256(content).digest() if kind is Kind.FILE else None,
        seal=draw(st.sampled_from(Seal)),
        reason=draw(st.sampled_from(["", "size-differs"])),
    )


@st.composite
def trees(draw: st.DrawFn, min_size: int = 0) -> list[Entry]:
    """Draw entries of arbitrary paths in tree order."""
    paths = draw(st.sets(PATHS, min_size=min_size, max_size=12))
    return [draw(_entry(path)) for path in sorted(paths, key=tree_order)]


def sealed(entries: list[Entry]) -> list[Entry]:
    """Give the same entries as ones to compare with."""
    return [entry._replace(seal=Seal.SEALED, reason="") for entry in entries]


def surveyed(entries: list[Entry]) -> list[Entry]:
    """Give the same entries as they are before the snapshot is asked."""
    return [entry._replace(seal=Seal.SURVEYED, reason="") for entry in entries]
