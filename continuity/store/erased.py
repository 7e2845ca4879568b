"""What was erased of a person, and the record of it, which does not name that person again."""

from __future__ import annotations

from dataclasses import dataclass

from continuity.domain.evidence import Draft, RecordKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Erased:
    """The records beside which somebody stood, and how much else named that person."""

    records: tuple[int, ...]
    incidents: int
    runs: int
    tickets: int

    @property
    def count(self) -> int:
        """How many entries of any kind were touched."""
        return len(self.records) + self.incidents + self.runs + self.tickets


def draft_from_erased(erased: Erased, name: str, by: str) -> Draft:
    """Draft that somebody was erased; who did it stands beside, unless it is the one erased."""
    return Draft(
        kind=RecordKind.PERSONAL_ERASED,
        body={"records": list(erased.records)},
        personal={"actor": by} if by not in {"", name} else None,
    )
