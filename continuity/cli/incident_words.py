"""Incidents in words: what each is called, where it is, who has it, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from continuity.cli.columns import plain
from continuity.cli.language import _
from continuity.cli.wording import moment
from continuity.domain.fault_texts import FAULTS, FaultText
from continuity.domain.incident import Event, Incident, State
from continuity.domain.text import N_

_STATES = {
    State.PENDING: N_("seen, announced if it lasts"),
    State.OPEN: N_("open"),
    State.ACKNOWLEDGED: N_("acknowledged"),
    State.IN_PROGRESS: N_("in progress"),
    State.ON_HOLD: N_("on hold"),
    State.MITIGATED: N_("declared fixed, not proven"),
    State.RESOLVED: N_("resolved"),
    State.CLOSED: N_("closed"),
    State.CANCELLED: N_("cancelled"),
}
_EVENTS = {
    Event.SEEN: N_("seen again"),
    Event.PASSED: N_("passed"),
    Event.OPENED: N_("opened"),
    Event.INHIBITED: N_("another incident speaks for it"),
    Event.RELEASED: N_("speaks for itself"),
    Event.ACKNOWLEDGED: N_("acknowledged"),
    Event.UNACKNOWLEDGED: N_("nobody's again"),
    Event.STARTED: N_("work began"),
    Event.HELD: N_("put on hold"),
    Event.RESUMED: N_("resumed"),
    Event.MITIGATED: N_("the business can work"),
    Event.RETEST_QUEUED: N_("re-test queued"),
    Event.RESOLVED: N_("resolved"),
    Event.REOPENED: N_("opened again"),
    Event.CLOSED: N_("closed"),
    Event.CANCELLED: N_("cancelled"),
    Event.RAISED: N_("made graver"),
    Event.LOWERED: N_("made less grave"),
    Event.DECLARED_MAJOR: N_("declared major"),
    Event.FLAPPING: N_("comes and goes"),
    Event.STEADY: N_("steady again"),
    Event.ASSIGNED: N_("handed over"),
    Event.NOTED: N_("note"),
    Event.ESCALATED: N_("escalated"),
    Event.NOBODY_NOTIFIED: N_("nobody could be told"),
    Event.REVIEWED: N_("reviewed"),
    Event.TOLD: N_("those concerned were told"),
    Event.IMPACT_STATED: N_("impact stated"),
    Event.DUTY_BEGUN: N_("a duty to report began"),
    Event.DUTY_MET: N_("reported"),
    Event.LADDERS_TAKEN: N_("ladders kept as they are"),
}
_HOLDS: Mapping[str, str] = {
    "customer": N_("waits for the customer"),
    "provider": N_("waits for the provider"),
    "spare-part": N_("waits for a spare part"),
    "change-window": N_("waits for a change window"),
    "other": N_("waits"),
}


def title_of(incident: Incident) -> str:
    """Name what is wrong, and with what."""
    return _(text_of(incident).title).format(target=target_shown(incident.target))


def text_of(incident: Incident) -> FaultText:
    """Give the texts of its kind of fault."""
    return FAULTS[incident.kind]


def target_shown(target: str) -> str:
    """Name a target as people do."""
    kind, _colon, name = target.partition(":")
    if kind == "copy":
        job, _at, repository = name.partition("@")
        return _("{job} in {repository}").format(job=plain(job), repository=plain(repository))
    return plain(name)


def state_text(state: State) -> str:
    """Name a state."""
    return _(_STATES[state])


def event_text(event: str) -> str:
    """Name what happened; an event of another version is shown as it is."""
    known = {one.value: text for one, text in _EVENTS.items()}
    return _(known[event]) if event in known else plain(event)


def ball_of(incident: Incident, zone: tzinfo) -> str:
    """Say who has the ball, and what is waited for."""
    holder = plain(incident.holder) if incident.holder else _("nobody")
    if incident.hold is not None:
        return _("{waits} until {moment}; {holder} has it").format(
            waits=_(_HOLDS.get(incident.hold.reason, _HOLDS["other"])),
            moment=moment(incident.hold.until, zone),
            holder=holder,
        )
    if incident.state is State.MITIGATED and incident.retest_at is not None:
        return _("declared fixed by {holder}; waits for its re-test").format(holder=holder)
    return _("{holder} has it").format(holder=holder)


def end_text(incident: Incident, zone: tzinfo) -> str:
    """Say what ended it."""
    if incident.proof:
        return _("the test in record {sequence}").format(sequence=incident.proof)
    if incident.waiver_until is not None:
        until = moment(incident.waiver_until, zone)
        return _("a decision to do without proof until {moment}").format(moment=until)
    return _(_RESOLUTIONS[incident.resolution]) if incident.resolution in _RESOLUTIONS else "-"


_RESOLUTIONS: Mapping[str, str] = {
    "recovered": N_("a good answer"),
    "transient": N_("itself, before it was announced"),
    "false-alarm": N_("a person: a false alarm"),
    "duplicate": N_("a person: a duplicate"),
    "test": N_("a person: a test"),
}


def next_of(incident: Incident) -> str:
    """Give the command that brings it on, nothing where none does."""
    if incident.state is State.PENDING:
        return "continuity incidents update"
    verb = _NEXT.get(incident.state)
    if verb is None:
        return ""
    if incident.state is State.RESOLVED and (incident.reviewed or not incident.review_required):
        verb = "close"
    number = incident.number
    done = _("what was done")
    note = f' --note "{done}"' if verb == "resolve" else ""
    return f"continuity incidents {verb} {number}{note}"


_NEXT = {
    State.OPEN: "ack",
    State.ACKNOWLEDGED: "take",
    State.IN_PROGRESS: "resolve",
    State.ON_HOLD: "resume",
    State.MITIGATED: "retest",
    State.RESOLVED: "review",
}
