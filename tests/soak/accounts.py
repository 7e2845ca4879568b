"""Account for every slot, run and letter: what it came to, and what nobody can explain. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from continuity.domain.evidence import Record, RecordKind
from continuity.domain.outbox import OutboxState
from continuity.domain.plain import mapping_in, text_in
from continuity.domain.run import unexplained
from continuity.domain.slot import Slot, SlotState
from continuity.domain.text import Message
from tests.soak.books import Books, Letter

_DEFECT = str(unexplained("").reason)[:30]
_ENDS = "finished"
_BEGINS = "started"
_OF_SLOTS = ("backup", "drill", "check")
_PROMPT = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Account:
    """Rows for people, and the gaps."""

    rows: Sequence[tuple[str, int]]
    gaps: Sequence[str]


def account(books: Books) -> Account:
    """Account for everything."""
    found = [_slots(books), _runs(books), _letters(books), _mails(books), _tests(books)]
    return Account(
        rows=[row for one in found for row in one.rows],
        gaps=[gap for one in found for gap in one.gaps],
    )


def _slots(books: Books) -> Account:
    mine = [one for one in books.slots if books.since < one.planned <= books.until]
    ran = [one for one in mine if one.state is SlotState.RAN]
    missed = [one for one in mine if one.state is SlotState.MISSED]
    prompt = sum(_is_prompt(one) for one in ran)
    reasons = Counter(_in_short(one.reason) for one in missed if one.reason)
    rows = [
        ("slots planned", sum(map(len, books.wanted.values()))),
        ("  ran within a minute", prompt),
        ("  ran later", len(ran) - prompt),
        ("  missed, with the reason", sum(reasons.values())),
        *((f"    {text}", count) for text, count in sorted(reasons.items())),
        ("  waiting, with the reason", len(mine) - len(ran) - len(missed)),
    ]
    return Account(rows=rows, gaps=list(_slot_gaps(books, mine)))


def _in_short(reason: Message) -> str:
    said = reason.values.get("said")
    return reason.template if said is None else str(said)


def _is_prompt(slot: Slot) -> bool:
    return slot.started is not None and slot.started - slot.planned <= _PROMPT


def _slot_gaps(books: Books, mine: Sequence[Slot]) -> Iterator[str]:
    for key, wanted in books.wanted.items():
        planned = Counter(one.planned for one in mine if one.key == key)
        for moment in (Counter(wanted) - planned).elements():
            yield f"lost: the slot of {key} at {moment}"
        for moment in (planned - Counter(wanted)).elements():
            yield f"doubled or never planned: the slot of {key} at {moment}"
    ended = {one.run_id for one in books.records if one.kind.value.endswith(_ENDS)}
    newest = {key: max(times) for key, times in books.wanted.items() if times}
    for one in mine:
        why = _wrong(one, ended, newest.get(one.key))
        if why:
            yield f"{why}: {_named(one)}"


def _wrong(slot: Slot, ended: set[str | None], newest: object) -> str:
    match slot.state:
        case SlotState.RAN if slot.run_id:
            return "" if slot.run_id in ended else "ran, and the record has no end of it"
        case SlotState.RAN | SlotState.MISSED:
            return "" if slot.reason else "given up without a reason"
        case SlotState.DUE:
            return "" if slot.reason and slot.planned == newest else "still waits"
        case SlotState.RUNNING:
            return "still runs"


def _named(slot: Slot) -> str:
    return f"{slot.kind} of {slot.job} at {slot.planned.isoformat()}"


def _runs(books: Books) -> Account:
    begun, ended = _ids(books, _BEGINS), _ids(books, _ENDS)
    closed = Counter(str(one.run_id) for one in books.records if one.kind is RecordKind.RUN_CLOSED)
    stopped = {str(one.run_id) for one in books.records if _was_stopped(one)}
    of_slots = Counter(one.run_id for one in books.slots if one.run_id)
    gaps = [
        *(
            f"ended {count} times: run {one}"
            for one, count in (ended + closed).items()
            if count > 1
        ),
        *(f"begun, and no end: run {one}" for one in begun if one not in ended + closed),
        *(f"ended, and never begun: run {one}" for one in ended + closed if one not in begun),
        *(f"counted for {count} slots: run {one}" for one, count in of_slots.items() if count > 1),
        *(f"still open: run {one}" for one in books.open_runs),
    ]
    gaps += [f"ended by a defect: {one.kind} {one.run_id}" for one in books.records if _is_odd(one)]
    alone = ended.keys() - of_slots.keys() - stopped - _others(books)
    gaps += [f"ran to its end, and no slot knows: run {one}" for one in sorted(alone)]
    rows = [
        ("records", len(books.records)),
        ("runs begun", len(begun)),
        ("  ended by themselves", len(ended) - len(stopped)),
        ("  stopped, slot given back", len(stopped)),
        ("  killed, closed by the next look", len(closed)),
    ]
    return Account(rows=rows, gaps=gaps)


def _ids(books: Books, step: str) -> Counter[str]:
    return Counter(str(one.run_id) for one in books.records if one.kind.value.endswith(step))


def _others(books: Books) -> set[str]:
    """Runs that follow from other runs and have no slot of their own."""
    kinds = tuple(f"{kind}." for kind in _OF_SLOTS)
    return {str(one.run_id) for one in books.records if not one.kind.value.startswith(kinds)}


def _was_stopped(record: Record) -> bool:
    ended = record.kind.value.endswith(_ENDS)
    return ended and text_in(record.body, "failure") == "interrupted"


def _is_odd(record: Record) -> bool:
    said = text_in(mapping_in(record.body, "reason"), "template")
    return said.startswith(_DEFECT)


def _letters(books: Books) -> Account:
    states = Counter(one.row.state for one in books.letters)
    rows = [
        ("letters", len(books.letters)),
        ("  confirmed", states[OutboxState.CONFIRMED]),
        ("  refused, with the reason", states[OutboxState.REJECTED]),
        ("  waiting for their next try", states[OutboxState.QUEUED]),
        ("  known as uncertain", states[OutboxState.UNCERTAIN]),
    ]
    return Account(rows=rows, gaps=[gap for one in books.letters for gap in _letter_gaps(one)])


def _letter_gaps(letter: Letter) -> Iterator[str]:
    row, last = letter.row, letter.tries[-1] if letter.tries else None
    match row.state:
        case OutboxState.CONFIRMED:
            if not any(one.outcome == "confirmed" for one in letter.tries):
                yield f"confirmed, and no try says so: {row.notice.key}"
        case OutboxState.SENDING:
            yield f"taken, and nobody says what became of it: {row.notice.key}"
        case OutboxState.REJECTED:
            if last is None or last.reason is None:
                yield f"refused without a reason: {row.notice.key}"
        case OutboxState.QUEUED | OutboxState.UNCERTAIN:
            if row.attempts and not letter.tries and row.state is OutboxState.QUEUED:
                yield f"tried, and no try is written down: {row.notice.key}"


def _mails(books: Books) -> Account:
    """Compare with what the server took: each letter once, or again because nobody could know."""
    arrived = Counter(books.arrived)
    named = {tried.remote_id: one for one in books.letters for tried in one.tries}
    named.pop("", None)
    gaps = [f"confirmed, and never arrived: {name}" for name in named if not arrived[name]]
    for name, letter in named.items():
        most = 1 + _doubts(letter)
        if arrived[name] > most:
            gaps.append(f"arrived {arrived[name]} times where {most} can be explained: {name}")
    unnamed = {name: count for name, count in arrived.items() if name not in named}
    doubtful = [one for one in books.letters if one not in named.values() and _doubts(one)]
    if len(unnamed) > len(doubtful) or sum(unnamed.values()) > sum(map(_doubts, doubtful)):
        gaps.append(f"{len(unnamed)} arrived that nobody sent: {sorted(unnamed)}")
    rows = [
        ("mails at the server", len(books.arrived)),
        ("  of letters confirmed", len(named)),
        ("  of letters known as uncertain", len(unnamed)),
        ("  again, under the same name", len(books.arrived) - len(arrived)),
    ]
    return Account(rows=rows, gaps=gaps)


def _doubts(letter: Letter) -> int:
    """Count the tries after which nobody could know whether it had arrived."""
    said = sum(one.outcome == "uncertain" for one in letter.tries)
    return said + letter.row.attempts - len(letter.tries)


def _tests(books: Books) -> Account:
    """Each restore test calls for a report; none may be forgotten."""
    told = {text_in(one.row.notice.payload, "run") for one in books.letters}
    tests = [
        one
        for one in books.records
        if one.kind is RecordKind.DRILL_FINISHED
        and books.since < one.recorded_at <= books.reported_until
    ]
    gaps = [
        f"a restore test of which nobody was told: {one.run_id}"
        for one in tests
        if one.run_id not in told
    ]
    return Account(rows=[("restore tests with a letter each", len(tests))], gaps=gaps)
