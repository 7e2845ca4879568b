"""What a witness of storage is given, and how it tells what it saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from continuity.domain.failure import ContinuityError, FailureClass
from continuity.domain.location import Fact, FactName, Value
from continuity.domain.secret import Secret
from continuity.domain.text import Message
from continuity.hosts.host import Host
from continuity.locations.objects import OpenObjects


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """The storage of one repository and what is needed to look at it.

    ``location`` is the repository's address. ``host`` is the machine that has its directory, None
    when none is known. ``credentials`` are those of the backup itself, by environment variable, so
    that what they may not do is shown with them. ``settings`` are what people set for the storage,
    such as ``s3.region``. ``at`` is the time of the visit.
    """

    location: str
    host: Host | None
    at: datetime
    credentials: Mapping[str, Secret] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    ca_certificate: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LocationKind:
    """An entry of the registry: the sort of storage and how it is looked at.

    ``scheme`` is what an address of it begins with, empty for a directory. ``look`` never raises
    for storage that is not there or refuses: that is a fact like others. ``objects`` opens what is
    stored there to be read without the engine's program, None where nobody wrote how;
    ``is_installed`` tells whether what it needs for that is there.
    """

    name: str
    scheme: str
    look: Callable[[Visit], tuple[Fact, ...]]
    objects: OpenObjects | None = None
    is_installed: Callable[[], bool] = lambda: True


class Notes:
    """The facts of one visit, as they are found."""

    def __init__(self, visit: Visit) -> None:
        self._at = visit.at
        self._facts: list[Fact] = []

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All that was found."""
        return tuple(self._facts)

    def saw(self, name: FactName, value: Value, source: str, note: Message | None = None) -> None:
        """Note what is known."""
        self._facts.append(Fact(name=name, value=value, at=self._at, source=source, note=note))

    def cannot_tell(self, name: FactName, source: str, note: Message) -> None:
        """Note that something could not be known, and why."""
        self._facts.append(Fact(name=name, value=None, at=self._at, source=source, note=note))

    def not_reached(self, source: str, failure: FailureClass, note: Message) -> None:
        """Note that storage could not be looked at."""
        self._facts.append(
            Fact(
                name=FactName.REACHABLE,
                value=False,
                at=self._at,
                source=source,
                note=note,
                failure=failure,
            )
        )

    def refused(self, source: str, error: ContinuityError) -> None:
        """Note an error as what kept from reaching storage."""
        self.not_reached(source, error.failure, error.what)
