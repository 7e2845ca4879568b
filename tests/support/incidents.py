"""Answers about jobs, and the incidents that come of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from continuity.domain.failure import FailureClass
from continuity.domain.fault import CheckKind, Fault, FaultKind
from continuity.domain.incident import Event, Incident
from continuity.domain.incident_board import Board, Moved
from continuity.domain.incident_commands import Person
from continuity.domain.observation import Observation

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
KINDS = {
    CheckKind.BACKUP: FaultKind.BACKUP_FAILED,
    CheckKind.DRILL: FaultKind.DRILL_FAILED,
    CheckKind.READ_BACK: FaultKind.READ_BACK_FAILED,
}


def seen(
    key: str,
    failure: FailureClass | None = FailureClass.CHECKSUM_MISMATCH,
    *,
    job: str = "erp",
    check: CheckKind = CheckKind.DRILL,
    repository: str = "nas",
) -> Observation:
    """One answer about a job; no failure means that it was good."""
    target = f"job:{job}"
    fault = (
        None
        if failure is None
        else Fault(
            organisation="acme",
            system="billing",
            check=check,
            kind=KINDS[check],
            target=target,
            failure=failure,
            repository=repository,
        )
    )
    return Observation(
        check=check, target=target, at=NOW, key=key, fault=fault, repository=repository
    )


def board() -> Board:
    return Board(incidents={}, next_number=1, criticality=lambda _: "high")


def only(moved: Iterable[Moved]) -> Incident:
    (one,) = moved
    return one.after


def events(moved: Iterable[Moved]) -> list[Event]:
    return [change.event for one in moved for change in one.changes]


def opened() -> tuple[Board, Incident]:
    """An announced incident of a failed drill."""
    table = board()
    return table, only(table.observe([seen("1")], NOW))


def only_incident(table: Board) -> Incident:
    (incident,) = table.incidents.values()
    return incident


PERSON = Person(name="Marcos", at=NOW, reason="se cambió el disco")
