"""What was seen: one answer to one question, good or bad."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from continuity.domain.fault import CheckKind, Fault
from continuity.domain.text import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """One answer. ``fault`` is None when it was good.

    ``key`` identifies the answer, such as the run's id: an answer seen twice counts once.
    ``evidence`` is the sequence number of the record that holds it, 0 for what was derived.
    """

    check: CheckKind
    target: str
    at: datetime
    key: str
    fault: Fault | None = None
    reason: Message | None = None
    remedy: Message | None = None
    evidence: int = 0
    repository: str = ""

    @property
    def question(self) -> tuple[CheckKind, str]:
        """What was asked."""
        return self.check, self.target
