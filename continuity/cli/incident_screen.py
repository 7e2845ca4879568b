"""Incidents on a screen, the gravest first: readable by whoever was just woken up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from continuity.cli.columns import plain, wrapped
from continuity.cli.incident_facts import lines_of, measured_of, plain_from_measured
from continuity.cli.incident_words import (
    ball_of,
    end_text,
    event_text,
    next_of,
    state_text,
    text_of,
    title_of,
)
from continuity.cli.language import _, plural, sentence
from continuity.cli.paint import painted
from continuity.cli.wording import duration, moment
from continuity.domain.assessment import Assessment
from continuity.domain.evidence import Record
from continuity.domain.failure import ContinuityError
from continuity.domain.incident import Incident, State
from continuity.domain.incident_plain import local_number, plain_from_incident
from continuity.domain.plain import mapping_in, text_in
from continuity.domain.text import N_
from continuity.domain.ticket import Severity

_INDENT = "    "
_FEW = 3
_NUMBERED = 20
_TICKETS = {
    "open": N_("the ticket was opened again"),
    "in-progress": N_("somebody works on the ticket again"),
    "on-hold": N_("the ticket was put on hold"),
    "resolved": N_("the ticket was declared solved there"),
    "closed": N_("the ticket was closed there"),
    "cancelled": N_("the ticket was cancelled there"),
    "duplicate": N_("the ticket was called a duplicate there"),
    "again": N_("another ticket was asked for"),
    "gone": N_("the ticket was deleted there, or hidden from us"),
}
_COLOURS = {Severity.S1: "red", Severity.S2: "red", Severity.S3: "yellow"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """All that a screen of incidents is drawn from; ``hindrance`` is why nothing is recorded."""

    incidents: Sequence[Incident]
    assessment: Assessment
    columns: int
    hindrance: ContinuityError | None = None

    @property
    def zone(self) -> tzinfo:
        """The zone in which times are shown."""
        return ZoneInfo(self.assessment.zone)

    def spoken_for(self, incident: Incident) -> list[Incident]:
        """List the incidents for which this one speaks."""
        mine = (one for one in self.incidents if one.parent == incident.number)
        return [one for one in mine if one.active or one.state is State.PENDING]


def gravest_first(incidents: Iterable[Incident]) -> list[Incident]:
    """Order incidents: the gravest first, the oldest first among equals."""
    return sorted(incidents, key=lambda one: (one.severity.value, one.first_seen, one.number))


def overview(picture: Picture) -> Iterator[str]:
    """Draw what speaks now, then what was only seen, and say how many there are of each."""
    speaking = gravest_first(one for one in picture.incidents if one.speaks)
    waiting = (one for one in picture.incidents if one.state is State.PENDING)
    # The run that failed told its number: it has to be found under it at once.
    pending = gravest_first(one for one in waiting if one.parent is None)
    for incident in (*speaking, *pending):
        yield from brief_of(incident, picture)
        yield ""
    yield _summary(speaking, len(pending), picture)


def _summary(speaking: Sequence[Incident], pending: int, picture: Picture) -> str:
    resolved = [one for one in picture.incidents if one.resolved_at is not None]
    due = sum(1 for one in resolved if one.review_required and not one.reviewed)
    told = (
        _("No incident is open.")
        if not speaking
        else plural("{count} incident is open.", "{count} incidents are open.", len(speaking))
    )
    text = told.format(count=len(speaking))
    if pending:
        text += " " + plural(
            "{count} was seen and is announced if it lasts.",
            "{count} were seen and are announced if they last.",
            pending,
        ).format(count=pending)
    if due:
        text += " " + plural(
            "{count} is resolved and waits for its review.",
            "{count} are resolved and wait for their review.",
            due,
        ).format(count=due)
    return text


def brief_of(incident: Incident, picture: Picture) -> Iterator[str]:
    """Draw one incident in a few lines."""
    yield from _head(incident, picture)
    for line in _body(incident, picture):
        yield from wrapped(line, _INDENT, picture.columns)
    if following := next_of(incident):
        yield _INDENT + _("Next: {command}").format(command=following)


def _head(incident: Incident, picture: Picture) -> Iterator[str]:
    severity = painted(incident.severity.value, _COLOURS.get(incident.severity, "cyan"))
    flags = [
        word
        for wanted, word in (
            (incident.major, _("MAJOR")),
            (incident.drill, _("EXERCISE")),
            (incident.flapping, _("comes and goes")),
        )
        if wanted
    ]
    name = " ".join([local_number(incident.number), *flags])
    yield f"{severity}  {name}  {title_of(incident)}"
    yield from wrapped(_stand(incident, picture), _INDENT, picture.columns)


def _stand(incident: Incident, picture: Picture) -> str:
    """Say since when, and who has it; of what is over, how long it took and what ended it."""
    end = incident.resolved_at or incident.closed_at
    first = moment(incident.first_seen, picture.zone)
    state = state_text(incident.state)
    if end is None:
        return _("{state}; began {moment}, {age} ago; {ball}").format(
            state=state,
            moment=first,
            age=_span(incident.first_seen, picture.assessment.at),
            ball=ball_of(incident, picture.zone),
        )
    return _("{state} at {end}, {age} after {moment}; ended by {how}").format(
        state=state,
        end=moment(end, picture.zone),
        age=_span(incident.first_seen, end),
        moment=first,
        how=end_text(incident, picture.zone),
    )


def _span(start: datetime, end: datetime) -> str:
    return duration(max(0.0, (end - start).total_seconds()))


def _body(incident: Incident, picture: Picture) -> Iterator[str]:
    text = text_of(incident)
    yield f"{_(text.meaning)} {_(text.impact)}"
    if incident.reason is not None:
        yield _("Found: {reason}").format(reason=sentence(incident.reason))
    if incident.count > 1:
        yield _("Seen {count} times, last at {moment}.").format(
            count=incident.count, moment=moment(incident.last_seen, picture.zone)
        )
    others = picture.spoken_for(incident)
    if others:
        names = ", ".join(_named(others))
        yield _("It also explains ({count}): {names}").format(count=len(others), names=names)
    measured = measured_of(incident, others, picture.assessment)
    yield from lines_of(measured, picture.zone, _FEW)
    if incident.remedy is not None and (incident.active or incident.state is State.PENDING):
        yield _("What to do: {remedy}").format(remedy=sentence(incident.remedy))


def _named(others: Sequence[Incident]) -> Iterator[str]:
    """Name incidents by the numbers under which commands told them, the first with their titles."""
    for one in others[:_FEW]:
        yield f"{local_number(one.number)} {title_of(one)}"
    for one in others[_FEW:_NUMBERED]:
        yield local_number(one.number)
    if len(others) > _NUMBERED:
        yield "…"


def timeline(
    records: Iterable[Record], people: Mapping[int, Mapping[str, str]], picture: Picture
) -> Iterator[str]:
    """Draw everything that happened to an incident, in its order."""
    for record in records:
        said = people.get(record.sequence, {})
        event = event_text(text_in(record.body, "event"))
        words = [event, *_details(mapping_in(record.body, "details"))]
        line = f"{moment(record.recorded_at, picture.zone)}  {', '.join(words)}"
        if said.get("by"):
            line += f" · {plain(said['by'])}"
        if said.get("reason"):
            line += f": {plain(said['reason'])}"
        yield from wrapped(line, "  ", picture.columns)


def _details(details: Mapping[str, object]) -> Iterator[str]:
    for name in ("severity", "how", "why", "until"):
        if text_in(details, name):
            yield text_in(details, name)
    ticket = text_in(details, "ticket")
    if ticket:
        yield _(_TICKETS[ticket]) if ticket in _TICKETS else plain(ticket)
    if text_in(details, "from"):
        yield _("heard from {outlet}").format(
            outlet=plain(text_in(details, "from").partition(":")[2])
        )


def plain_of(incident: Incident, picture: Picture) -> dict[str, object]:
    """Reduce an incident and what was measured to what JSON can hold, with its texts."""
    text = text_of(incident)
    others = picture.spoken_for(incident)
    measured = measured_of(incident, others, picture.assessment)
    return {
        **plain_from_incident(incident),
        "local_number": local_number(incident.number),
        "speaks": incident.speaks,
        "title": title_of(incident),
        "meaning": _(text.meaning),
        "impact": _(text.impact),
        "reason": None if incident.reason is None else sentence(incident.reason),
        "remedy": None if incident.remedy is None else sentence(incident.remedy),
        "speaks_for": [one.number for one in others],
        "systems": [plain_from_measured(one) for one in measured],
        "ball": ball_of(incident, picture.zone),
        "next": next_of(incident),
    }
