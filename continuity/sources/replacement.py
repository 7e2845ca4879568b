"""What it takes to let a restored database take the place of the living one on its own server."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from continuity.domain.job import Source
from continuity.domain.portrait import Portrait
from continuity.domain.secret import Secret
from continuity.domain.text import Message
from continuity.hosts.host import Host

_LONGEST_NAME = 63
_DIGITS = 12


class Standing(StrEnum):
    """Which one is in place under the right name: the one that came back, or the old one."""

    FRESH = "fresh"
    OLD = "old"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """How the server of a source is entered to write there; ``user`` None is the source's own."""

    source: Source
    host: Host
    password: Secret | None = None
    user: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """What the restored copy needs of the server; ``reserve`` bytes of its disk stay free."""

    portrait: Portrait
    bytes: int
    reserve: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """The server before anything happens there: what is replaced, and room for the new one.

    ``old_bytes`` is None where there is none or nobody tells; ``free_bytes`` where the server's
    disk cannot be seen. ``remarks`` are what whoever replaces it should know.
    """

    old_bytes: int | None
    free_bytes: int | None
    remarks: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Swap:
    """Which database takes whose place.

    ``live`` is the name in production, ``fresh`` the one under which the copy is loaded, ``aside``
    the one that the old one gets. The server knows them by ``fresh_id`` and ``old_id``; there was
    no old one where that is empty. ``mark`` names run and step, ``token`` the connection in use.
    """

    mark: str
    live: str
    fresh: str
    aside: str
    token: str
    fresh_id: str = ""
    old_id: str = ""

    def plain(self) -> dict[str, str]:
        """Write it down for the record."""
        return asdict(self)

    @property
    def inverse(self) -> Swap:
        """Give what brings the old one back; what replaced it gets the name ``fresh``."""
        return Swap(
            mark=self.mark,
            live=self.live,
            fresh=self.aside,
            aside=self.fresh,
            token=self.token,
            fresh_id=self.old_id,
            old_id=self.fresh_id,
        )


def swap_from_plain(plain: Mapping[str, str]) -> Swap:
    """Read it back."""
    return Swap(**{name: plain[name] for name in Swap.__dataclass_fields__})


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """What was loaded, as the server tells; ``complaints`` are the loader's lines of errors.

    ``remarks`` say what around it is not as it was around the old one.
    """

    portrait: Portrait
    complaints: tuple[str, ...] = ()
    remarks: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Replace:
    """How a kind of source is replaced; all of it raises ContinuityError.

    ``survey`` looks whether it can be done, and refuses with what is missing. ``plan`` chooses the
    names for a mark, ``make`` makes the empty database under our own marker, ``load`` fills it and
    portrays it, ``discard`` removes it while it bears that marker. ``swap`` lets it take the place
    of the old one, which is kept, and ``standing`` looks how that came out.
    """

    survey: Callable[[Door, Need], Ground]
    plan: Callable[[Door, str, str], Swap]
    make: Callable[[Door, Swap, Portrait], Swap]
    load: Callable[[Door, Swap, Path, Portrait], Loaded]
    discard: Callable[[Door, Swap], None]
    swap: Callable[[Door, Swap], None]
    standing: Callable[[Door, Swap], Standing]


def name_beside(live: str, word: str, mark: str, taken: Collection[str]) -> str:
    """Name a database beside another, such as ``erp_before_billing-1-restore``: none is taken."""
    number = 1
    while True:
        name = _fitting(f"{live}_{word}_{mark}" + (f"_{number}" if number > 1 else ""))
        if name not in taken:
            return name
        number += 1


def _fitting(name: str) -> str:
    """Cut a name that no server would take, so that it still differs from every other."""
    whole = name.encode()
    if len(whole) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(whole).hexdigest()[:_DIGITS]
    begin = whole[: _LONGEST_NAME - _DIGITS - 1].decode(errors="ignore")
    return f"{begin}_{digest}"
