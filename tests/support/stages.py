"""A stage for runs on a real store, by a clock that is told the time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from continuity.config.runbook_document import document_from_kept_text
from continuity.domain.conduct import Conduct, Entry, StepRun, StepState
from continuity.domain.conduct_frontier import Stand
from continuity.domain.conduct_program import Start
from continuity.domain.conduct_record import CONDUCTING, entries_of
from continuity.domain.conduct_refusals import Command
from continuity.domain.incident_commands import Person
from continuity.hosts.process import identify_self
from continuity.store.store import Store, open_store
from continuity.workflows.carrying_on import Outcome, carry_on
from continuity.workflows.conducting import Stage, act, begin
from continuity.workflows.responding import Desk
from tests.support.desks import ROSTER
from tests.support.incidents import NOW

RUN = "billing-1"
TEXT = """---
format: continuity-runbook/1
id: billing-down
title: Billing is down
lang: en
owner: ana
roles:
  head: {primary: ana}
  tech: {primary: luis}
---

## Restart it {#restart}

~~~step
id: restart
type: command
owner: tech
risk: reversible
idempotent: IDEMPOTENT
argv: ["true"]
timeout: 2h
~~~

## Look at it {#look}

~~~step
id: look
type: manual
owner: tech
risk: read
~~~
"""


@dataclass(kw_only=True)
class Theatre:
    """A store, a clock and a stage."""

    store: Store
    idempotent: bool = False
    book: str = TEXT
    moment: datetime = NOW
    performed: list[str] = field(default_factory=list)

    @property
    def stage(self) -> Stage:
        desk = Desk(store=self.store, now=lambda: self.moment, roster=ROSTER)
        return Stage(
            desk=desk,
            read=lambda name, text: document_from_kept_text(name, text, Path("/")),
            process=identify_self(),
            zone="Europe/Madrid",
        )

    @property
    def text(self) -> str:
        return self.book.replace("IDEMPOTENT", str(self.idempotent).lower())

    def begin(self, how: Start | None = None) -> Conduct:
        document = document_from_kept_text("billing-down", self.text, Path("/"))
        person = Person(name="ana", at=self.moment)
        return begin(self.stage, RUN, document, self.text, how or Start(), person)

    def act(self, command: Command, expected: int | None = None) -> Conduct:
        return act(self.stage, RUN, command, expected)

    def carry_on(self, state: StepState = StepState.DONE) -> Conduct:
        def perform(_stand: Stand, one: StepRun) -> Outcome:
            self.performed.append(one.step)
            return Outcome(state=state, details={"code": 0})

        return carry_on(self.stage, RUN, perform)

    def later(self, passed: timedelta) -> None:
        self.moment += passed

    def person(self, name: str = "luis", why: str = "so it is") -> Person:
        return Person(name=name, at=self.moment, reason=why)

    def stored(self) -> Conduct:
        with self.store.reading() as reading:
            found = reading.conducts.find(RUN)
        assert found is not None
        return found

    def entries(self) -> tuple[Entry, ...]:
        return entries_of(self.store.records(kinds=CONDUCTING), RUN)


def a_theatre(address: str, *, idempotent: bool = False, book: str = TEXT) -> Theatre:
    """A store of its own, by a clock that stands until it is told to go on."""
    theatre = Theatre.__new__(Theatre)
    store = open_store(address, lambda: theatre.moment)
    Theatre.__init__(
        theatre, store=store, idempotent=idempotent, book=book
    )  # its clock is its store's
    return theatre
