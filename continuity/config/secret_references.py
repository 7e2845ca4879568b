"""Every reference to a secret that a workspace holds, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel

from continuity.config.workspace import Workspace
from continuity.domain.written import SecretReference

Named = tuple[str, object]


def references_in(workspace: Workspace) -> Iterator[tuple[str, SecretReference]]:
    """Find the references, each with the last name under which it is written."""
    books = [step for book in workspace.books.values() for step in book.steps]
    parts: Sequence[object] = (
        workspace.settings,
        workspace.repositories,
        workspace.jobs,
        workspace.outlets,
        workspace.heartbeats,
        books,
    )
    for part in parts:
        yield from references_inside("", part)


def references_inside(name: str, value: object) -> Iterator[tuple[str, SecretReference]]:
    """Find those of one thing that was written under this name."""
    if isinstance(value, SecretReference):
        yield name, value
        return
    for inner, one in _members(name, value):
        yield from references_inside(inner, one)


def _members(name: str, value: object) -> Iterator[Named]:
    if isinstance(value, BaseModel):
        yield from ((field, getattr(value, field)) for field in type(value).model_fields)
    elif isinstance(value, Mapping):
        yield from ((str(key), one) for key, one in value.items())
    elif isinstance(value, list | tuple):
        yield from ((name, one) for one in value)
