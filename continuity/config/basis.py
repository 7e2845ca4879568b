"""What the practice of a runbook holds for: change any of it, and it must be tried again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from pydantic import BaseModel

from continuity.config.workspace import Workspace
from continuity.domain.readiness import Basis
from continuity.domain.runbook_document import RunbookDocument
from continuity.domain.step_kinds import CommandStep, RestoreStep, RunbookStep

# They come and go without anybody having to do anything else than before.
_FLEETING = {"phone_confirmed_on", "phone", "email", "language", "away"}


def basis_of(workspace: Workspace, book: RunbookDocument) -> Basis:
    """Digest the runbook and those it leads to, its systems, who has which part, the policy."""
    policy = workspace.responding.model_dump(mode="json", exclude={"maintenance"})
    return {
        "runbook": _digest([book.hash, *_children(workspace, book)]),
        "systems": _digest(_systems(workspace, book)),
        "people": _digest(_people(workspace, book)),
        "policy": _digest(policy),
    }


def systems_of(book: RunbookDocument) -> tuple[str, ...]:
    """Name the systems that a runbook is about."""
    front = book.front
    named = {*front.scope.systems, *front.targets, *(place.system for place in front.order)}
    return tuple(sorted(named))


def jobs_of(workspace: Workspace, book: RunbookDocument) -> tuple[str, ...]:
    """Name the jobs that bring back what a runbook is about."""
    systems = set(systems_of(book))
    restored = {step.job for step in book.steps if isinstance(step, RestoreStep)}
    protecting = {name for name, job in workspace.jobs.items() if job.system in systems}
    return tuple(sorted(restored | protecting))


def hosts_of(book: RunbookDocument) -> tuple[str, ...]:
    """Name the machines on which its commands run."""
    commands = (step for step in book.steps if isinstance(step, CommandStep))
    return tuple(sorted({*(step.host for step in commands if step.host), *book.front.scope.hosts}))


def people_of(book: RunbookDocument) -> tuple[str, ...]:
    """Name everybody who has a part in it, each once."""
    parts = book.front.roles.values()
    return tuple(dict.fromkeys(who for part in parts for who in (part.primary, *part.deputies)))


def children_of(book: RunbookDocument) -> tuple[str, ...]:
    """Name the runbooks that it leads to."""
    return tuple(sorted({step.runbook for step in book.steps if isinstance(step, RunbookStep)}))


def _children(workspace: Workspace, book: RunbookDocument) -> Iterable[str]:
    known = (workspace.books.get(name) for name in children_of(book))
    return ("" if one is None else one.hash for one in known)


def _systems(workspace: Workspace, book: RunbookDocument) -> object:
    jobs = {
        name: workspace.jobs[name] for name in jobs_of(workspace, book) if name in workspace.jobs
    }
    kept = {job.repository for job in jobs.values()}
    return {
        "systems": _plain(workspace.systems, systems_of(book)),
        "jobs": _plain(workspace.jobs, jobs),
        "repositories": _plain(workspace.repositories, sorted(kept)),
        "hosts": _plain(workspace.hosts, hosts_of(book)),
    }


def _plain(models: Mapping[str, BaseModel], names: Iterable[str]) -> dict[str, object]:
    known = {name: models.get(name) for name in names}
    return {
        name: None if one is None else one.model_dump(mode="json") for name, one in known.items()
    }


def _people(workspace: Workspace, book: RunbookDocument) -> object:
    known = {name: workspace.people.get(name) for name in people_of(book)}
    return {
        name: None if one is None else one.model_dump(mode="json", exclude=_FLEETING)
        for name, one in known.items()
    }


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
