"""What files that came back let one say about the packs in which they are stored."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from continuity.domain.confidence import LEVEL, most_bad_files
from continuity.domain.text import N_, Message, say

_MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Touched:
    """Of ``packs`` that hold files of a point, how many were touched, and in how many all is right.

    In the ``bad`` ones lies a file that did not come back right. ``bytes`` of the ``of_bytes``
    stored in the packs were read.
    """

    packs: int
    touched: int
    bad: int
    bytes: int
    of_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PackConfidence:
    """``most_bad`` is how many of the packs may be bad at most, at 95 % confidence.

    ``upper_bound_ppm`` is the same as parts per million, rounded up.
    """

    level: str
    most_bad: int
    upper_bound_ppm: int
    sentence: Message


def state_pack_confidence(seen: Touched) -> PackConfidence | None:
    """State what touching some packs implies for all of them; None when none was touched.

    Not drawing makes it hold, for packs are chosen: it supposes that damage does not choose, so
    that any packs are as likely as any others to be the bad ones (hypergeometric), and that a bad
    pack is bad throughout. Damage to a spot is met with the chance of its being among the bytes
    that were read. Raises ValueError for counts that cannot be.
    """
    if not 0 <= seen.bad <= seen.touched <= seen.packs or not 0 <= seen.bytes <= seen.of_bytes:
        raise ValueError(f"{seen}")
    if seen.touched == 0:
        return None
    most_bad = most_bad_files(seen.touched, seen.bad, seen.packs)
    return PackConfidence(
        level=LEVEL,
        most_bad=most_bad,
        upper_bound_ppm=-(-most_bad * _MILLION // seen.packs),
        sentence=say(
            _template(seen),
            touched=seen.touched,
            bad=seen.bad,
            packs=seen.packs,
            most_bad=most_bad,
            percent=f"{ceil(10_000 * most_bad / seen.packs) / 100:.2f}",
            share=_share(seen),
        ),
    )


def _template(seen: Touched) -> str:
    if seen.bad:
        return _BAD
    if seen.touched != seen.packs:
        return _SOUND
    return _ONLY if seen.packs == 1 else _EVERY


_EVERY = N_(
    "Files in one pack fail together. What came back right lies in all {packs} packs that hold"
    " files of this restore point, so none of them is bad throughout. Of the bytes in them {share}"
    " % were read: a single damaged spot would have been met with this chance."
)
_ONLY = N_(
    "Files in one pack fail together. What came back right lies in the only pack that holds files"
    " of this restore point, so it is not bad throughout. Of the bytes in it {share} % were read:"
    " a single damaged spot would have been met with this chance."
)
_SOUND = N_(
    "Files in one pack fail together. What came back right lies in {touched} of the {packs} packs"
    " that hold files of this restore point. If a bad pack is bad throughout, and any pack as"
    " likely as any other, then with 95 % confidence at most {most_bad} of them are bad"
    " ({percent} %). Of the bytes in them {share} % were read: a single damaged spot would have"
    " been met with this chance."
)
_BAD = N_(
    "Files in one pack fail together. In {bad} of {touched} packs that were touched, of the"
    " {packs} that hold files of this restore point, lies a file that did not come back right. If"
    " a bad pack is bad throughout, and any pack as likely as any other, then with 95 % confidence"
    " at most {most_bad} of them are bad ({percent} %). Of the bytes in them {share} % were read."
)


def _share(seen: Touched) -> str:
    """Give a share of hundred, rounded down: nothing is claimed that was not read."""
    hundredths = 10_000 * seen.bytes // seen.of_bytes if seen.of_bytes else 0
    return f"{hundredths // 100}.{hundredths % 100:02d}"
