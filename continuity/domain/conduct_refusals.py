"""What a person's act in a run is checked against, and how it is written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from continuity.domain.conduct import (
    BROKEN,
    ON,
    Conduct,
    Detail,
    Entry,
    Event,
    RunState,
    StepRun,
    StepState,
    Waits,
)
from continuity.domain.conduct_frontier import Stand, frontier
from continuity.domain.failure import ConfigurationError, ConflictError
from continuity.domain.incident_commands import Person
from continuity.domain.stale import stale_run
from continuity.domain.text import N_, Message, say

Command = Callable[[Stand], tuple[Entry, ...]]


def decide(stand: Stand, expected: int | None, command: Command) -> tuple[Entry, ...]:
    """Run a command on the version that the person has seen.

    Raises StaleRunError when something happened since, ConflictError when somebody else has the
    step, and ConfigurationError when it cannot be done now.
    """
    if expected is not None and expected != stand.conduct.version:
        raise stale_run(stand.conduct.run)
    return command(stand)


def entry_by(event: Event, person: Person, step: str = "", **details: Detail) -> Entry:
    """Write down what a person does."""
    return Entry(
        event=event,
        at=person.at,
        step=step,
        by=person.name,
        reason=person.reason,
        details=details,
    )


def marked(command: Command, details: Mapping[str, Detail]) -> Command:
    """Add details to what a command writes of people."""

    def run(stand: Stand) -> tuple[Entry, ...]:
        return tuple(
            replace(entry, details={**entry.details, **details}) if entry.by else entry
            for entry in command(stand)
        )

    return run


def by_stranger(command: Command) -> Command:
    """Mark what is done by somebody of whom the workspace does not know."""
    return marked(command, {"in_people": False})


def require_on(stand: Stand, name: str) -> StepRun:
    """Give a step that is on, or stands broken; refuse any other."""
    one = stand.conduct.of(name)
    on = one.state in ON or one.state in BROKEN
    if stand.conduct.over or not on or name not in frontier(stand):
        raise refused(stand.conduct, say(N_("The step {step} is not on now."), step=name))
    return one


def require_waiting(stand: Stand, name: str, waits: Waits) -> StepRun:
    """Give a step that waits for this; refuse any other."""
    one = require_on(stand, name)
    if one.state is not StepState.WAITING or one.waits is not waits:
        raise refused(stand.conduct, say(N_("The step {step} does not wait for that."), step=name))
    return one


def require_free(stand: Stand, name: str, person: Person) -> None:
    """Refuse a step that somebody else has taken, and still has."""
    one = stand.conduct.of(name)
    held = one.lease_until is not None and person.at < one.lease_until
    if held and one.holder != person.name:
        raise ConflictError(
            say(N_("Somebody else has taken the step {step}."), step=name),
            remedy=say(N_("Ask who it is: continuity runbook status {run}"), run=stand.conduct.run),
        )


def require_alive(stand: Stand) -> None:
    """Refuse a run that has not begun, or has ended."""
    if stand.conduct.over or stand.conduct.state is RunState.PREPARED:
        raise refused(stand.conduct, say(N_("This run is not going on.")))


def refused(conduct: Conduct, what: Message) -> ConfigurationError:
    """Make the error of what cannot be done as the run stands."""
    return ConfigurationError(
        what,
        remedy=say(N_("See what can be done: continuity runbook status {run}"), run=conduct.run),
    )
