"""What a review says of the runbooks that were followed: times, decisions, what was otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta, tzinfo

from continuity.cli.columns import plain
from continuity.cli.conduct_words import drill_mark, outcome_text
from continuity.cli.language import _
from continuity.cli.wording import brief, duration, moment
from continuity.domain.conducted import Conducted, with_conducted
from continuity.domain.evidence import Record, RecordKind
from continuity.domain.plain import flag_in, list_in, mapping_in, number_in, text_in

RUN_KINDS = (
    RecordKind.RUNBOOK_MEASURED,
    RecordKind.RUNBOOK_DECIDED,
    RecordKind.RUNBOOK_CHANGED,
)
"""What it is written from."""

People = Mapping[int, Mapping[str, str]]


def run_lines(
    records: Iterable[Record], number: int, people: People, zone: tzinfo
) -> Iterator[str]:
    """Write of each run of an incident what it came to, and what was decided and done besides."""
    for record in records:
        if record.body.get("incident") != number:
            continue
        if record.kind is RecordKind.RUNBOOK_MEASURED:
            yield from _measured(record)
        elif record.body.get("event") in {"decided", "deviated"}:
            yield _said(record, people, zone)


def _measured(record: Record) -> Iterator[str]:
    (one,) = with_conducted((), record)
    lost = "-" if one.lost is None else brief(timedelta(milliseconds=one.lost))
    text = _("{run} (runbook {hash}): {outcome}; recovery time {time}; work lost {lost}")
    mark = drill_mark() if one.drill else ""
    yield f"- {mark}" + text.format(
        run=plain(one.run),
        hash=one.hash[:12],
        outcome=outcome_text(one.outcome),
        time=duration(one.time.total_seconds()),
        lost=lost,
    )
    yield f"  - {_parts(one)}"
    left_out = ", ".join(map(str, list_in(record.body, "exceptions")))
    if left_out:
        yield "  - " + _("Critical steps that were not done: {steps}").format(steps=plain(left_out))


def _parts(one: Conducted) -> str:
    spans = {
        _("before it began"): one.before,
        _("people"): one.people,
        _("restoring"): one.restore,
        _("verifying"): one.verify,
        _("other programs"): one.programs,
        _("waiting"): one.timers,
    }
    told = (f"{name} {duration(span / 1_000)}" for name, span in spans.items() if span)
    return ", ".join(told) or "-"


def _said(record: Record, people: People, zone: tzinfo) -> str:
    body, details = record.body, mapping_in(record.body, "details")
    said = people.get(record.sequence, {})
    what = _("done besides")
    if text_in(body, "event") == "decided":
        what = _("{decision}: {option}").format(
            decision=plain(text_in(details, "decision")), option=plain(text_in(details, "option"))
        )
    words = [what, *_how(details)]
    by = said.get("by") or (_("nobody in time") if flag_in(details, "default") else "")
    line = f"- {moment(record.recorded_at, zone)} {', '.join(words)}"
    line += f" · {plain(by)}" if by else ""
    line += f": {plain(said['reason'])}" if said.get("reason") else ""
    known = text_in(body, "information_sha256")
    return line + (" " + _("(what was known: {hash})").format(hash=known[:12]) if known else "")


def _how(details: Mapping[str, object]) -> Iterator[str]:
    if flag_in(details, "break_glass"):
        yield _("with broken glass")
    if flag_in(details, "preauthorised"):
        yield _("without asking, as agreed")
    count = number_in(details, "objections")
    if count:
        yield _("objections: {count}").format(count=count)
