"""Runbooks made of text, for tests of what people write in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from continuity.config.loading import load
from continuity.config.problem import WorkspaceError
from continuity.domain.runbook_document import RunbookDocument
from tests.support.workspaces import small_workspace

FRONT = """format: continuity-runbook/1
id: book
title: Billing is down
lang: en
owner: ana
roles:
  technician: {primary: ana, deputies: [luis]}
"""


def step(name: str, keys: str, prose: str = "Do it.") -> str:
    """Write a section with a step of a technician."""
    block = f"id: {name}\nowner: technician\n{keys.strip()}"
    return f"## Title of {name} {{#{name}}}\n\n~~~step\n{block}\n~~~\n\n{prose}\n"


def manual(name: str, keys: str = "") -> str:
    """Write a step that somebody does by hand."""
    return step(name, f"type: manual\nrisk: read\n{keys}")


def book(*sections: str, front: str = "") -> str:
    """Write a runbook."""
    return f"---\n{FRONT}{front}---\n\nBefore all.\n\n" + "\n".join(sections)


def with_book(root: Path, text: str, others: Mapping[str, str] | None = None) -> Path:
    """Write a workspace whose runbook is this text."""
    return small_workspace(root, {"runbooks/book.md": text, **(others or {})})


def read(root: Path, text: str) -> RunbookDocument:
    """Read a runbook that has no problems."""
    return load(with_book(root, text)).books["book"]


def problems(root: Path, text: str, others: Mapping[str, str] | None = None) -> list[str]:
    """Give the problems of a runbook: key, what was expected, what was found."""
    try:
        load(with_book(root, text, others))
    except WorkspaceError as error:
        return [f"{one.key}: {one.expected} | {one.found}" for one in error.problems]
    return []
