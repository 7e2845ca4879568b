"""Runs that are a step of another run: begun once, and their end is the step's."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from continuity.domain.conduct import Conduct, RunState, StepRun, StepState, Waits
from continuity.domain.conduct_frontier import values_of
from continuity.domain.conduct_leading import abort
from continuity.domain.conduct_program import Start, result
from continuity.domain.failure import ConfigurationError
from continuity.domain.incident_commands import Person
from continuity.domain.runbook_document import RunbookDocument
from continuity.domain.step_kinds import RunbookStep
from continuity.domain.text import N_, say
from continuity.workflows.carrying_on import Look, Perform, carry_on, look_nowhere
from continuity.workflows.conducting import Stage, act, begin, turn_on, write

Book = Callable[[str], tuple[RunbookDocument, str] | None]
"""Gives a runbook of the workspace by its name, with its text."""


def follow(stage: Stage, book: Book, parent: Conduct, step: RunbookStep) -> str:
    """Begin the run that a step is, unless it is going on already; gives its name.

    Raises ConfigurationError for a runbook that is not there, or a third one below another.
    """
    if parent.parent:
        raise ConfigurationError(
            say(N_("A runbook that is a step of another may not lead to a third.")),
            remedy=say(
                N_("Start it by itself: continuity runbook start {name}"), name=step.runbook
            ),
        )
    before = _children(stage, parent.run, step.id)
    if before and not before[-1].over:
        return before[-1].run
    found = book(step.runbook)
    if found is None:
        raise ConfigurationError(
            say(N_("There is no runbook {name} that can be used."), name=step.runbook),
            remedy=say(N_("See them all: continuity runbook list")),
        )
    document, text = found
    number = "" if not before else f".{len(before) + 1}"
    name = f"{parent.run}.{step.id}{number}"
    person = Person(name=parent.commander, at=stage.now(), reason="")
    begin(stage, name, document, text, _how(parent, document), person)
    return name


def _how(parent: Conduct, document: RunbookDocument) -> Start:
    """Hand on what both runbooks ask for by the same name."""
    known, secrets = values_of(parent), {one.name: one.text for one in parent.secrets}
    parameters = {
        one.name: _text(known[f"parameters.{one.name}"])
        for one in document.front.parameters
        if f"parameters.{one.name}" in known and not one.secret
    }
    hidden = {one.name for one in document.front.parameters if one.secret}
    parameters |= {name: where for name, where in secrets.items() if name in hidden}
    return Start(
        mode=parent.mode,
        urgent=parent.urgent,
        incident=parent.incident,
        severity=str(known.get("severity", "")),
        parent=parent.run,
        parameters=parameters,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _children(stage: Stage, parent: str, step: str) -> list[Conduct]:
    with stage.desk.store.reading() as reading:
        mine = [one for one in reading.conducts.all() if one.parent == parent]
    return [one for one in mine if one.run.removeprefix(f"{parent}.").partition(".")[0] == step]


def carry_on_all(stage: Stage, run: str, perform: Perform, look: Look = look_nowhere) -> Conduct:
    """Let a run go on, the runs that its steps are, and the run that it is a step of."""
    go = partial(carry_on, stage, perform=perform, look=look)
    conduct = go(run)
    while (waiting := _waiting(conduct)) and _look_after(stage, conduct, waiting, go):
        conduct = go(run)
    if conduct.over:
        _end_children(stage, conduct)
        if conduct.parent:
            carry_on_all(stage, conduct.parent, perform, look)
    return conduct


def _waiting(conduct: Conduct) -> tuple[StepRun, ...]:
    if conduct.over:
        return ()
    return tuple(one for one in conduct.steps if one.waits is Waits.RUN and one.child)


def _look_after(
    stage: Stage, parent: Conduct, waiting: tuple[StepRun, ...], go: Callable[[str], Conduct]
) -> bool:
    """Let the runs that are waited for go on; tell whether one of them has ended."""
    ended = [one for one in waiting if go(one.child).over]
    for one in ended:
        _conclude(stage, parent.run, one)
    return bool(ended)


def _conclude(stage: Stage, run: str, one: StepRun) -> None:
    with turn_on(stage, run) as turn:
        now = turn.stand.conduct.of(one.step)
        child = turn.transaction.conducts.find(one.child)
        if child is None or now.waits is not Waits.RUN or now.child != one.child:
            return
        state = StepState.DONE if child.state is RunState.COMPLETED else StepState.FAILED
        ended = {"child": child.run, "child_state": child.state.value}
        write(turn, (result(one.step, state, stage.now(), {}, **ended),))


def _end_children(stage: Stage, parent: Conduct) -> None:
    """What a run that is over was waiting for is over, too."""
    with stage.desk.store.reading() as reading:
        left = [one for one in reading.conducts.open() if one.parent == parent.run]
    for one in left:
        person = Person(name=parent.commander, at=stage.now(), reason=parent.run)
        act(stage, one.run, abort(person))
