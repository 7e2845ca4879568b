"""Lights: what a reader of a report sees of a system at a glance, and how many of each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Light(StrEnum):
    """A traffic light; UNKNOWN is a light of its own, because nobody may take it for green."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lights:
    """How many systems show which light."""

    red: int = 0
    unknown: int = 0
    amber: int = 0
    green: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.red + self.unknown + self.amber + self.green
