"""Whether sealing a survey would give an earlier manifest once more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from continuity.domain.manifest import Entry, Kind, Seal


@dataclass(kw_only=True, slots=True)
class Likeness:
    """The answer, final when the last entry has passed: True when no entry differs."""

    alike: bool = True


def watch_likeness(
    entries: Iterable[Entry], previous: Iterable[Entry], likeness: Likeness, settled_before_ns: int
) -> Iterator[Entry]:
    """Pass surveyed entries on while they are, one by one, the sealed ones of ``previous``.

    A file written at ``settled_before_ns`` or later is to be read again, so it is not alike. The
    previous manifest is read no further than to the first difference.
    """
    earlier = iter(previous)
    for entry in entries:
        if likeness.alike:
            likeness.alike = _is_again(entry, next(earlier, None), settled_before_ns)
        yield entry
    if likeness.alike:
        likeness.alike = next(earlier, None) is None


def _is_again(entry: Entry, before: Entry | None, settled_before_ns: int) -> bool:
    return (
        before is not None
        and before.seal is Seal.SEALED
        and entry.seal is Seal.SURVEYED
        and (entry.kind is not Kind.FILE or _is_settled(entry, settled_before_ns))
        and entry._replace(seal=Seal.SEALED, reason=before.reason) == before
    )


def _is_settled(entry: Entry, before_ns: int) -> bool:
    return entry.mtime_ns < before_ns and entry.ctime_ns < before_ns
