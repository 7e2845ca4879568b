"""A run whose process dies at a chosen reading of the clock, and whoever goes on after it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from continuity.config.runbook_document import document_from_kept_text
from continuity.domain.conduct import Conduct, Entry, StepState, Waits
from continuity.domain.conduct_commands import answer_unknown, finish
from continuity.domain.conduct_program import Start
from continuity.domain.conduct_record import CONDUCTING, entries_of
from continuity.domain.incident_commands import Person
from continuity.domain.secret import Secret
from continuity.hosts.local import LocalHost
from continuity.hosts.process import identify_self
from continuity.store.exhibits import Exhibits
from continuity.store.store import Store, open_store
from continuity.workflows.carrying_on import Outcome, carry_on
from continuity.workflows.conducting import Stage, act, begin, stand_of
from continuity.workflows.hands import Hands, Order, Restored, Telling, Unproven
from continuity.workflows.performing import perform
from continuity.workflows.probing import ask
from continuity.workflows.responding import Desk
from continuity.workflows.words import Told, Way, Word, notices_of
from tests.support.desks import ROSTER
from tests.support.incidents import NOW

RUN = "billing-1"
_HOUR = timedelta(hours=1)
_FRONT = """---
format: continuity-runbook/1
id: billing-down
title: Billing is down
lang: en
owner: ana
roles:
  tech: {primary: luis}
---
"""
_STEPS: dict[str, str] = {
    "once": 'type: command\nrisk: reversible\nargv: [sh, -c, "echo once >> EFFECTS"]',
    "again": 'type: command\nrisk: reversible\nidempotent: true\nargv: [touch, "TOUCHED"]',
    "back": "type: restore\nrisk: reversible\njob: erp\ntarget: parallel\nplace: /nowhere",
    "say": "type: notify\naudience: [owner]\ntemplate: it goes on",
    "look": "type: manual\nrisk: read",
    "watch": "type: verify\nprobe: {file: {path: TOUCHED}}\nuntil: 30m",
    "rest": "type: wait\nlasts: 10m",
}
NEVER_TWICE = ("once", "back")
"""The steps whose effects nobody may have twice."""


@dataclass(kw_only=True)
class Life:
    """One process that conducts the run, from wherever it stands to its end.

    ``dies_at`` is the reading of the clock at which it is killed; it never dies at 0.
    """

    place: Path
    dies_at: int = 0
    moment: datetime = NOW
    readings: int = 0
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.store = open_store(f"sqlite:///{self.place / 'record.db'}", self.now)

    def now(self) -> datetime:
        self.readings += 1
        if self.readings == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.moment

    @property
    def stage(self) -> Stage:
        return Stage(
            desk=Desk(store=self.store, now=self.now, roster=ROSTER),
            read=lambda name, text: document_from_kept_text(name, text, self.place),
            process=identify_self(),
            zone="Europe/Madrid",
        )

    @property
    def text(self) -> str:
        blocks = (
            f"\n## {name.title()} {{#{name}}}\n\n~~~step\nid: {name}\nowner: tech\n{keys}\n~~~\n"
            for name, keys in _STEPS.items()
        )
        text = _FRONT + "".join(blocks)
        effects, touched = self.place / "effects", self.place / "touched"
        return text.replace("EFFECTS", str(effects)).replace("TOUCHED", str(touched))

    def effects(self) -> list[str]:
        file = self.place / "effects"
        return file.read_text().split() if file.exists() else []

    def conduct(self) -> Conduct | None:
        with self.store.reading() as reading:
            return reading.conducts.find(RUN)

    def entries(self) -> tuple[Entry, ...]:
        return entries_of(self.store.records(kinds=CONDUCTING), RUN)

    def live(self) -> None:
        """Conduct the run to its end, doing for people what they would."""
        if self.conduct() is None:
            document = document_from_kept_text("billing-down", self.text, self.place)
            begin(self.stage, RUN, document, self.text, Start(), self._person())
        while not self._go_on().over:
            self._act()

    def _go_on(self) -> Conduct:
        return carry_on(self.stage, RUN, partial(perform, self._hands()))

    def _act(self) -> None:
        conduct = stand_of(self.stage, RUN).conduct
        unknown = [one.step for one in conduct.steps if one.state is StepState.UNKNOWN]
        for name in unknown:
            # Who is asked goes and looks.
            answer = "done" if name in self.effects() else "repeat"
            act(self.stage, RUN, answer_unknown(self._person(), name, answer))
        if conduct.of("look").waits is Waits.WORK:
            act(self.stage, RUN, finish(self._person(), "look"))
        if conduct.of("rest").waits is Waits.TIMER:
            self.moment += _HOUR

    def _person(self) -> Person:
        return Person(name="luis", at=self.moment, reason="looked at it")

    def _hands(self) -> Hands:
        return Hands(
            host=lambda _name: LocalHost(),
            secret=lambda _reference: Secret(""),
            restore=self._restore,
            probe=lambda probe: ask(
                probe, lambda _name: LocalHost(), self.now, lambda *_asked: None
            ),
            tell=self._tell,
            say=str,
            follow=lambda _conduct, _step: "",
            note=lambda _run, _step, _told: None,
            put_back=lambda _stand, _step: Outcome(state=StepState.DONE),
            keep=Exhibits(self.place / "exhibits").keep,
            now=self.now,
            sleep=lambda _seconds: None,
        )

    def _tell(self, telling: Telling) -> Told:
        way = Way(outlet="mail", person="luis")
        word = Word(
            key=telling.key,
            run=RUN,
            title="",
            text=telling.text,
            drill=False,
            incident=0,
            number="",
            severity="S3",
        )
        with self.store.transaction() as transaction:
            transaction.outbox.queue(notices_of(word, (way,), self.now()), self.now())
        return Told(ways=(way,), missed=())

    def told(self) -> int:
        with self.store.reading() as reading:
            return len(reading.outbox.all())

    def _restore(self, order: Order) -> Restored | Unproven:
        with (self.place / "effects").open("a") as file:
            file.write("back\n")
        return Restored(passed=True, point=order.point, taken_at=NOW)


def killed(work: Callable[[], None]) -> bool:
    """Do something in a process of its own; tell whether it was killed."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)
