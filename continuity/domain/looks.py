"""Do files look like noise? Encrypted ones do, and that they begin to is the alarm.

The same few files are looked at each time, chosen by their names, so that what is seen tonight can
be compared with what was seen weeks ago.
"""

from __future__ import annotations

import heapq
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from math import log, log2

from continuity.domain.manifest import Entry, Kind

MOST = 64
"""So many files are looked at."""

LEAST_BYTES = 1024
"""A shorter file cannot tell noise from text."""

_LETTERS = 7


class Noise(IntEnum):
    """How much the beginning of a file looks like noise."""

    ORDINARY = 0
    BETWEEN = 1
    RANDOM = 2


Looks = Mapping[int, Noise]
"""How files looked, by the key of their names."""


def key_of(path: bytes) -> int:
    """Give a file's place in the choice: 24 bits of its name up to the first dot.

    Encryption likes to add an ending, and people to move directories: neither makes it another
    file. Files of one key are one file, of which the first is looked at.
    """
    name = path.rpartition(b"/")[2]
    stem = name.split(b".", 2)[1] if name.startswith(b".") else name.partition(b".")[0]
    return zlib.crc32(stem or name) >> 8


class Choice:
    """Chooses the files with the smallest keys while entries pass by."""

    def __init__(self) -> None:
        self._paths: dict[int, bytes] = {}
        self._largest: list[int] = []

    def watch(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Pass entries through unchanged."""
        for entry in entries:
            if entry.kind is Kind.FILE and entry.size >= LEAST_BYTES:
                self._offer(key_of(entry.path), entry.path)
            yield entry

    def _offer(self, key: int, path: bytes) -> None:
        if key in self._paths:
            return
        if len(self._paths) < MOST:
            heapq.heappush(self._largest, -key)
        elif key < -self._largest[0]:
            del self._paths[-heapq.heapreplace(self._largest, -key)]
        else:
            return
        self._paths[key] = path

    @property
    def paths(self) -> tuple[bytes, ...]:
        """The chosen files, smallest key first."""
        return tuple(self._paths[key] for key in sorted(self._paths))


def looks_from_beginnings(paths: Iterable[bytes], beginnings: Iterable[bytes]) -> dict[int, Noise]:
    """Judge files by their beginnings; those that are too short or unreadable do not count."""
    looked = zip(paths, beginnings, strict=True)
    return {key_of(path): noise_of(seen) for path, seen in looked if len(seen) >= LEAST_BYTES}


def noise_of(seen: bytes) -> Noise:
    """Judge bytes by their entropy.

    So many random bytes come to 8 bits each less 255 / (2 n ln 2): 7.95 for 4 KiB. Texts and
    databases stay below 6.5. What is compressed comes close to noise, but begins with its headers.
    """
    noise = 8 - 255 / (2 * len(seen) * log(2))
    bits = -sum(count / len(seen) * log2(count / len(seen)) for count in Counter(seen).values())
    if bits >= noise - _NOISE_MARGIN:
        return Noise.RANDOM
    return Noise.BETWEEN if bits >= noise - _ORDINARY_MARGIN else Noise.ORDINARY


_NOISE_MARGIN = 0.35
_ORDINARY_MARGIN = 1.0


def random_percent(looks: Looks) -> int | None:
    """Give the share of files that look random, in whole percent; None where none was looked at."""
    if not looks:
        return None
    return sum(noise is Noise.RANDOM for noise in looks.values()) * 100 // len(looks)


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """What became of the files that were looked at both times, and of the others.

    ``before`` and ``after`` count those that would have been chosen both times; ``ordinary`` were
    readable before and are still there, ``turned`` of them look random now. ``gone`` are no longer
    there. ``rise`` is by how many points of a hundred the share that looks random grew, and
    ``readable`` how many of those after can be read: where nothing could, nothing can turn.
    """

    before: int
    after: int
    ordinary: int
    turned: int
    gone: int
    rise: int
    readable: int


def compare_looks(before: Looks, after: Looks) -> Turn:
    """Compare two times. A choice that was full is compared only as far as the other reaches."""
    reach = min(_reach(before), _reach(after))
    old = {key: noise for key, noise in before.items() if key <= reach}
    new = {key: noise for key, noise in after.items() if key <= reach}
    ordinary = [key for key, noise in old.items() if noise is Noise.ORDINARY and key in new]
    return Turn(
        before=len(old),
        after=len(new),
        ordinary=len(ordinary),
        turned=sum(new[key] is Noise.RANDOM for key in ordinary),
        gone=len(old.keys() - new.keys()),
        rise=(random_percent(new) or 0) - (random_percent(old) or 0),
        readable=sum(noise is Noise.ORDINARY for noise in new.values()),
    )


def _reach(looks: Looks) -> int:
    return max(looks) if len(looks) >= MOST else 1 << 24


def text_from_looks(looks: Looks) -> str:
    """Write looks down: seven letters for each file."""
    return "".join(f"{key:06x}{noise:d}" for key, noise in sorted(looks.items()))


def looks_from_text(text: str) -> dict[int, Noise] | None:
    """Read back what ``text_from_looks`` wrote; None of anything else."""
    parts = [text[at : at + _LETTERS] for at in range(0, len(text), _LETTERS)]
    try:
        return {int(part[:-1], 16): Noise(int(part[-1])) for part in parts} or None
    except ValueError:
        return None
