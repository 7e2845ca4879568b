"""Runs of runbooks: every entry is written whole, and nothing is done before its intent is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from continuity.domain.clock import Now
from continuity.domain.conduct import (
    Conduct,
    Detail,
    Entry,
    Event,
    StepRun,
    StepState,
    Waits,
)
from continuity.domain.conduct_changes import after
from continuity.domain.conduct_frontier import Stand
from continuity.domain.conduct_information import choices, is_chosen_by_time
from continuity.domain.conduct_outputs import outputs_found
from continuity.domain.conduct_passing import settled
from continuity.domain.conduct_program import (
    Start,
    due_steps,
    held,
    intent,
    recovered,
    result,
    start,
)
from continuity.domain.conduct_record import draft_of, draft_shown, is_chosen
from continuity.domain.conduct_refusals import Command, decide
from continuity.domain.failure import ConfigurationError, ConflictError, ContinuityError
from continuity.domain.incident_commands import Person
from continuity.domain.information_plain import Frozen
from continuity.domain.runbook_document import RunbookDocument
from continuity.domain.text import N_, say
from continuity.hosts.process import (
    Life,
    Process,
    life_of,
    process_from_text,
    text_from_process,
)
from continuity.store.store import Transaction
from continuity.workflows.concluding import conclude, tell_start
from continuity.workflows.responding import Desk

Read = Callable[[str, str], RunbookDocument]
"""Reads the text of a runbook, given its name."""


Freeze = Callable[[Stand], Frozen | None]
"""Gives what is on the screen of whoever has to choose now; None where nothing is."""

_SOON = timedelta(seconds=5)


def _nothing_shown(_stand: Stand) -> Frozen | None:
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """Where runs are conducted: the desk of incidents, the reader of documents, this process."""

    desk: Desk
    read: Read
    process: Process
    zone: str
    freeze: Freeze = _nothing_shown

    @property
    def now(self) -> Now:
        """The clock."""
        return self.desk.now


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a step. ``found`` are its values by source, ``said`` what it printed.

    ``waits`` is for what a step waits that the program cannot end; then its state is WAITING.
    """

    state: StepState
    waits: Waits = Waits.NOTHING
    found: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Detail] = field(default_factory=dict)
    said: str = ""


Perform = Callable[[Stand, StepRun], Outcome]
"""Does a step; raises ContinuityError when that cannot be done."""


def begin(
    stage: Stage, run: str, document: RunbookDocument, text: str, how: Start, person: Person
) -> Conduct:
    """Begin a run of a document, whose text is kept. Raises ConfigurationError."""
    entries = start(document, how, person)
    with stage.desk.store.transaction() as transaction:
        if how.incident and transaction.incidents.find(how.incident) is None:
            raise ConfigurationError(
                say(N_("There is no incident {number}."), number=how.incident),
                remedy=say(N_("See them all: continuity incidents --all")),
            )
        transaction.conducts.keep_text(document.hash, document.front.id, text)
        stand = Stand(document=document, conduct=Conduct(run=run))
        turn = _Turn(stage=stage, transaction=transaction, stand=stand)
        return _write(turn, entries, new=True)


def act(stage: Stage, run: str, command: Command, expected: int | None = None) -> Conduct:
    """Do what a person decided, after what time made happen before.

    Raises StaleRunError, ConflictError and ConfigurationError, as the command does; what time made
    happen is written all the same.
    """
    tick(stage, run)
    with _turn(stage, run, choosing=True) as turn:
        return _write(turn, decide(turn.stand, expected, command))


def tick(stage: Stage, run: str) -> Conduct:
    """Let time pass: deadlines, defaults, the end."""
    with _turn(stage, run) as turn:
        return _write(turn, ())


def recover(stage: Stage, run: str) -> Conduct:
    """Settle every step whose process is provably gone, between its intent and its result."""
    with _turn(stage, run) as turn:
        stand = turn.stand
        entries = [
            recovered(stand, one, stage.now())
            for one in stand.conduct.steps
            if one.intent_at is not None
            and not stand.conduct.over
            and life_of(process_from_text(one.process)) is Life.DEAD
        ]
        return _write(turn, tuple(entries))


def carry_on(stage: Stage, run: str, perform: Perform) -> Conduct:
    """Do all that is the program's turn, until people have the ball or time must pass."""
    conduct = recover(stage, run)
    while True:
        with _turn(stage, run) as turn:
            due = due_steps(turn.stand)
            if not due:
                return conduct
            text = text_from_process(stage.process)
            _write(turn, (intent(due[0], text, stage.now()),))
        outcome = _performed(perform, turn.stand, due[0])
        conduct = _conclude(stage, run, due[0], outcome)


def _performed(perform: Perform, stand: Stand, name: str) -> Outcome:
    try:
        outcome = perform(stand, stand.conduct.of(name))
    except ContinuityError as error:
        return Outcome(
            state=StepState.FAILED, details={"failure": error.failure.value}, said=str(error.what)
        )
    return outcome


def _conclude(stage: Stage, run: str, name: str, outcome: Outcome) -> Conduct:
    with _turn(stage, run) as turn:
        stand = turn.stand
        if stand.conduct.over:
            return _write(turn, (_late(name, outcome, stage.now()),))
        if stand.conduct.of(name).process != text_from_process(stage.process):
            raise ConflictError(
                say(N_("Somebody else settled the step {step} meanwhile."), step=name),
                remedy=say(N_("Look at it again: continuity runbook status {run}"), run=run),
            )
        step = stand.step(name)
        open_still = step is None or outcome.state is StepState.WAITING
        known = {} if open_still or step is None else outputs_found(step, outcome.found)
        # A value that later steps need and that is not there is no success.
        state = StepState.FAILED if known is None else outcome.state
        if state is StepState.WAITING:
            entry = held(name, outcome.waits, stage.now(), **outcome.details)
        else:
            entry = result(name, state, stage.now(), known or {}, **outcome.details)
        return _write(turn, (replace(entry, reason=outcome.said),))


def _late(name: str, outcome: Outcome, at: datetime) -> Entry:
    """Note what became of a step whose run was ended meanwhile: nothing of it is changed."""
    details = {**outcome.details, "late": outcome.state.value}
    return Entry(event=Event.NOTED, at=at, step=name, reason=outcome.said, details=details)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Turn:
    """A transaction on a run as it stands; ``frozen`` is what was on the screen before it."""

    stage: Stage
    transaction: Transaction
    stand: Stand
    frozen: Frozen | None = None


@contextmanager
def _turn(stage: Stage, run: str, *, choosing: bool = False) -> Iterator[_Turn]:
    """Begin a turn; what was on the screen is gathered before, because asking takes time."""
    frozen = None
    seen = stand_of(stage, run)
    soon = is_chosen_by_time(seen, stage.now() + _SOON)
    if soon or (choosing and choices(seen)):
        frozen = stage.freeze(seen)
    with stage.desk.store.transaction() as transaction:
        stand = _stand(stage, transaction, run)
        yield _Turn(stage=stage, transaction=transaction, stand=stand, frozen=frozen)


def _stand(stage: Stage, transaction: Transaction, run: str) -> Stand:
    conduct = transaction.conducts.find(run)
    text = None if conduct is None else transaction.conducts.text_of(conduct.hash)
    if conduct is None or text is None:
        raise unknown_run(run)
    return Stand(document=stage.read(conduct.runbook, text), conduct=conduct)


def stand_of(stage: Stage, run: str) -> Stand:
    """Give a run and the document it follows. Raises ConfigurationError."""
    with stage.desk.store.transaction() as transaction:
        return _stand(stage, transaction, run)


def unknown_run(run: str) -> ConfigurationError:
    """Make the error of whoever asks for a run that never was."""
    return ConfigurationError(
        say(N_("There is no run {run} of a runbook."), run=run),
        remedy=say(N_("See them all: continuity runbook status")),
    )


def _write(turn: _Turn, entries: tuple[Entry, ...], *, new: bool = False) -> Conduct:
    """Write the entries, what follows from them by itself, and the run after them."""
    stage, transaction, before = turn.stage, turn.transaction, turn.stand.conduct
    moved = Stand(document=turn.stand.document, conduct=after(before, entries))
    entries = (*entries, *settled(moved, stage.now(), stage.zone))
    shown = _shown(turn) if any(map(is_chosen, entries)) else {}
    conduct = before
    for entry in entries:
        conduct = after(conduct, (entry,))
        transaction.append(draft_of(entry, conduct, shown if is_chosen(entry) else None))
        tell_start(stage.desk, transaction, entry, conduct)
    if entries:
        transaction.conducts.write(conduct, None if new else before.version)
    if not before.over:
        ended = Stand(document=turn.stand.document, conduct=conduct)
        conclude(stage.desk, transaction, ended, entries)
    return conduct


def _shown(turn: _Turn) -> dict[str, str | int]:
    """Write who was named on the screen, and give what goes into the record of the choice."""
    frozen = turn.frozen
    if frozen is None:
        return {}
    told: dict[str, str | int] = {"information": frozen.text, "information_sha256": frozen.digest}
    if not frozen.people:
        return told
    record = turn.transaction.append(draft_shown(frozen, turn.stand.conduct))
    return {**told, "people_shown": record.sequence}
