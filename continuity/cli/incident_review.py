"""The review of an incident in Markdown: the record fills in what it knows, people the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from continuity.answering.climbing import Climbing
from continuity.app import App, portfolio_of
from continuity.cli.columns import plain
from continuity.cli.incident_facts import lines_of, measured_of
from continuity.cli.incident_lessons import (
    CHANGES,
    agreed_table,
    changed_lines,
    questions,
    told_lines,
)
from continuity.cli.incident_runs import RUN_KINDS, run_lines
from continuity.cli.incident_words import end_text, event_text, text_of, title_of
from continuity.cli.language import _, plural, sentence
from continuity.cli.wording import duration, moment
from continuity.config.responding import ladders_of
from continuity.domain.assessment import Assessment
from continuity.domain.evidence import Record, RecordKind
from continuity.domain.incident import Event, Incident
from continuity.domain.incident_clock import Reading
from continuity.domain.incident_plain import local_number
from continuity.domain.observing import job_in
from continuity.domain.outbox import OutboxRow, TicketLink
from continuity.domain.plain import mapping_in, text_in
from continuity.domain.text import N_
from continuity.domain.verdict import Verdict

_DECISIONS = frozenset(
    {
        Event.HELD,
        Event.MITIGATED,
        Event.RETEST_QUEUED,
        Event.LOWERED,
        Event.RAISED,
        Event.DECLARED_MAJOR,
        Event.ASSIGNED,
        Event.CANCELLED,
        Event.REOPENED,
    }
)
_MOST_SYSTEMS = 20
_PEOPLE_WRITE = (
    N_("Summary for management, five lines"),
    N_("What contributed to it; several causes, no blame"),
    N_("What helped"),
    N_("What hindered"),
    N_("Where we were lucky"),
    N_("What was missing from the runbook"),
)


def review_of(app: App, incident: Incident) -> str:
    """Write the review of an incident as far as the record knows it."""
    store, zone = app.bench.store, ZoneInfo(app.workspace.settings.zone)
    changed = store.records(kinds=[RecordKind.INCIDENT_CHANGED])
    records = [one for one in changed if one.body.get("incident") == incident.number]
    with store.reading() as reading:
        rows, links = reading.outbox.of(incident.number), reading.outbox.links(incident.number)
    people = store.people()
    readings = _readings(app, incident)
    events = {text_in(one.body, "event") for one in records}
    title = _("Review: {number} {title}").format(
        number=local_number(incident.number), title=title_of(incident)
    )
    parts = [
        f"# {title}",
        *_facts(incident, zone),
        _heading(_("What was agreed, and what it took")),
        agreed_table(readings, zone),
        *lines_of(measured_of(incident, (), _judged(app)), zone, _MOST_SYSTEMS),
        _heading(_("What happened")),
        *_timeline(records, people, zone),
        _heading(_("Decisions")),
        *(list(_decided(records, people, zone)) or [_("None is recorded.")]),
        _heading(_("Runbooks that were followed")),
        "\n".join(run_lines(store.records(kinds=RUN_KINDS), incident.number, people, zone))
        or _("None is recorded."),
        _heading(_("Who was told")),
        *_told(list(rows), list(links)),
        "\n".join(told_lines(rows, zone)),
        _heading(_("What changed since the last good answer")),
        "\n".join(changed_lines(_since_good(app, incident), zone)) or _("Nothing is recorded."),
        _heading(_("Open questions")),
        "\n".join(f"- {one}" for one in questions(incident, readings, rows, events)) or "…",
        *(line for heading in _PEOPLE_WRITE for line in (_heading(_(heading)), "…")),
        _heading(_("Actions")),
        _actions(),
    ]
    return "\n\n".join(parts)


def _readings(app: App, incident: Incident) -> tuple[Reading, ...]:
    workspace = app.workspace
    climbing = Climbing(workspace=workspace, store=app.bench.store, present=ladders_of(workspace))
    return climbing.prospect(incident, app.bench.now()).readings


def _judged(app: App) -> Assessment:
    return portfolio_of(app.workspace.root, app.means.environ).assess()


def _since_good(app: App, incident: Incident) -> list[Record]:
    """Give what happened to the job between its last passed test and this incident."""
    job = job_in(incident.target)
    kinds = [*CHANGES, RecordKind.DRILL_FINISHED]
    found: list[Record] = []
    for record in app.bench.store.records(kinds=kinds):
        if record.recorded_at > incident.first_seen:
            break
        if record.kind is RecordKind.DRILL_FINISHED:
            good = record.job == job and record.body.get("verdict") == Verdict.PASS.value
            found = [] if good else found
        elif record.job in {None, job}:
            found.append(record)
    return found


def _heading(text: str) -> str:
    return f"## {text}"


def _facts(incident: Incident, zone: tzinfo) -> Iterator[str]:
    text = text_of(incident)
    yield f"{_(text.meaning)} {_(text.impact)}"
    rows = [
        (_("Severity"), incident.severity.value),
        (_("System"), plain(incident.system) or "-"),
        (_("Began"), moment(incident.first_seen, zone)),
        (_("Announced"), _moment(incident.opened_at, zone)),
        (_("Acknowledged"), _after(incident.opened_at, incident.acknowledged_at, zone)),
        (_("Business working again"), _after(incident.opened_at, incident.mitigated_at, zone)),
        (_("Resolved"), _after(incident.opened_at, incident.resolved_at, zone)),
        (_("Ended by"), end_text(incident, zone)),
        (_("Seen"), _seen(incident)),
        (_("Recurrence of"), _number(incident.recurrence_of)),
    ]
    rows.insert(0, (_("What"), _("From the record")))
    first, *rest = [f"| {name} | {value} |" for name, value in rows]
    yield "\n".join([first, "|---|---|", *rest])
    if incident.reason is not None:
        yield _("Found: {reason}").format(reason=sentence(incident.reason))


def _seen(incident: Incident) -> str:
    times = plural("{count} time", "{count} times", incident.count)
    cycles = plural("{count} cycle", "{count} cycles", incident.cycle)
    return _("{times}, in {cycles}").format(
        times=times.format(count=incident.count), cycles=cycles.format(count=incident.cycle)
    )


def _moment(when: datetime | None, zone: tzinfo) -> str:
    return "-" if when is None else moment(when, zone)


def _after(start: datetime | None, end: datetime | None, zone: tzinfo) -> str:
    if start is None or end is None:
        return _moment(end, zone)
    took = duration(max(0.0, (end - start).total_seconds()))
    return _("{moment} (after {time})").format(moment=moment(end, zone), time=took)


def _number(number: int | None) -> str:
    return "-" if number is None else local_number(number)


def _timeline(
    records: list[Record], people: Mapping[int, Mapping[str, str]], zone: tzinfo
) -> Iterator[str]:
    yield "\n".join(f"- {_said(record, people, zone)}" for record in records)


def _decided(
    records: list[Record], people: Mapping[int, Mapping[str, str]], zone: tzinfo
) -> Iterator[str]:
    """List who decided what, when and why."""
    for record in records:
        by_person = bool(people.get(record.sequence, {}).get("by"))
        if by_person and text_in(record.body, "event") in _DECISIONS:
            yield f"- {_said(record, people, zone)}"


def _said(record: Record, people: Mapping[int, Mapping[str, str]], zone: tzinfo) -> str:
    said = people.get(record.sequence, {})
    details = mapping_in(record.body, "details")
    words = [event_text(text_in(record.body, "event"))]
    words += [plain(text_in(details, name)) for name in ("how", "why") if text_in(details, name)]
    text = f"{moment(record.recorded_at, zone)} {', '.join(words)}"
    text += f" · {plain(said['by'])}" if said.get("by") else ""
    return text + (f": {plain(said['reason'])}" if said.get("reason") else "")


def _told(rows: list[OutboxRow], links: list[TicketLink]) -> Iterator[str]:
    yield _("Messages and ticket entries: {count}, of them confirmed: {confirmed}.").format(
        count=len(rows), confirmed=sum(1 for row in rows if row.state.value == "confirmed")
    )
    for link in links:
        ticket = plain(link.remote_key or link.marker)
        yield f"- {plain(link.lane)}: {ticket} {plain(link.remote_url)}".rstrip()


def _actions() -> str:
    heading = [
        _("Action"),
        _("Owner"),
        _("Until"),
        _("Ticket"),
        _("Impact 1-5"),
        _("Effort 1-5"),
        _("The check that will prove it"),
    ]
    empty = " | ".join(" " for _column in heading)
    return f"| {' | '.join(heading)} |\n|{'---|' * len(heading)}\n| {empty} |"
