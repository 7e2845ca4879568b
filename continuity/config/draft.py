"""A workspace while it is being read: what is valid so far, and where each part was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import BaseModel

from continuity.config.document import Document
from continuity.config.models import Settings
from continuity.config.problem import Place, Problem
from continuity.domain.client import Client
from continuity.domain.heartbeat import Heartbeat
from continuity.domain.job import Job
from continuity.domain.neighbour import Neighbour
from continuity.domain.outlet import Outlet
from continuity.domain.responding import Responding
from continuity.domain.subscription import Sending
from continuity.domain.system import Host, Person, Repository, System
from continuity.domain.text import Message

if TYPE_CHECKING:
    from continuity.domain.runbook import Runbook
    from continuity.domain.runbook_document import RunbookDocument
    from continuity.domain.step_kinds import Step

M_co = TypeVar("M_co", bound=BaseModel, covariant=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part(Generic[M_co]):
    """One valid thing, and its place in its file."""

    model: M_co
    document: Document
    place: Place

    def problem(self, inside: Place, expected: Message, found: Message) -> Problem:
        """Make a problem at a place inside this thing."""
        return self.document.problem((*self.place, *inside), expected, found)


@dataclass(frozen=True, kw_only=True, slots=True)
class Section(Generic[M_co]):
    """All things of one kind. ``written`` are the names of broken ones too.

    ``known`` is False when the place they are written in could not be read, so that a name that
    is not here says nothing.
    """

    where: str
    parts: Mapping[str, Part[M_co]]
    written: frozenset[str]
    known: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class File(Generic[M_co]):
    """One file that may be missing; ``known`` is False when it is there and cannot be read."""

    where: str
    part: Part[M_co] | None = None
    known: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """One runbook. ``written`` are the names of broken steps too; ``whole`` is when none is."""

    front: Part[Runbook]
    steps: tuple[Part[Step], ...]
    written: frozenset[str]
    whole: bool
    document: RunbookDocument


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """Everything that could be read; ``books`` and the parts of ``runbooks`` come last."""

    root: Path
    settings: Part[Settings] | None
    systems: Section[System]
    hosts: Section[Host]
    repositories: Section[Repository]
    people: Section[Person]
    jobs: Section[Job]
    runbooks: Section[Runbook]
    outlets: Section[Outlet]
    heartbeats: Section[Heartbeat]
    responding: File[Responding]
    sending: File[Sending]
    clients: Section[Client]
    neighbours: Section[Neighbour]
    books: Mapping[str, Book] = field(default_factory=dict)
