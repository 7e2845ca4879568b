"""What the program itself writes into a run: its beginning, each intent, each result, a crash."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from continuity.domain.clock import text_from_time
from continuity.domain.condition import Value
from continuity.domain.conduct import (
    Detail,
    Entry,
    Event,
    Mode,
    RunState,
    StepRun,
    StepState,
    Waits,
    Why,
)
from continuity.domain.conduct_frontier import Stand, frontier, systems_in
from continuity.domain.conduct_outputs import truth_in
from continuity.domain.failure import ConfigurationError
from continuity.domain.incident_commands import Person
from continuity.domain.runbook import Runbook, RunbookStatus
from continuity.domain.runbook_document import RunbookDocument
from continuity.domain.step_kinds import GroupStep, NotifyStep, RunbookStep, VerifyStep
from continuity.domain.text import N_, say
from continuity.domain.written import ExpectedError, reference_from_text


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """How a run begins; ``severity`` is the incident's, ``parent`` the run it is a step of.

    ``basis`` digests what the runbook rests on now, so that it is known what a practice holds for.
    """

    mode: Mode = Mode.REAL
    urgent: bool = False
    incident: int = 0
    severity: str = ""
    parent: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    basis: Mapping[str, str] = field(default_factory=dict)


def start(document: RunbookDocument, how: Start, person: Person) -> tuple[Entry, ...]:
    """Begin a run. Raises ConfigurationError for a runbook that is no longer used, or no steps."""
    front = document.front
    if front.status is RunbookStatus.RETIRED or not document.steps:
        raise ConfigurationError(
            say(
                N_("The runbook {name} cannot be run: it is retired or has no steps."),
                name=front.id,
            ),
            remedy=say(N_("See the others: continuity runbook list")),
        )
    limit = None if front.timers.maximum is None else person.at + front.timers.maximum
    details: dict[str, Detail] = {
        "runbook": front.id,
        "hash": document.hash,
        "mode": how.mode.value,
        "urgent": how.urgent,
        "incident": how.incident,
        "parent": how.parent,
        "systems": systems_in(front),
        "basis": how.basis,
        "deadline": "" if limit is None else text_from_time(limit),
        "order": tuple(step.id for step in document.sequence),
        "steps": tuple(step.id for step in document.steps),
        "values": _values(front, how),
        "secrets": _secrets(front, how),
    }
    begun = Entry(
        event=Event.STARTED, at=person.at, by=person.name, reason=person.reason, details=details
    )
    return (begun, *_deferred(document, how, person.at))


def _values(front: Runbook, how: Start) -> Mapping[str, str]:
    known = {one.name: one for one in front.parameters}
    for name in how.parameters.keys() - known.keys():
        raise ConfigurationError(
            say(N_("The runbook has no parameter {name}."), name=name),
            remedy=say(N_("See what it asks for: continuity runbook show {name}"), name=front.id),
        )
    values = {"severity": json.dumps(how.severity)} if how.severity else {}
    for name, one in known.items():
        if one.secret:
            continue
        given = how.parameters.get(name)
        value = one.default if given is None else _typed(one.type, given)
        fits = value is not None and (not one.allowed or value in one.allowed)
        if not fits:
            raise ConfigurationError(
                say(N_("The runbook needs a fitting value for its parameter {name}."), name=name),
                remedy=say(N_("Give it with --parameter NAME=VALUE.")),
            )
        values[f"parameters.{name}"] = json.dumps(value)
    return values


def _secrets(front: Runbook, how: Start) -> Mapping[str, str]:
    """Say where each secret is kept: what it is comes into no run."""
    where: dict[str, str] = {}
    for name in (one.name for one in front.parameters if one.secret):
        given = how.parameters.get(name, "")
        try:
            reference_from_text(given)
        except ExpectedError as error:
            raise ConfigurationError(
                say(N_("The parameter {name} is a secret: say where it is kept."), name=name),
                remedy=error.expected,
            ) from None
        where[name] = given
    return where


def _typed(kind: str, text: str) -> Value | None:
    if kind == "boolean":
        return truth_in(text)
    if kind == "number":
        try:
            return float(text) if "." in text else int(text)
        except ValueError:
            return None
    return text


def _deferred(document: RunbookDocument, how: Start, at: datetime) -> tuple[Entry, ...]:
    """Leave out what can wait, when only the critical steps are wanted."""
    if not how.urgent:
        return ()
    light = [step for step in document.steps if not step.critical]
    members = {name for one in light if isinstance(one, GroupStep) for name in one.steps}
    late = [one.id for one in document.steps if one in light or one.id in members]
    return tuple(
        Entry(event=Event.SKIPPED, at=at, step=name, details={"why": Why.DEFERRED.value})
        for name in late
    )


def due_steps(stand: Stand) -> tuple[str, ...]:
    """Name the steps whose turn it is for the program, and that nobody is doing."""
    if stand.conduct.state not in {RunState.RUNNING, RunState.WAITING}:
        return ()
    runs = (stand.conduct.of(name) for name in frontier(stand))
    return tuple(one.step for one in runs if _is_due(one))


def _is_due(one: StepRun) -> bool:
    idle = one.intent_at is None
    return one.state is StepState.RUNNING and one.waits is Waits.NOTHING and idle


def intent(name: str, process: str, at: datetime) -> Entry:
    """Write down that a step is about to be done, and by which process."""
    return Entry(event=Event.INTENT, at=at, step=name, details={"process": process})


def result(
    name: str, outcome: StepState, at: datetime, outputs: Mapping[str, str], **details: Detail
) -> Entry:
    """Write down what became of a step."""
    said: dict[str, Detail] = {**details, "outcome": outcome.value, "outputs": outputs}
    return Entry(event=Event.RESULT, at=at, step=name, details=said)


def held(name: str, waits: Waits, at: datetime, **details: Detail) -> Entry:
    """Write down that the program cannot end a step, and what it waits for now."""
    return Entry(event=Event.HELD, at=at, step=name, details={**details, "waits": waits.value})


def recovered(stand: Stand, one: StepRun, at: datetime) -> Entry:
    """Tell what becomes of a step whose process died between its intent and its result.

    What only asks or tells, or may simply be done again, is; with the deadline it had. Of all else
    nobody knows how far it came, and a person must say.
    """
    if is_repeatable(stand, one.step):
        details: dict[str, Detail] = {"same_deadline": True, "why": Why.CRASH.value}
        return Entry(event=Event.RETRIED, at=at, step=one.step, details=details)
    return Entry(event=Event.UNKNOWN, at=at, step=one.step, details={"why": Why.CRASH.value})


def is_repeatable(stand: Stand, name: str) -> bool:
    """Tell whether a step may simply be done again: it only asks or tells, or says so itself."""
    step = stand.step(name)
    asking = isinstance(step, VerifyStep | NotifyStep | RunbookStep)
    return asking or (step is not None and step.idempotent)
