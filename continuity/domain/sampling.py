"""Which files a restore test brings back: those that must be, those drawn at random, those due."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile
from math import inf
from typing import TYPE_CHECKING

from continuity.domain.coverage import ProvenContent, can_be_proven, proof_of
from continuity.domain.greatest import Greatest
from continuity.domain.manifest import Entry, tree_order
from continuity.domain.must_have import MustHave, Wanted

if TYPE_CHECKING:
    # What people write needs pydantic, and judging must start without it.
    from continuity.domain.job import SamplePolicy


_LOWER_HALF = (1 << 128) - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleRequest:
    """What to draw. ``seed`` is text; limits of None are no limits; sizes in bytes.

    ``owed`` is how many of the ``due`` must be those proven longest ago, so that a deadline is met.
    """

    seed: str
    random: int
    due: int
    always: tuple[bytes, ...]
    canaries: tuple[bytes, ...]
    largest: int
    newest: int
    max_files: int | None
    max_bytes: int | None
    owed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """What was drawn; ``entries`` are distinct and in tree order.

    The parts name paths and may overlap: ``always`` is all that must be in, ``random`` what the
    confidence speaks about, ``due`` what was proven longest ago. ``owners_choice`` is the part of
    ``always`` that people named. ``missed`` must have been in and is not: it is ``absent`` from
    the manifest, or the limits cut it, and then the test cannot pass. ``cut`` counts what else
    the limits cut, ``eligible`` the files that could have been drawn at random. ``covered`` counts
    those of them whose present content was proven before, at any time; ``unproven`` are what was
    drawn and never was.
    """

    seed: str
    entries: tuple[Entry, ...]
    always: tuple[bytes, ...]
    random: tuple[bytes, ...]
    due: tuple[bytes, ...]
    owners_choice: frozenset[bytes]
    absent: tuple[bytes, ...]
    missed: tuple[bytes, ...]
    cut: int
    eligible: int
    covered: int = 0
    unproven: frozenset[bytes] = frozenset()
    bytes: int


def request_from_policy(
    policy: SamplePolicy,
    seed: str,
    owed: int | None,
    bytes_per_second: int | None = None,
    size: int | None = None,
) -> SampleRequest:
    """Turn what people wrote into numbers.

    ``owed`` is how many of the files proven longest ago are taken at least; None where nothing is
    due, as without a memory. ``size`` replaces the number of random files. A limit of time becomes
    one of bytes at the speed measured so far, and none as long as nothing was measured.
    """
    limits = [] if policy.max_bytes is None else [policy.max_bytes]
    if policy.max_time is not None and bytes_per_second is not None:
        limits.append(int(policy.max_time.total_seconds() * bytes_per_second))
    return SampleRequest(
        seed=seed,
        random=policy.random if size is None else size,
        due=0 if owed is None else max(policy.due, owed),
        always=tuple(_path(text) for text in policy.always),
        canaries=tuple(_path(text) for text in policy.canaries),
        largest=policy.largest,
        newest=policy.newest,
        max_files=policy.max_files,
        max_bytes=min(limits, default=None),
        owed=owed or 0,
    )


def owed_quota(policy: SamplePolicy, files: int, interval: timedelta | None) -> int:
    """Tell how many of the least recently proven files one test takes at least.

    So many that all ``files`` are proven within the deadline by a test each ``interval``; none
    without a deadline or an interval.
    """
    if policy.within is None or interval is None:
        return 0
    return -(-files * interval // policy.within)


def _path(text: str) -> bytes:
    path = text.encode("utf-8", "surrogateescape")
    return path.rstrip(b"/") or b"/"


def rank_of(seed: str, path: bytes) -> int:
    """Give a file's place in the draw: the SHA-256 of the seed, a zero byte and the path.

    The random part are the files with the smallest ranks, whatever order they are listed in. With
    the seed in ``$SEED`` and the eligible paths in ``paths``, each ended by a zero byte, this
    prints the N that are drawn::

        while IFS= read -r -d '' path; do
          printf '%s  %s\\n' "$(printf '%s\\0%s' "$SEED" "$path" | sha256sum | cut -c1-64)" "$path"
        done < paths | LC_ALL=C sort | head -n N
    """
    return int.from_bytes(hashlib.sha256(_prefix(seed) + path).digest(), "big")


def _prefix(seed: str) -> bytes:
    return seed.encode("utf-8", "surrogateescape") + b"\0"


def draw_sample(
    entries: Iterable[Entry], request: SampleRequest, proven: Mapping[bytes, ProvenContent]
) -> Sample:
    """Draw a sample from a manifest read once, in memory that does not grow with it.

    Only sealed files are drawn at random or because they are due; what people named is kept even
    when it is not sealed. A directory is in a sample only when it is empty, which needs entries in
    tree order to be seen; everything else is the same in any order.
    """
    prefix = _prefix(request.seed)
    must = MustHave(
        Wanted(
            always=request.always,
            canaries=request.canaries,
            largest=request.largest,
            newest=request.newest,
        )
    )
    random, due = (
        Greatest[int, Entry](request.random),
        Greatest[tuple[float, int], Entry](request.due),
    )
    eligible = covered = 0
    for entry in entries:
        rank = int.from_bytes(hashlib.sha256(prefix + entry.path).digest(), "big")
        must.offer(entry, rank)
        if can_be_proven(entry):
            eligible += 1
            random.offer(-rank, entry)
            proven_at = proof_of(entry, proven)
            covered += proven_at is not None
            due.offer((wait_of(proven_at), turn_of(rank)), entry)
    must.finish()
    sample = _admit(request, must, random.ordered(), due.ordered(), eligible)
    return replace(
        sample,
        covered=covered,
        unproven=frozenset(one.path for one in sample.entries if proof_of(one, proven) is None),
    )


def turn_of(rank: int) -> int:
    """Give the place of a file among those of its age, from the half of its rank that draws least.

    By the whole rank the files due would be those that are drawn anyway, as long as most were never
    proven.
    """
    return rank & _LOWER_HALF


def wait_of(proven_at: datetime | None) -> float:
    """Give a key that is the greater the longer ago a file was proven."""
    return inf if proven_at is None else -proven_at.timestamp()


def _admit(
    request: SampleRequest,
    must: MustHave,
    random: Sequence[Entry],
    due: Sequence[Entry],
    eligible: int,
) -> Sample:
    """Fill the sample in the order of what it is for, as far as the limits allow.

    The random part is only ever cut at its end: to pass over the large files of it would leave a
    draw that is no longer random.
    """
    basket = Basket(request)
    owners = must.owners_choice()
    always = [entry.path for entry in (*owners, *must.picked())]
    for entry in (*owners, *must.picked()):
        basket.add(entry)
    left_out = [path for path in always if path not in basket.entries]
    drawn = list(takewhile(basket.add, random))
    proven_again = [entry for entry in due if basket.add(entry)]
    return Sample(
        seed=request.seed,
        entries=tuple(sorted(basket.entries.values(), key=lambda entry: tree_order(entry.path))),
        always=tuple(dict.fromkeys(always)),
        random=tuple(entry.path for entry in drawn),
        due=tuple(entry.path for entry in proven_again),
        owners_choice=frozenset(entry.path for entry in owners),
        absent=tuple(must.absent()),
        missed=tuple(dict.fromkeys((*must.absent(), *left_out))),
        cut=len(random) - len(drawn) + len(due) - len(proven_again),
        eligible=eligible,
        bytes=basket.bytes,
    )


class Basket:
    """What was taken so far, within the limits of a request."""

    def __init__(self, request: SampleRequest) -> None:
        self.entries: dict[bytes, Entry] = {}
        self.bytes = 0
        self._files = inf if request.max_files is None else request.max_files
        self._room = inf if request.max_bytes is None else request.max_bytes

    def add(self, entry: Entry) -> bool:
        """Take an entry if it fits; one that is there already costs nothing."""
        if not self.fits(entry):
            return False
        if entry.path not in self.entries:
            self.entries[entry.path] = entry
            self.bytes += entry.size
        return True

    def fits(self, entry: Entry) -> bool:
        """Tell whether there is room for an entry, or it is there already."""
        if entry.path in self.entries:
            return True
        return len(self.entries) < self._files and self.bytes + entry.size <= self._room
