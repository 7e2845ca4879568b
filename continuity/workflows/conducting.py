"""Runs of runbooks: every entry is written whole, and nothing is done before its intent is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from continuity.domain.clock import Now
from continuity.domain.conduct import (
    Conduct,
    Entry,
)
from continuity.domain.conduct_changes import after
from continuity.domain.conduct_frontier import Stand
from continuity.domain.conduct_information import choices, is_chosen_by_time
from continuity.domain.conduct_paper import paper_moment
from continuity.domain.conduct_passing import settled
from continuity.domain.conduct_program import (
    Start,
    start,
)
from continuity.domain.conduct_record import draft_of, draft_shown, is_chosen
from continuity.domain.conduct_refusals import Command, decide
from continuity.domain.failure import ConfigurationError
from continuity.domain.incident_commands import Person
from continuity.domain.information_plain import Frozen
from continuity.domain.outbox import Notice
from continuity.domain.runbook_document import RunbookDocument
from continuity.domain.text import N_, Message, say
from continuity.hosts.process import (
    Process,
)
from continuity.store.store import Reading, Transaction
from continuity.workflows.concluding import conclude, tell_start
from continuity.workflows.responding import Desk

Read = Callable[[str, str], RunbookDocument]
"""Reads the text of a runbook, given its name."""


Call = Callable[[Stand, Entry, frozenset[str]], Iterable[Notice]]
"""Gives what tells people of an entry, given the run after it and who has just acted."""

Freeze = Callable[[Stand], Frozen | None]
"""Gives what is on the screen of whoever has to choose now; None where nothing is."""

_SOON = timedelta(seconds=5)


def _nobody_called(_stand: Stand, _entry: Entry, _present: frozenset[str]) -> tuple[Notice, ...]:
    return ()


def _nothing_shown(_stand: Stand) -> Frozen | None:
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """Where runs are conducted: the desk of incidents, the reader of documents, this process.

    ``say`` says why a step could not be done, in the language of whoever is there.
    """

    desk: Desk
    read: Read
    process: Process
    zone: str
    freeze: Freeze = _nothing_shown
    call: Call = _nobody_called
    say: Callable[[Message], str] = str

    @property
    def now(self) -> Now:
        """The clock."""
        return self.desk.now


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
        turn = Turn(stage=stage, transaction=transaction, stand=stand)
        return write(turn, entries, new=True)


def act(stage: Stage, run: str, command: Command, expected: int | None = None) -> Conduct:
    """Do what a person decided, after what time made happen before.

    Raises StaleRunError, ConflictError and ConfigurationError, as the command does; what time made
    happen is written all the same.
    """
    tick(stage, run)
    with turn_on(stage, run, choosing=True) as turn:
        return write(turn, decide(turn.stand, expected, command))


def on_paper(stage: Stage, run: str, at: datetime) -> Stage:
    """Give a stage whose clock shows when something was written on paper.

    What time made happen by then comes first, and nothing after it. Raises ConfigurationError for
    a time that cannot be.
    """
    seen = stand_of(stage, run)
    moment = paper_moment(seen.conduct, at, stage.now())
    desk = replace(stage.desk, now=lambda: moment)
    # What paper tells was long ago: nobody is called for it.
    return replace(stage, desk=desk, call=_nobody_called)


def tick(stage: Stage, run: str) -> Conduct:
    """Let time pass: deadlines, defaults, the end."""
    with turn_on(stage, run) as turn:
        return write(turn, ())


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """A transaction on a run as it stands; ``frozen`` is what was on the screen before it."""

    stage: Stage
    transaction: Transaction
    stand: Stand
    frozen: Frozen | None = None


@contextmanager
def turn_on(stage: Stage, run: str, *, choosing: bool = False) -> Iterator[Turn]:
    """Begin a turn; what was on the screen is gathered before, because asking takes time."""
    frozen = None
    seen = stand_of(stage, run)
    soon = is_chosen_by_time(seen, stage.now() + _SOON)
    if soon or (choosing and choices(seen)):
        frozen = stage.freeze(seen)
    with stage.desk.store.transaction() as transaction:
        stand = _stand(stage, transaction, run)
        yield Turn(stage=stage, transaction=transaction, stand=stand, frozen=frozen)


def _stand(stage: Stage, seen: Transaction | Reading, run: str) -> Stand:
    conduct = seen.conducts.find(run)
    text = None if conduct is None else seen.conducts.text_of(conduct.hash)
    if conduct is None or text is None:
        raise unknown_run(run)
    return Stand(document=stage.read(conduct.runbook, text), conduct=conduct)


def stand_of(stage: Stage, run: str) -> Stand:
    """Give a run and the document it follows. Raises ConfigurationError."""
    with stage.desk.store.reading() as reading:
        return _stand(stage, reading, run)


def unknown_run(run: str) -> ConfigurationError:
    """Make the error of whoever asks for a run that never was."""
    return ConfigurationError(
        say(N_("There is no run {run} of a runbook."), run=run),
        remedy=say(N_("See them all: continuity runbook status")),
    )


def write(turn: Turn, entries: tuple[Entry, ...], *, new: bool = False) -> Conduct:
    """Write the entries, what follows from them by itself, and the run after them."""
    stage, transaction, before = turn.stage, turn.transaction, turn.stand.conduct
    moved = Stand(document=turn.stand.document, conduct=after(before, entries))
    entries = (*entries, *settled(moved, stage.now(), stage.zone))
    shown = _shown(turn) if any(map(is_chosen, entries)) else {}
    conduct, present = before, frozenset(entry.by for entry in entries if entry.by)
    for entry in entries:
        conduct = after(conduct, (entry,))
        transaction.append(draft_of(entry, conduct, shown if is_chosen(entry) else None))
        tell_start(stage.desk, transaction, entry, conduct)
        called = stage.call(replace(moved, conduct=conduct), entry, present)
        transaction.outbox.queue(called, stage.now())
    if entries:
        transaction.conducts.write(conduct, None if new else before.version)
    if not before.over:
        ended = Stand(document=turn.stand.document, conduct=conduct)
        conclude(stage.desk, transaction, ended, entries)
    return conduct


def _shown(turn: Turn) -> dict[str, str | int]:
    """Write who was named on the screen, and give what goes into the record of the choice."""
    frozen = turn.frozen
    if frozen is None:
        return {}
    told: dict[str, str | int] = {"information": frozen.text, "information_sha256": frozen.digest}
    if not frozen.people:
        return told
    record = turn.transaction.append(draft_shown(frozen, turn.stand.conduct))
    return {**told, "people_shown": record.sequence}
