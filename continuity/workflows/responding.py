"""From what was seen to incidents: each answer counts once, and each change is written whole."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from continuity.domain.announcing import Voice
from continuity.domain.checks import checks_of, judge_checks
from continuity.domain.clock import Now, text_from_time
from continuity.domain.drills import unanswered
from continuity.domain.evidence import Draft, Line, RecordKind, record_from_line
from continuity.domain.facts import Facts
from continuity.domain.failure import ConfigurationError, RecordError
from continuity.domain.fault import CheckKind
from continuity.domain.folding import fold_all
from continuity.domain.incident import COUNTED, Change, Incident
from continuity.domain.incident_board import Board, Moved, Passing, nothing_passes
from continuity.domain.incident_changes import after
from continuity.domain.incident_commands import Command, decide
from continuity.domain.incident_plain import local_number
from continuity.domain.incident_rules import Rules
from continuity.domain.observation import Observation
from continuity.domain.observing import (
    ANSWERING,
    Roster,
    job_in,
    latest_answers,
    observations_from_record,
)
from continuity.domain.portfolio import DEFAULT_PROOF_VALIDITY
from continuity.domain.signals import Question
from continuity.domain.text import N_, say
from continuity.store.store import Store, Transaction
from continuity.workflows.interrupting import INTERRUPTING, interrupt_drills

_SEEN_UP_TO = "incidents.sequence"
_ANSWERS_OF_THE_PAST = 2
_KINDS = frozenset(kind.value for kind in ANSWERING)

Derive = Callable[[Collection[Question]], Iterable[Observation]]
"""Gives what is concluded from all that is known, about open questions and others."""


def nothing(_asked: Collection[Question]) -> tuple[Observation, ...]:
    """Conclude nothing."""
    return ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Where incidents are dealt with: whose they are, how patiently, and who is told.

    ``voice`` says what is told where; ``passing`` what else the passing of time does, such as the
    next rung of a ladder.
    """

    store: Store
    now: Now
    roster: Roster
    voice: Voice = field(default_factory=Voice)
    rules: Rules = field(default_factory=Rules)
    passing: Passing = nothing_passes


def respond(desk: Desk, derive: Derive = nothing) -> tuple[Moved, ...]:
    """Take into account what was recorded since the last time, and the passing of time.

    All of it is one transaction: after a crash everything is as before and is seen again.
    """
    now = desk.now()
    with desk.store.transaction() as transaction:
        taken = {one.fingerprint: one for one in transaction.incidents.open()}
        board = Board(
            incidents=taken,
            next_number=transaction.incidents.next_number(),
            criticality=desk.roster.criticality,
            rules=desk.rules,
            last_of=transaction.incidents.last_of,
            passing=desk.passing,
        )
        asked = {(one.check, one.target) for one in taken.values()}
        answers = [*_recorded(desk, transaction, asked), *derive(asked)]
        moved = board.observe(answers, now)
        for move in moved:
            write_move(transaction, move, desk.voice)
        for incident in board.incidents.values():
            _catch_up(transaction, incident, desk)
    return moved


def _catch_up(transaction: Transaction, incident: Incident, desk: Desk) -> None:
    if incident.speaks and not transaction.outbox.announced(incident.number):
        now = desk.now()
        transaction.outbox.queue(desk.voice.late(incident, now), now)


def act(desk: Desk, number: int, command: Command, expected: int | None = None) -> Incident:
    """Do what a person decided about an incident.

    Raises StaleIncidentError when somebody else changed it since the expected version, and
    ConfigurationError when there is no such incident or its state does not allow it.
    """
    with desk.store.transaction() as transaction:
        incident = transaction.incidents.find(number)
        if incident is None:
            raise unknown_incident(number)
        changes = decide(incident, expected, command)
        moved = after(incident, changes)
        if changes:
            move = Moved(before=incident, start=incident, changes=changes, after=moved)
            write_move(transaction, move, desk.voice)
    return moved


def unknown_incident(number: int) -> ConfigurationError:
    """Make the error of whoever asks for an incident that never was."""
    return ConfigurationError(
        say(N_("There is no incident {number}."), number=local_number(number)),
        remedy=say(N_("See them all: continuity incidents --all")),
    )


def write_move(transaction: Transaction, move: Moved, voice: Voice) -> None:
    """Write an incident, a record of each change, and what is to be told of it."""
    expected = None if move.before is None else move.before.version
    transaction.incidents.write(move.after, expected)
    known = transaction.outbox.announced(move.after.number)
    for change, incident in move.steps():
        if change.event in COUNTED:
            continue
        record = transaction.append(_draft(change, incident, move.after.evidence))
        if change.event in INTERRUPTING:
            interrupt_drills(transaction, incident, change.at)
        told = voice.notices(move, change, incident, known)
        notices = [replace(notice, sequence=record.sequence) for notice in told]
        known = bool(transaction.outbox.queue(notices, record.recorded_at)) or known


def _recorded(
    desk: Desk, transaction: Transaction, asked: Collection[Question]
) -> Iterator[Observation]:
    """Give the answers of new records, and remember how far they were read."""
    store = desk.store
    noted = transaction.noted(_SEEN_UP_TO)
    end = transaction.head().sequence
    seen = 0 if noted is None else int(noted)
    if seen > end:
        # The record was put back from a copy: what it says now is what counts.
        noted, seen = None, 0
    answers = [
        observation
        for line in store.lines(seen)
        if line.kind in _KINDS
        for observation in _observations(line, desk.roster)
    ]
    if noted is None:
        answers = latest_answers(answers, _ANSWERS_OF_THE_PAST)
    if seen != end or noted is None:
        transaction.note(_SEEN_UP_TO, str(end))
    yield from (one for one in answers if not _is_premature(desk, one, asked))


def _observations(line: Line, roster: Roster) -> Iterator[Observation]:
    try:
        record = record_from_line(line)
    except RecordError:
        # An altered record answers nothing; that it was altered is an incident of its own.
        return
    yield from observations_from_record(record, roster)


def _is_premature(desk: Desk, seen: Observation, asked: Collection[Question]) -> bool:
    """Tell a test that passed while damage stands that it did not look at."""
    if seen.check not in {CheckKind.READ_BACK, CheckKind.DRILL} or seen.fault is not None:
        return False
    if seen.question not in asked:
        return False
    job = job_in(seen.target)
    facts = fold_all(Facts(), desk.store.records(job=job)).of(job)
    if seen.check is CheckKind.DRILL:
        there = (run for run in facts.drills if run.identity.repository == seen.repository)
        return bool(unanswered([run for run in there if run.at <= seen.at]))
    checks = checks_of(facts.checks, seen.repository)
    return bool(judge_checks(checks, seen.at, DEFAULT_PROOF_VALIDITY).reasons)


def _draft(change: Change, incident: Incident, evidence: int) -> Draft:
    said = {"by": change.by, "reason": change.reason}
    personal = {name: text for name, text in said.items() if text}
    return Draft(
        kind=RecordKind.INCIDENT_CHANGED,
        job=job_in(incident.target) or None,
        body={
            "incident": incident.number,
            "event": change.event.value,
            "at": text_from_time(change.at),
            "version": incident.version,
            "cycle": incident.cycle,
            "state": incident.state.value,
            "severity": incident.severity.value,
            "kind": incident.kind.value,
            "fingerprint": incident.fingerprint,
            "system": incident.system,
            "target": incident.target,
            "failure": incident.failure,
            "evidence": evidence,
            "details": dict(change.details),
        },
        personal=personal or None,
    )
