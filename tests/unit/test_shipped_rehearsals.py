"""Every runbook that comes along leads to its end, whatever is decided and answered first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from continuity.config.loading import load
from continuity.domain.conduct import RunState
from continuity.domain.runbook_document import RunbookDocument
from continuity.domain.step_kinds import DecisionStep, decision_of
from tests.support.rehearsing import Rehearsal
from tests.support.shipped import begun_in

ROOT = Path(__file__).parents[2]


def rehearsals(book: RunbookDocument) -> Iterator[Rehearsal]:
    """Give a run for each option of each decision, for each answer, and in a hurry."""
    for said in ("yes", "no"):
        yield Rehearsal(book, said=said)
        yield Rehearsal(book, said=said, urgent=True)
    for step in book.steps:
        decision = book.decision(decision_of(step)) if isinstance(step, DecisionStep) else None
        for option in decision.options if decision else ():
            yield Rehearsal(book, in_step=step.id, first=option.id)


@pytest.mark.parametrize("where", ["firm", "es", "en"])
def test_whatever_is_decided_first_the_runbook_leads_to_its_end(where: str) -> None:
    workspace = load(ROOT) if where == "firm" else begun_in("es" if where == "es" else "en")
    for book in workspace.books.values():
        for one in rehearsals(book) if book.steps else ():
            run = one.talk_through()

            assert run.state is RunState.COMPLETED, (book.front.id, one.in_step, one.first)
