"""What is kept of a step: the record holds its digest, a file of that name its content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from continuity.domain.conduct import Entry
from continuity.domain.conduct_details import texts_in

EXHIBITS = "exhibits"
"""The key under which entries name what is kept with them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exhibit:
    """One thing that is kept; ``digest`` is the SHA-256 of its content in hex."""

    kind: str
    digest: str
    size: int

    def __str__(self) -> str:
        return f"{self.kind} {self.digest} {self.size}"


def exhibits_in(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Exhibit]]:
    """Give everything that entries name, each with its entry."""
    for entry in entries:
        for text in texts_in(entry, EXHIBITS):
            kind, digest, size = text.split(" ")
            yield entry, Exhibit(kind=kind, digest=digest, size=int(size))
