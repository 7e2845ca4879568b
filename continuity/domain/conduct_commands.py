"""What people do with the steps of a run, and when it is refused. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from continuity.domain.clock import text_from_time
from continuity.domain.condition import Value, truth_of
from continuity.domain.conduct import (
    BROKEN,
    Detail,
    Entry,
    Event,
    RunState,
    StepRun,
    StepState,
    Waits,
    Why,
)
from continuity.domain.conduct_frontier import Stand, values_of, whole
from continuity.domain.conduct_outputs import outputs_given
from continuity.domain.conduct_passing import jumped
from continuity.domain.conduct_refusals import (
    Command,
    entry_by,
    refused,
    require_free,
    require_on,
    require_waiting,
)
from continuity.domain.exhibit import EXHIBITS, Exhibit
from continuity.domain.failure import ConfigurationError
from continuity.domain.incident_commands import Person, require_reason
from continuity.domain.step import Side, condition_in
from continuity.domain.step_kinds import Step
from continuity.domain.text import N_, say

LEASE = timedelta(minutes=30)
"""How long nobody else does a step that somebody has taken."""


def claim(person: Person, name: str) -> Command:
    """Somebody takes a step, so that nobody else does it too."""

    def run(stand: Stand) -> tuple[Entry, ...]:
        require_on(stand, name)
        require_free(stand, name, person)
        until = text_from_time(person.at + LEASE)
        return (entry_by(Event.CLAIMED, person, name, until=until),)

    return run


def finish(
    person: Person,
    name: str,
    evidence: tuple[str, ...] = (),
    outputs: Mapping[str, str] | None = None,
    exhibits: tuple[Exhibit, ...] = (),
) -> Command:
    """Somebody has done what a step asked of them. ``evidence`` are the kinds that are given.

    ``exhibits`` are what is kept of them, by the kinds that count as given, too.
    """
    evidence = tuple(dict.fromkeys((*evidence, *(one.kind for one in exhibits))))
    kept: dict[str, Detail] = {"evidence": evidence, EXHIBITS: tuple(map(str, exhibits))}

    def run(stand: Stand) -> tuple[Entry, ...]:
        if name in stand.conduct.undoing[:1]:
            return (entry_by(Event.UNDONE, person, name, done=True),)
        one = require_waiting(stand, name, Waits.WORK)
        require_free(stand, name, person)
        step = stand.step(name)
        if step is None:
            return (_result(person, name, StepState.DONE, **kept),)
        _require_evidence(step, (*one.given, *evidence))
        known = outputs_given(step, outputs or {})
        if step.side in {Side.JOINT, Side.SHADOW}:
            return (_handed_on(person, one, known, kept),)
        outcome = StepState.DONE if holds_at_end(stand, step, known) else StepState.FAILED
        return (_result(person, name, outcome, outputs=known, **kept),)

    return run


def fail(person: Person, name: str) -> Command:
    """Somebody could not do it."""

    def run(stand: Stand) -> tuple[Entry, ...]:
        require_waiting(stand, name, Waits.WORK)
        require_free(stand, name, person)
        require_reason(person)
        return (_result(person, name, StepState.FAILED),)

    return run


def skip(person: Person, name: str) -> Command:
    """Somebody goes on without a step."""

    def run(stand: Stand) -> tuple[Entry, ...]:
        one = require_on(stand, name)
        _require_idle(one)
        require_reason(person)
        left_out = tuple(
            entry_by(Event.SKIPPED, person, each, why=Why.PERSON.value)
            for each in whole(stand, (name,))[::-1]
            if not stand.conduct.of(each).settled
        )
        return (*left_out, *_resumed(stand, person))

    return run


def retry(person: Person, name: str = "", repository: str = "") -> Command:
    """Try again what has failed; after an undo, from the first step that was undone.

    ``repository`` is where a restore is to come from now, empty for as before.
    """

    def run(stand: Stand) -> tuple[Entry, ...]:
        conduct = stand.conduct
        undone = [each for each in conduct.order if _any_undone(stand, each)]
        broken = [one.step for one in conduct.steps if one.state in BROKEN and not one.passed]
        which = name or next(iter(broken), "")
        if which not in broken or conduct.over:
            raise refused(stand.conduct, say(N_("Nothing has failed that can be tried again.")))
        if undone and not conduct.undoing:
            return jumped(stand, which, undone[0], person.at)
        details = {"repository": repository} if repository else {}
        return (entry_by(Event.RETRIED, person, which, **details),)

    return run


def answer_unknown(person: Person, name: str, answer: str) -> Command:
    """Say of a step that nobody recorded the end of whether it was done: done, not-done, repeat."""

    def run(stand: Stand) -> tuple[Entry, ...]:
        one = require_on(stand, name)
        if one.state is not StepState.UNKNOWN:
            raise refused(stand.conduct, say(N_("It is known how this step stands.")))
        require_reason(person)
        if answer == "repeat":
            forced = one.why is Why.CONDITION
            return (entry_by(Event.RETRIED, person, name, forced=forced),)
        if answer == "not-done" and one.why is Why.CONDITION:
            return skip(person, name)(stand)
        outcome = StepState.DONE if answer == "done" else StepState.FAILED
        return (_result(person, name, outcome),)

    return run


def go_on(person: Person, name: str, more: timedelta | None = None) -> Command:
    """Answer the question of a time-box: go on, for so long or without another question."""

    def run(stand: Stand) -> tuple[Entry, ...]:
        one = require_on(stand, name)
        if not one.asked:
            raise refused(stand.conduct, say(N_("Nobody asked whether to go on with this step.")))
        timebox = "" if more is None else text_from_time(person.at + more)
        return (entry_by(Event.GONE_ON, person, name, timebox=timebox),)

    return run


def _require_idle(one: StepRun) -> None:
    if one.intent_at is not None:
        raise ConfigurationError(
            say(N_("The step {step} is being done right now."), step=one.step),
            remedy=say(N_("Wait for its end, or stop the program that does it.")),
        )


def _require_evidence(step: Step, given: tuple[str, ...]) -> None:
    missing = [kind.value for kind in step.evidence.required if kind.value not in given]
    if missing:
        raise ConfigurationError(
            say(
                N_("The step {step} cannot be finished without: {kinds}."),
                step=step.id,
                kinds=", ".join(missing),
            ),
            remedy=say(
                N_("Give it: --note, --file, --photo, --printed, --checksum, --reading, --ticket.")
            ),
        )


def holds_at_end(stand: Stand, step: Step, outputs: Mapping[str, str]) -> bool:
    """Tell whether what a step demands of its own values is so."""
    if step.holds is None:
        return True
    values: dict[str, Value] = {**values_of(stand.conduct), **_valued(outputs)}
    # What nobody can tell does not hold.
    return truth_of(condition_in(step.holds), values) is True


def _valued(outputs: Mapping[str, str]) -> Mapping[str, Value]:
    import json

    return {name: json.loads(text) for name, text in outputs.items()}


def _result(person: Person, name: str, outcome: StepState, **details: Detail) -> Entry:
    return entry_by(Event.RESULT, person, name, outcome=outcome.value, **details)


def _handed_on(
    person: Person, one: StepRun, outputs: Mapping[str, str], kept: Mapping[str, Detail]
) -> Entry:
    return entry_by(
        Event.CONFIRMED,
        person,
        one.step,
        cleared=Waits.WORK.value,
        waits=Waits.APPROVAL.value,
        did=True,
        outputs=outputs,
        **kept,
    )


def _resumed(stand: Stand, person: Person) -> tuple[Entry, ...]:
    if stand.conduct.state is not RunState.PAUSED:
        return ()
    return (Entry(event=Event.RESUMED, at=person.at, by=person.name),)


def _any_undone(stand: Stand, name: str) -> bool:
    return any(stand.conduct.of(each).undone for each in whole(stand, (name,)))
