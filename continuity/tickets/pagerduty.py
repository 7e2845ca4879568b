"""Alerts of PagerDuty, by its Events API: the same marker is the same alert while it is open.

An event is accepted before anything is made of it, and nothing can be read back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from pydantic import Field

from continuity.domain.attachment import Attachment
from continuity.domain.delivery import Confirmed, Outcome, Rejected
from continuity.domain.examined import Examined, guarded, sound
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say
from continuity.domain.ticket import (
    RemoteChange,
    RemoteTicket,
    Severity,
    TicketDraft,
    TicketRef,
    TicketState,
)
from continuity.domain.written import WebAddress, Written
from continuity.hosts.web import Ask, Body, Site, Web
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_way import examine_way
from continuity.hosts.web_words import Complaint, json_bytes
from continuity.hosts.web_writes import write
from continuity.tickets.alerting import event_of, facts_of, nothing_back, title_again, title_of
from continuity.tickets.reading import complaint_from_keys, mapping, mapping_from_json, text, texts
from continuity.tickets.ticket import (
    Abilities,
    TicketKind,
    TicketOpening,
    TicketSystem,
)
from continuity.tickets.writing import body_of, one_line

NAME = "PagerDuty"
_SUMMARY, _TEXT = 1024, 30_000
# An event of more than 512 KiB is refused, and so is a longer key.
_KEY = 255

PagerSeverity = Literal["critical", "error", "warning", "info"]
_SEVERITIES: dict[Severity, PagerSeverity] = {
    Severity.S1: "critical",
    Severity.S2: "error",
    Severity.S3: "warning",
    Severity.S4: "info",
    Severity.S5: "info",
}
# Nobody knows any more how grave an alert was that begins anew.
_AGAIN: PagerSeverity = "error"


class PagerdutyOptions(Written):
    """Which region alerts go to, and how grave they are."""

    kind: Literal["pagerduty"] = Field(default="pagerduty", description="alerts of PagerDuty")
    address: WebAddress = Field(
        default="https://events.pagerduty.com",
        description="the region; in Europe https://events.eu.pagerduty.com",
    )
    severities: Mapping[Severity, PagerSeverity] = Field(
        default=_SEVERITIES, description="PagerDuty's severity for a severity; error if none"
    )


@dataclass(frozen=True)
class _Alerts:
    options: PagerdutyOptions
    web: Web
    routing_key: Secret
    organisation: str

    @property
    def abilities(self) -> Abilities:
        return Abilities(notes=False, internal_notes=False, reads=False, idempotent=True)

    def probe(self) -> tuple[Examined, ...]:
        return (
            examine_way(self.options.address),
            guarded(say(N_("integration")), self._probe),
        )

    def _probe(self) -> Examined:
        """End an alert that nobody began, which is accepted and changes nothing."""
        self.web.read(self._ask("resolve", f"continuity-{self.organisation}-probe"), (202,))
        return sound(
            say(N_("integration")), say(N_("It takes alerts; nothing comes back from them."))
        )

    def create(self, draft: TicketDraft) -> Outcome:
        severity = self.options.severities.get(draft.severity, _AGAIN)
        payload = {
            "summary": title_of(draft, _SUMMARY),
            "source": one_line(draft.system, _KEY) or "Continuity",
            "severity": severity,
            "component": one_line(draft.asset, _KEY),
            "class": "continuity",
            "custom_details": {**facts_of(draft), "text": body_of(draft, _TEXT)},
        }
        links = [{"href": draft.url, "text": draft.number}] if draft.url else []
        ask = self._ask("trigger", draft.marker, payload=payload, links=links)
        return write(self.web, ask, partial(_taken, draft.number))

    def _ask(self, action: str, key: str, **more: object) -> Ask:
        event = {
            "routing_key": self.routing_key.reveal(),
            "event_action": action,
            "dedup_key": key[:_KEY],
            "client": "Continuity",
            **more,
        }
        body = Body(content=json_bytes(event), media_type="application/json")
        return Ask(method="POST", path="v2/enqueue", body=body, repeatable=True)

    def find(self, marker: str) -> tuple[TicketRef, ...]:
        return ()

    def comment(self, ref: TicketRef, text: str, key: str) -> Outcome:
        return Rejected(reason=say(N_("{name} takes no notes on an alert."), name=NAME))

    def move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        action, more = event_of(to), {}
        if action == "trigger":
            more["payload"] = {
                "summary": title_again(ref, note, _SUMMARY),
                "source": "Continuity",
                "severity": _AGAIN,
            }
        return write(self.web, self._ask(action, ref.id, **more), partial(_taken, ref.key))

    def attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        return Rejected(reason=say(N_("{name} takes no files from programs."), name=NAME))

    def fetch(self, ref: TicketRef) -> RemoteTicket:
        raise nothing_back(NAME)

    def changes_since(
        self, moment: datetime, refs: tuple[TicketRef, ...]
    ) -> tuple[RemoteChange, ...]:
        return ()


def _taken(number: str, answer: Answer) -> Outcome | None:
    found = mapping(answer.value())
    key = text(found.get("dedup_key"))
    return Confirmed(id=key, key=number) if key and found.get("status") == "success" else None


def _complaint(content: bytes) -> Complaint:
    told = complaint_from_keys(content, "message")
    errors = texts(mapping_from_json(content).get("errors"))
    return Complaint(line=" ".join([told.line, *errors]).strip(), fields=told.fields)


def _open(opening: TicketOpening) -> TicketSystem:
    options = opening.options
    if not isinstance(options, PagerdutyOptions):
        raise TypeError("these are not the options of PagerDuty")
    key = opening.secrets["routing-key"]
    site = Site(
        name=NAME, address=options.address, now=opening.now, complaint=_complaint, hidden=(key,)
    )
    return _Alerts(options, Web(site), key, opening.organisation)


TICKETS = TicketKind(
    name="pagerduty", options=PagerdutyOptions, secrets=("routing-key",), open=_open
)
