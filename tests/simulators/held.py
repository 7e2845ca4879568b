"""What a simulated ticket system holds, as the people who work there see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from tests.simulators.simulator import Nasty

BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(kw_only=True)
class Note:
    """A note on a ticket, as plain text."""

    text: str
    internal: bool
    actor: str


@dataclass(kw_only=True)
class Held:
    """A ticket as people see it: its text plain, its state in the vendor's own word."""

    key: str
    title: str
    text: str
    state: str
    notes: list[Note] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)


class Desk(Protocol):
    """The seat of a person at the other side."""

    nasty: Nasty

    def held(self) -> list[Held]:
        """Look at all tickets, oldest first."""

    def says(self, key: str, text: str) -> None:
        """Let a person write something a requester or colleague would read."""

    def moves(self, key: str, state: str) -> None:
        """Let a person bring a ticket to one of the vendor's own states."""

    def removes(self, key: str) -> None:
        """Let a person delete a ticket."""


@dataclass(kw_only=True)
class Ticking:
    """A clock that goes on by one second whenever it is looked at."""

    at: datetime = BEGINNING

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def stamp(moment: datetime) -> str:
    """Write a time as most do."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
