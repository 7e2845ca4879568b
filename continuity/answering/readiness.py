"""Looks whether runbooks could be followed tonight, without changing anything, and records it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from continuity.answering.people_ready import people_findings
from continuity.answering.things_ready import Known, thing_findings
from continuity.config.basis import basis_of
from continuity.config.opening import Means
from continuity.domain.assessment import Assessment
from continuity.domain.evidence import Record, RecordKind
from continuity.domain.liveness import LIVENESS_KINDS, liveness_from_records
from continuity.domain.offline_signals import OFFLINE_KINDS, shelved_from_records
from continuity.domain.readiness import (
    Question,
    Readiness,
    draft_checked,
    exercises_from,
    judge_readiness,
)
from continuity.domain.runbook import RunbookStatus
from continuity.domain.runbook_document import RunbookDocument
from continuity.store.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class Precheck:
    """What is looked at, and from where; ``judge`` gives the verdicts of now."""

    means: Means
    store: Store
    now: Callable[[], datetime]
    judge: Callable[[], Assessment]

    def look(self, names: Iterable[str], *, away: bool = True) -> tuple[Readiness, ...]:
        """Look at runbooks; without ``away`` no other machine is asked."""
        now = self.now()
        known = Known(
            means=self.means,
            assessment=self.judge(),
            tests=liveness_from_records(self.store.records(kinds=LIVENESS_KINDS)),
            shelved=shelved_from_records(self.store.records(kinds=OFFLINE_KINDS)),
            now=now,
            away=away,
        )
        ended = list(self.store.records(kinds=[RecordKind.RUNBOOK_MEASURED]))
        books = self.means.workspace.books
        return tuple(_judged(known, books[name], ended) for name in names)

    def record(self, found: Iterable[Readiness]) -> None:
        """Write down what was found, for the report and for whoever looks next."""
        books = self.means.workspace.books
        self.store.append(*(draft_checked(one, books[one.runbook].hash) for one in found))


def conductable(books: Iterable[RunbookDocument]) -> tuple[str, ...]:
    """Name the runbooks that can be followed step by step and were not put out of use."""
    return tuple(
        sorted(
            book.front.id
            for book in books
            if book.steps and book.front.status is not RunbookStatus.RETIRED
        )
    )


def _judged(known: Known, book: RunbookDocument, ended: Sequence[Record]) -> Readiness:
    workspace, front = known.means.workspace, book.front
    findings = (
        *people_findings(workspace, book, known.now),
        *thing_findings(known, book),
    )
    question = Question(
        runbook=front.id,
        findings=findings,
        basis=basis_of(workspace, book),
        exercises=exercises_from(ended, front.id, front.drill.kinds),
        every=front.drill.every,
    )
    return judge_readiness(question, known.now)
