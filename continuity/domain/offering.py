"""Which runbook is offered for an incident: the one that fits it, and what people named for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from continuity.domain.incident import Incident
    from continuity.domain.runbook import Runbook, Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class Concern:
    """What an incident is about; ``of_job`` and ``of_system`` are the runbooks they name."""

    incident: Incident
    job: str = ""
    host: str = ""
    of_job: str | None = None
    of_system: str | None = None


def runbook_offered(books: Mapping[str, Runbook], concern: Concern) -> str:
    """Name the runbook of an incident; empty where none is about it.

    What the job names comes first if it is about this failure, then what answers the failure, then
    what brings the system back.
    """
    named = concern.of_job
    if named is not None and named in books and _fits(books[named].scope, concern):
        return named
    answering = {name: _answers(book, concern) for name, book in books.items()}
    best = max(sorted(answering), key=answering.__getitem__, default="")
    if best and answering[best]:
        return best
    return concern.of_system or named or ""


def _answers(book: Runbook, concern: Concern) -> int:
    """Tell how closely a runbook answers a failure: 0 not at all, a kind of incident before all."""
    scope = book.scope
    about = bool(scope.faults or scope.failure_classes)
    if book.status.value == "retired" or not about or not _fits(scope, concern):
        return 0
    particular = (scope.systems, scope.jobs, scope.repositories, scope.hosts)
    return 1 + sum(map(bool, particular)) + 10 * bool(scope.faults)


def _fits(scope: Scope, concern: Concern) -> bool:
    severity = concern.incident.severity
    grave = scope.min_severity is None or severity.value <= scope.min_severity.value
    return grave and all(not wanted or given in wanted for wanted, given in _pairs(scope, concern))


def _pairs(scope: Scope, concern: Concern) -> Iterator[tuple[tuple[str, ...], str]]:
    incident = concern.incident
    yield scope.faults, incident.kind
    yield scope.failure_classes, incident.failure
    yield scope.systems, incident.system
    yield scope.jobs, concern.job
    yield scope.repositories, incident.repository
    yield scope.hosts, concern.host
