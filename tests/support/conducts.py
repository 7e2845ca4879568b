"""Runs of small runbooks, without files and without a database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from continuity.domain.conduct import Conduct, Entry, StepRun, StepState
from continuity.domain.conduct_changes import after
from continuity.domain.conduct_frontier import Stand
from continuity.domain.conduct_next import Action, next_actions
from continuity.domain.conduct_passing import settled
from continuity.domain.conduct_program import Start, due_steps, intent, result, start
from continuity.domain.conduct_refusals import Command, decide
from continuity.domain.incident_commands import Person
from continuity.domain.runbook import Runbook
from continuity.domain.runbook_document import Passage, RunbookDocument
from continuity.domain.step_kinds import STEP_KINDS, Step

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def step(name: str, kind: str = "manual", **keys: object) -> Step:
    """Write a step down, with what every one of its kind needs."""
    needed: dict[str, dict[str, object]] = {
        "manual": {"risk": "read"},
        "command": {"risk": "reversible", "argv": ["true"]},
        "approval": {"roles": ["head"], "reason_required": False},
        "verify": {"probe": {"tcp": {"host": "localhost", "port": 1}}},
        "wait": {"lasts": "10m"} if "until" not in keys else {},
        "notify": {"audience": ["owner"], "template": "hello"},
    }
    written = {"id": name, "type": kind, "owner": "tech", **needed.get(kind, {}), **keys}
    return STEP_KINDS[kind].model_validate(written)


def document(*steps: Step, **front: object) -> RunbookDocument:
    """Make a runbook of steps: ana leads, luis is technician, eva of the provider."""
    written = {
        "format": "continuity-runbook/1",
        "id": "billing-down",
        "title": "Billing is down",
        "lang": "en",
        "owner": "ana",
        "scope": {"systems": ["billing"]},
        "roles": {
            "head": {"primary": "ana", "deputies": ["berta"]},
            "tech": {"primary": "luis"},
            "outside": {"primary": "eva", "side": "provider"},
        },
        **front,
    }
    passages = (
        Passage(anchor=one.id, title=one.id.title(), prose="Do it.", line=number, step=one)
        for number, one in enumerate(steps, start=1)
    )
    return RunbookDocument(
        hash="0" * 64,
        front=Runbook.model_validate(written),
        preamble="",
        passages=tuple(passages),
    )


@dataclass
class Scene:
    """A run that people and programs act in; every move is followed by what it makes happen."""

    document: RunbookDocument
    conduct: Conduct = field(default_factory=lambda: Conduct(run="r1"))
    now: datetime = NOW
    entries: list[Entry] = field(default_factory=list)

    @property
    def stand(self) -> Stand:
        return Stand(document=self.document, conduct=self.conduct)

    def take(self, *entries: Entry) -> None:
        self.entries += entries
        self.conduct = after(self.conduct, entries)
        more = settled(self.stand, self.now)
        self.entries += more
        self.conduct = after(self.conduct, more)

    def begin(self, how: Start | None = None, by: str = "ana") -> Scene:
        self.take(*start(self.document, how or Start(), Person(name=by, at=self.now)))
        return self

    def do(
        self, make: Callable[[Person], Command], by: str = "luis", why: str = "so it is"
    ) -> None:
        person = Person(name=by, at=self.now, reason=why)
        self.take(*decide(self.stand, None, make(person)))

    def later(self, passed: timedelta) -> None:
        self.now += passed
        self.take()

    def perform(self, outcome: StepState = StepState.DONE) -> str:
        """Let the program do the first step whose turn it is."""
        name = due_steps(self.stand)[0]
        self.take(intent(name, "p1", self.now))
        self.take(result(name, outcome, self.now, {}))
        return name

    def states(self) -> dict[str, str]:
        return {one.step: one.state.value for one in self.conduct.steps}

    def of(self, name: str) -> StepRun:
        return self.conduct.of(name)

    def next(self) -> list[Action]:
        return list(next_actions(self.stand, self.now))

    def doings(self) -> list[tuple[str, str]]:
        return [(one.doing.value, one.step) for one in self.next()]


def scene(*steps: Step, how: Start | None = None, **front: object) -> Scene:
    """Begin a run of these steps."""
    return Scene(document=document(*steps, **front)).begin(how)
