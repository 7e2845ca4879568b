"""Alerts of Jira Service Management's Operations, and of Opsgenie, which they come from.

What is asked is done later: the answer says only that it was taken. The same marker is the same
alert while it is open. Notes are read only to see whether one is there already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Literal

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
from continuity.hosts.web_answer import Answer, RefusedError
from continuity.hosts.web_way import examine_way
from continuity.hosts.web_words import Complaint, json_bytes, path_from_parts
from continuity.hosts.web_writes import attempted, write
from continuity.tickets.alerting import event_of, facts_of, nothing_back, title_again, title_of
from continuity.tickets.reading import Plain, complaint_from_keys, listed, mapping, text
from continuity.tickets.ticket import (
    Abilities,
    TicketKind,
    TicketOpening,
    TicketSystem,
)
from continuity.tickets.writing import body_of, has_key, key_of_move, label_of, note_of, one_line

NAME = "Jira Operations"
_TITLE, _TEXT, _NOTE = 130, 15_000, 25_000
_LONGEST_TAG, _MOST_TAGS = 50, 20
_ACCEPTED = 202
_PAGE, _MOST_PAGES = 100, 20
_ACTIONS = {"acknowledge": "acknowledge", "resolve": "close"}

Priority = Literal["P1", "P2", "P3", "P4", "P5"]
_PRIORITIES: dict[Severity, Priority] = {
    Severity.S1: "P1",
    Severity.S2: "P2",
    Severity.S3: "P3",
    Severity.S4: "P4",
    Severity.S5: "P5",
}


class JiraOperationsOptions(Written):
    """Where alerts go, and who is called."""

    kind: Literal["jira-operations"] = Field(
        default="jira-operations", description="alerts of Jira Service Management or Opsgenie"
    )
    address: WebAddress = Field(
        default="https://api.atlassian.com/jsm/ops/integration",
        description="Opsgenie's is https://api.opsgenie.com or https://api.eu.opsgenie.com",
    )
    priorities: Mapping[Severity, Priority] = Field(
        default=_PRIORITIES, description="the priority of a severity"
    )
    teams: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(
        default=(), description="names of the teams that are called; else by the integration"
    )


@dataclass(frozen=True)
class _Alerts:
    options: JiraOperationsOptions
    web: Web
    organisation: str

    @property
    def abilities(self) -> Abilities:
        return Abilities(reads=False, idempotent=True)

    def probe(self) -> tuple[Examined, ...]:
        return (
            examine_way(self.options.address),
            guarded(say(N_("integration")), self._probe),
        )

    def _probe(self) -> Examined:
        """Close an alert that nobody opened, which is accepted and changes nothing."""
        ask = self._on(f"continuity-{self.organisation}-probe", "close", {})
        self.web.read(ask, (_ACCEPTED,))
        return sound(
            say(N_("integration")), say(N_("It takes alerts; nothing comes back from them."))
        )

    def create(self, draft: TicketDraft) -> Outcome:
        tags = [label_of(label)[:_LONGEST_TAG] for label in ("continuity", *draft.labels)]
        alert: dict[str, object] = {
            "message": title_of(draft, _TITLE),
            "alias": draft.marker,
            "description": body_of(draft, _TEXT),
            "tags": list(dict.fromkeys(tags))[:_MOST_TAGS],
            "details": facts_of(draft),
            "entity": one_line(draft.system, _TITLE),
        }
        if draft.severity in self.options.priorities:
            alert["priority"] = self.options.priorities[draft.severity]
        return self._begin(alert, draft.number)

    def _begin(self, alert: Mapping[str, object], number: str) -> Outcome:
        responders = [{"name": name, "type": "team"} for name in self.options.teams]
        more = {"responders": responders} if responders else {}
        ask = _post({**alert, **more, "source": "Continuity"}, "v2", "alerts")
        return write(self.web, ask, partial(_taken, str(alert["alias"]), number))

    def find(self, marker: str) -> tuple[TicketRef, ...]:
        return ()

    def comment(self, ref: TicketRef, text: str, key: str) -> Outcome:
        return attempted(lambda: self._comment(ref, text, key))

    def _comment(self, ref: TicketRef, note: str, key: str) -> Outcome:
        # A key that may only write says a thing twice rather than never.
        with suppress(RefusedError):
            for one in self._notes(ref):
                if has_key(text(one.get("note")), key):
                    return Confirmed(id=ref.id, key=ref.key)
        ask = self._on(ref.id, "notes", {"note": note_of(note, key, _NOTE)}, repeatable=False)
        return write(self.web, ask, partial(_taken, ref.id, ref.key))

    def _notes(self, ref: TicketRef) -> Iterator[Plain]:
        path = path_from_parts("v2", "alerts", ref.id, "notes")
        for page in range(_MOST_PAGES):
            query = (
                ("identifierType", "alias"),
                ("order", "asc"),
                ("limit", str(_PAGE)),
                ("offset", str(page * _PAGE)),
            )
            answer = self.web.read(Ask(method="GET", path=path, query=query))
            found = listed(NAME, mapping(answer.value()).get("data"))
            yield from found
            if len(found) < _PAGE:
                return

    def _on(
        self, alias: str, action: str, value: Mapping[str, object], *, repeatable: bool = True
    ) -> Ask:
        more = {**value, "source": "Continuity"}
        parts = ("v2", "alerts", alias, action)
        return _post(more, *parts, query=(("identifierType", "alias"),), repeatable=repeatable)

    def move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        event = event_of(to)
        if event == "trigger":
            alert = {"message": title_again(ref, note, _TITLE), "alias": ref.id}
            begun = self._begin(alert, ref.key)
            if not isinstance(begun, Confirmed) or not note:
                return begun
            return self.comment(ref, note, key_of_move(to, note))
        if note:
            told = self.comment(ref, note, key_of_move(to, note))
            if not isinstance(told, Confirmed):
                return told
        ask = self._on(ref.id, _ACTIONS[event], {})
        return write(self.web, ask, partial(_taken, ref.id, ref.key))

    def attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        return Rejected(reason=say(N_("{name} takes no files from programs."), name=NAME))

    def fetch(self, ref: TicketRef) -> RemoteTicket:
        raise nothing_back(NAME)

    def changes_since(
        self, moment: datetime, refs: tuple[TicketRef, ...]
    ) -> tuple[RemoteChange, ...]:
        return ()


def _post(
    value: Mapping[str, object],
    *parts: str,
    query: tuple[tuple[str, str], ...] = (),
    repeatable: bool = True,
) -> Ask:
    body = Body(content=json_bytes(value), media_type="application/json")
    path = path_from_parts(*parts)
    return Ask(method="POST", path=path, query=query, body=body, repeatable=repeatable)


def _taken(alias: str, number: str, answer: Answer) -> Outcome | None:
    request = text(mapping(answer.value()).get("requestId"))
    return Confirmed(id=alias, key=number) if request else None


def _complaint(content: bytes) -> Complaint:
    return complaint_from_keys(content, "message")


def _open(opening: TicketOpening) -> TicketSystem:
    options = opening.options
    if not isinstance(options, JiraOperationsOptions):
        raise TypeError("these are not the options of Jira Operations")
    key = opening.secrets["key"].reveal()
    site = Site(
        name=NAME,
        address=options.address,
        now=opening.now,
        headers={"Authorization": Secret(f"GenieKey {key}")},
        complaint=_complaint,
    )
    return _Alerts(options, Web(site), opening.organisation)


TICKETS = TicketKind(
    name="jira-operations", options=JiraOperationsOptions, secrets=("key",), open=_open
)
