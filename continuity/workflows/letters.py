"""What readers are told about an incident: in business words, in their language, in one order."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from continuity.domain.fault_texts import FAULTS
from continuity.domain.incident import State
from continuity.domain.letter import Letter
from continuity.domain.recovery_time import TimeKind
from continuity.domain.text import N_, Message, say
from continuity.domain.ticket import TicketDraft
from continuity.speech.speaker import Speaker
from continuity.speech.wording import brief, duration, moment
from continuity.workflows.circumstances import Circumstances, facts_of

_DRILL = N_("DRILL")


def letter_from(
    circumstances: Circumstances, speaker: Speaker, *, key: str, acts: bool = True
) -> Letter:
    """Write a letter to one reader, who is expected to act or only told."""
    incident = circumstances.incident
    return Letter(
        number=circumstances.number,
        severity=incident.severity,
        subject=subject_of(circumstances, speaker),
        happened=_joined(speaker, _happened(circumstances)),
        means=_joined(speaker, _means(circumstances, speaker)),
        doing=_joined(speaker, _doing(circumstances, speaker)),
        expected=_joined(speaker, _expected(circumstances, acts=acts)),
        url=circumstances.url,
        facts=tuple(facts_of(circumstances, speaker)),
        footer=_footer(circumstances, speaker),
        thread=f"{incident.fingerprint}-{incident.number}",
        key=key,
        language=speaker.language,
        recovered=circumstances.recovered,
        drill=incident.drill,
    )


def draft_from(circumstances: Circumstances, speaker: Speaker, *, asset: str = "") -> TicketDraft:
    """Write the ticket of an incident, as it is when the ticket is made."""
    incident = circumstances.incident
    return TicketDraft(
        marker=marker_of(circumstances.organisation, incident.number),
        number=circumstances.number,
        title=f"[{circumstances.number}] {title_of(circumstances, speaker)}",
        body=body_of(letter_from(circumstances, speaker, key=""), speaker),
        severity=incident.severity,
        system=incident.system,
        url=circumstances.url,
        asset=asset,
        labels=("drill",) if incident.drill else (),
    )


def marker_of(organisation: str, number: int) -> str:
    """Give what finds the ticket of an incident again: lower case, no blanks, below 100 signs."""
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in organisation)
    return f"continuity-{plain.lower()[:60].strip('-') or 'organisation'}-{number}"


def body_of(letter: Letter, speaker: Speaker) -> str:
    """Put a letter into one plain text."""
    facts = "\n".join(f"{label}: {value}" for label, value in letter.facts)
    parts = [
        letter.happened,
        letter.means,
        letter.doing,
        _headed(speaker, N_("What is expected of you"), letter.expected),
        letter.url,
        facts,
        letter.footer,
    ]
    return "\n\n".join(part for part in parts if part)


def title_of(circumstances: Circumstances, speaker: Speaker) -> str:
    """Name an incident in one line; a drill says so first."""
    incident = circumstances.incident
    title = speaker.sentence(say(FAULTS[incident.kind].title, target=_target(circumstances)))
    return f"[{speaker.text(_DRILL)}] {title}" if incident.drill else title


def subject_of(circumstances: Circumstances, speaker: Speaker) -> str:
    """Give the line by which a letter is recognised in a full mailbox."""
    incident = circumstances.incident
    values = {
        "number": circumstances.number,
        "severity": incident.severity.value,
        "title": title_of(circumstances, speaker),
    }
    if circumstances.recovered:
        return speaker.sentence(say(N_("[{number}] Over: {title}"), **values))
    return speaker.sentence(say(N_("[{number}] {severity}: {title}"), **values))


def _target(circumstances: Circumstances) -> str:
    incident, system = circumstances.incident, circumstances.system
    name = incident.target.partition(":")[2] or incident.target
    if system is None:
        return name
    title = system.plan.title
    return title if name == system.plan.name else f"{title} ({name})"


def _joined(speaker: Speaker, messages: Iterator[Message]) -> str:
    return " ".join(speaker.sentence(message) for message in messages)


def _happened(circumstances: Circumstances) -> Iterator[Message]:
    incident = circumstances.incident
    if incident.cycle > 1 and not circumstances.recovered:
        yield say(N_("It was over, and has come back."))
    yield say(FAULTS[incident.kind].meaning)
    if incident.reason is not None and not circumstances.recovered:
        yield incident.reason
    if circumstances.spoken_for:
        yield say(
            N_("Other failures that it explains, and that are not told of one by one: {count}."),
            count=circumstances.spoken_for,
        )


def _means(circumstances: Circumstances, speaker: Speaker) -> Iterator[Message]:
    if not circumstances.recovered:
        yield say(FAULTS[circumstances.incident.kind].impact)
    system = circumstances.system
    if system is None:
        return
    title, back = system.plan.title, system.rto.total
    loss = system.rpo.proven_now
    if loss is None:
        yield say(
            N_("If {system} were lost now, no proven restore point could bring it back."),
            system=title,
        )
    elif back.high is None:
        yield say(
            N_(
                "If {system} were lost now, at most {loss} of work would be lost. How long it"
                " would take was never measured."
            ),
            system=title,
            loss=brief(speaker, loss),
        )
    else:
        template = (
            N_("If {system} were lost now: back in {time} (measured), losing at most {loss}.")
            if back.kind is TimeKind.MEASURED
            else N_("If {system} were lost now: back in {time} (estimated), losing at most {loss}.")
        )
        time = duration(speaker, back.high.total_seconds())
        yield say(template, system=title, time=time, loss=brief(speaker, loss))


_DOING = {
    State.PENDING: N_("Nobody has taken it yet."),
    State.OPEN: N_("Nobody has taken it yet."),
    State.ACKNOWLEDGED: N_("{holder} has taken it."),
    State.IN_PROGRESS: N_("{holder} is working on it."),
    State.ON_HOLD: N_("It is on hold until {until}."),
    State.MITIGATED: N_("The business works again. A test is to show whether it is repaired."),
    State.CANCELLED: N_("It was cancelled."),
}
_PROVEN = N_("It is over: a test of the same kind has passed since.")
_WAIVED = N_("A person ended it without proof.")


def _doing(circumstances: Circumstances, speaker: Speaker) -> Iterator[Message]:
    incident = circumstances.incident
    until = circumstances.at if incident.hold is None else incident.hold.until
    # What came back by itself is in nobody's hands.
    free = incident.state is State.IN_PROGRESS and not circumstances.holder
    yield say(
        _DOING.get(State.OPEN if free else incident.state, _PROVEN if incident.proof else _WAIVED),
        holder=circumstances.holder or "-",
        until=moment(speaker, until, ZoneInfo(circumstances.zone)),
    )


def _expected(circumstances: Circumstances, *, acts: bool) -> Iterator[Message]:
    incident = circumstances.incident
    if circumstances.recovered or not acts:
        yield say(N_("Nothing: this is for you to know."))
        return
    if incident.remedy is not None:
        yield incident.remedy
    elif circumstances.runbook:
        yield say(N_("Follow the runbook {runbook}."), runbook=circumstances.runbook)
    # A command ends the text: nothing that follows may be taken for a part of it.
    if incident.state is State.OPEN:
        yield say(
            N_("Take it, so that others know: continuity incidents ack {number}"),
            number=incident.number,
        )
    else:
        yield say(
            N_("Bring it to its end. All that is known: continuity incidents show {number}"),
            number=incident.number,
        )


def _footer(circumstances: Circumstances, speaker: Speaker) -> str:
    footer = say(
        N_("{organisation} · incident {number} · record {checkpoint}"),
        organisation=circumstances.organisation,
        number=circumstances.number,
        checkpoint=circumstances.checkpoint or "-",
    )
    return speaker.sentence(footer)


def _headed(speaker: Speaker, head: str, text: str) -> str:
    return f"{speaker.text(head)}: {text}" if text else ""
