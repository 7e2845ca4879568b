"""What was found in another program's configuration, before any of it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from continuity.domain.secret import Secret
from continuity.domain.text import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """Something that could not be carried over: where it is written, and why not."""

    where: str
    why: Message


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordAt:
    """Where a repository's password is; all None when that could not be told.

    ``text`` is a password that stood in the configuration itself; it goes into a file of its own.
    """

    file: str | None = None
    command: tuple[str, ...] | None = None
    text: Secret | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundRepository:
    """A restic repository; ``credentials`` are by the name of the environment variable."""

    name: str
    location: str
    password: PasswordAt = field(default_factory=PasswordAt)
    credentials: Mapping[str, Secret] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundJob:
    """One set of paths in one repository; ``schedule`` in the words of a job's timetable."""

    name: str
    title: str
    repository: str
    paths: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    one_file_system: bool = False
    schedule: str | None = None
    retention: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Everything that was understood, and everything that was not."""

    tool: str
    repositories: tuple[FoundRepository, ...] = ()
    jobs: tuple[FoundJob, ...] = ()
    left: tuple[Left, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """A program whose configuration is understood.

    ``recognises`` looks at the keys on top and never at the name of the file.
    """

    name: str
    recognises: Callable[[Mapping[str, object]], bool]
    read: Callable[[Mapping[str, object], Path], Found]
