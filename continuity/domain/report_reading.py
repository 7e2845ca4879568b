"""One walk through the record: what was known at both ends of a period, and what ran in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from continuity.domain.advice import Advice
from continuity.domain.advice_plain import advice_in
from continuity.domain.evidence import Head, Record, RecordKind
from continuity.domain.facts import Facts
from continuity.domain.folding import fold_all
from continuity.domain.period import Period
from continuity.domain.plain import flag_in, text_in
from continuity.domain.report_runs import RunLine, run_from_record

_BATCH = 500


@dataclass(kw_only=True, slots=True)
class Gathered:
    """What the record says of a period and of the one before it.

    ``now`` is what was known at its end, ``then`` at its beginning, None when nothing was recorded
    yet. ``timed`` and ``timed_then`` are the latest restores of everything, by job. ``promised`` is
    what the report of the period before recommended when it was sent, None where none was.
    ``head`` is the last record that was looked at.
    """

    now: Facts = field(default_factory=Facts)
    then: Facts | None = None
    runs: list[RunLine] = field(default_factory=list)
    runs_then: list[RunLine] = field(default_factory=list)
    timed: dict[str, RunLine] = field(default_factory=dict)
    timed_then: dict[str, RunLine] = field(default_factory=dict)
    promised: tuple[Advice, ...] | None = None
    head: Head = field(default_factory=Head)


def gather(records: Iterable[Record], period: Period, before: Period) -> Gathered:
    """Walk through a whole record in its order, up to the end of a period.

    The first record dated after a boundary ends what was known at it: where a clock was wrong, too
    little is taken as known, and never too much.
    """
    found = Gathered()
    batch: list[Record] = []
    begun = False
    for record in records:
        if record.recorded_at >= period.end:
            break
        if not begun and record.recorded_at >= period.start:
            begun = True
            _close_the_past(found, batch)
        batch.append(record)
        if len(batch) == _BATCH:
            _learn(found, batch)
        _remember(found, record, before)
        _sort_in(found, record, period, before)
        found.head = Head(sequence=record.sequence, hash=record.hash)
    if not begun:
        _close_the_past(found, batch)
    _learn(found, batch)
    return found


def _remember(found: Gathered, record: Record, before: Period) -> None:
    body = record.body
    told = record.kind is RecordKind.REPORT_SENT and "advice" in body
    if told and text_in(body, "period") == before.name:
        found.promised = advice_in(body)


def _learn(found: Gathered, batch: list[Record]) -> None:
    found.now = fold_all(found.now, batch)
    batch.clear()


def _close_the_past(found: Gathered, batch: list[Record]) -> None:
    _learn(found, batch)
    found.then = found.now if found.now.sequence else None
    found.timed_then = dict(found.timed)


def _sort_in(found: Gathered, record: Record, period: Period, before: Period) -> None:
    at = record.recorded_at
    # Of what was long ago only the latest timed restores matter.
    if at < before.start and not flag_in(record.body, "full"):
        return
    run = run_from_record(record)
    if run is None:
        return
    if run.full:
        found.timed[run.job] = run
    if period.holds(at):
        found.runs.append(run)
    elif before.holds(at):
        found.runs_then.append(run)
