"""What takes whose place on a machine, and how that is written down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote_from_bytes, unquote_to_bytes

from continuity.hosts.ground import above

NOTHING: Final = "none"
"""The number of what is not there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """One thing that takes the place of another there; ``aside`` is where the old one goes.

    Both are known by device and inode; there was no old one where ``old_id`` is NOTHING, and what
    was there only leaves where ``fresh_id`` is.
    """

    live: bytes
    fresh: bytes
    aside: bytes
    fresh_id: str
    old_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Top:
    """A mount point, whose name cannot change: what is in it takes its place name by name.

    ``fresh`` and ``old`` are owner, group and mode of it, before and after, as ``0:0:0755``.
    """

    path: bytes
    fresh: str
    old: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """What takes whose place together.

    ``above`` is the directory in which it happens, known by ``above_id``; ``stage`` is ours in it.
    ``tops`` are the mount points in which it happens.
    """

    above: bytes
    above_id: str
    stage: bytes
    shifts: tuple[Shift, ...] = ()
    tops: tuple[Top, ...] = ()

    @property
    def reversible(self) -> bool:
        """Tell whether there was something in each place before."""
        tops = {top.path for top in self.tops}
        old = [one for one in self.shifts if one.old_id != NOTHING]
        apart = [one for one in self.shifts if above(one.live) not in tops]
        filled = {above(one.live) for one in old}
        return bool(old) and tops <= filled and all(one.old_id != NOTHING for one in apart)

    @property
    def places(self) -> tuple[bytes, ...]:
        """Name what is replaced: a mount point instead of all that is in it."""
        tops = {top.path for top in self.tops}
        found = (above(one.live) if above(one.live) in tops else one.live for one in self.shifts)
        return tuple(dict.fromkeys(found))

    @property
    def kept(self) -> tuple[bytes, ...]:
        """Name where the old things are: the one directory of those of a mount point."""
        tops = {top.path for top in self.tops}
        old = (one for one in self.shifts if one.old_id != NOTHING)
        found = (above(one.aside) if above(one.live) in tops else one.aside for one in old)
        return tuple(dict.fromkeys(found))


def inverse_of(exchange: Exchange, stage: bytes, asides: tuple[bytes, ...]) -> Exchange:
    """Give what brings the old ones back; what replaced them is kept under new names."""
    shifts = tuple(
        replace(
            shift,
            fresh=shift.aside,
            aside=aside,
            fresh_id=shift.old_id,
            old_id=shift.fresh_id,
        )
        for shift, aside in zip(exchange.shifts, asides, strict=True)
    )
    tops = tuple(replace(top, fresh=top.old, old=top.fresh) for top in exchange.tops)
    return replace(exchange, stage=stage, shifts=shifts, tops=tops)


def plain_from_exchange(exchange: Exchange) -> dict[str, str]:
    """Write it down for the record; names of any bytes survive."""
    rows = [
        [*map(quote_from_bytes, (one.live, one.fresh, one.aside)), one.fresh_id, one.old_id]
        for one in exchange.shifts
    ]
    return {
        "above": quote_from_bytes(exchange.above),
        "above_id": exchange.above_id,
        "at": quote_from_bytes(exchange.stage),
        "shifts": json.dumps(rows),
        "tops": json.dumps([[quote_from_bytes(o.path), o.fresh, o.old] for o in exchange.tops]),
    }


def exchange_from_plain(plain: Mapping[str, str]) -> Exchange:
    """Read it back."""
    return Exchange(
        above=unquote_to_bytes(plain["above"]),
        above_id=plain["above_id"],
        stage=unquote_to_bytes(plain["at"]),
        shifts=tuple(
            Shift(
                live=unquote_to_bytes(live),
                fresh=unquote_to_bytes(fresh),
                aside=unquote_to_bytes(aside),
                fresh_id=fresh_id,
                old_id=old_id,
            )
            for live, fresh, aside, fresh_id, old_id in json.loads(plain["shifts"])
        ),
        tops=tuple(
            Top(path=unquote_to_bytes(path), fresh=fresh, old=old)
            for path, fresh, old in json.loads(plain.get("tops", "[]"))
        ),
    )
