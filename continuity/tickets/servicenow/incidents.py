"""Tickets as incidents of ServiceNow."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from continuity.domain.attachment import Attachment
from continuity.domain.delivery import Confirmed, Outcome, Rejected
from continuity.domain.examined import Examined
from continuity.domain.failure import AuthenticationError
from continuity.domain.text import N_, say
from continuity.domain.ticket import (
    RemoteChange,
    RemoteClock,
    RemoteTicket,
    TicketDraft,
    TicketRef,
    TicketState,
)
from continuity.hosts.web_answer import Answer, RefusedError
from continuity.hosts.web_writes import attempted, write
from continuity.tickets.reading import Plain, gone, mapping, moment, understood
from continuity.tickets.servicenow.connection import (
    NAME,
    Connection,
    connect,
    shown_of,
    value_of,
    word,
)
from continuity.tickets.servicenow.examining import examine
from continuity.tickets.servicenow.options import ServiceNowOptions
from continuity.tickets.ticket import Abilities, TicketOpening, TicketSystem
from continuity.tickets.writing import (
    body_of,
    clean,
    file_name,
    has_key,
    is_ours,
    key_of_move,
    last_line,
    marker_line,
    note_of,
    one_line,
)

# What is longer is cut off without a word, and the marker with it.
_TITLE, _TEXT = 160, 4_000
_LARGEST_FILE = 10 << 20
_NOT_FOUND = 404
_READ = (
    "sys_id",
    "number",
    "state",
    "close_code",
    "assigned_to",
    "sys_updated_on",
    "sys_updated_by",
)
_JOURNAL = ("value", "element_id", "element", "sys_created_by", "sys_created_on")
_NO_WAY_TO_TELL = (TicketState.MITIGATED,)
# A text between these would be shown as HTML.
_MARKUP = "[code]", "[\u2060code]"


@dataclass(frozen=True)
class _Incidents:
    options: ServiceNowOptions
    connection: Connection

    @property
    def abilities(self) -> Abilities:
        return Abilities(idempotent=True, attachment_bytes=_LARGEST_FILE, clocks=True)

    def probe(self) -> tuple[Examined, ...]:
        return examine(self.connection)

    def create(self, draft: TicketDraft) -> Outcome:
        """Look first: the field of the marker is not unique, but it is found at once."""
        return attempted(lambda: self._create(draft))

    def _create(self, draft: TicketDraft) -> Outcome:
        for row in self._found(draft.marker, "^active=true"):
            return self._confirmed(self._ref(row))
        impact, _, urgency = self.options.severities.get(draft.severity, "").partition("/")
        fields = {
            **self.options.fields,
            "short_description": one_line(draft.title, _TITLE),
            "description": body_of(draft, _TEXT),
            "correlation_id": draft.marker,
            "correlation_display": "Continuity",
            "caller_id": self.options.caller or "",
            "assignment_group": self.options.assignment_group or "",
            "cmdb_ci": draft.asset,
            "impact": impact,
            "urgency": urgency,
        }
        given = {name: value for name, value in fields.items() if value}
        return write(self.connection.web, self.connection.change("POST", given), self._made)

    def _made(self, answer: Answer) -> Outcome | None:
        ref = self._ref(mapping(mapping(answer.value()).get("result")))
        return self._confirmed(ref) if ref.id else None

    @staticmethod
    def _confirmed(ref: TicketRef) -> Confirmed:
        return Confirmed(id=ref.id, key=ref.key, url=ref.url)

    def _ref(self, row: Plain) -> TicketRef:
        id = value_of(row, "sys_id")
        url = f"{self.options.address}/incident.do?sys_id={word(id)}"
        return TicketRef(id=id, key=value_of(row, "number"), url=url)

    def find(self, marker: str) -> tuple[TicketRef, ...]:
        return tuple(self._ref(row) for row in self._found(marker))

    def _found(self, marker: str, more: str = "") -> list[Plain]:
        asked = word(marker)
        query = f"correlation_id={asked}^ORdescriptionLIKE{asked}{more}^ORDERBYsys_created_on"
        fields = ("sys_id", "number", "correlation_id", "description")
        return [
            row for row in self.connection.rows("incident", query, *fields) if _has(row, marker)
        ]

    def comment(self, ref: TicketRef, text: str, key: str) -> Outcome:
        return attempted(lambda: self._comment(ref, text, key))

    def _comment(self, ref: TicketRef, note: str, key: str) -> Outcome:
        # An account that may not read notes writes one twice rather than never.
        with suppress(RefusedError):
            for row in self._journal(ref):
                if has_key(value_of(row, "value"), key):
                    return self._confirmed(ref)
        fields = {"work_notes": note_of(note, key, _TEXT).replace(*_MARKUP)}
        ask = self.connection.change("PATCH", fields, ref.id)
        return write(self.connection.web, ask, self._made)

    def _journal(self, *refs: TicketRef) -> list[Plain]:
        ids = ",".join(word(ref.id) for ref in refs)
        query = f"element_idIN{ids}^elementINwork_notes,comments^ORDERBYsys_created_on"
        return self.connection.rows("sys_journal_field", query, *_JOURNAL)

    def move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        return attempted(lambda: self._move(ref, to, note))

    def _move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        if note:
            told = self._comment(ref, note, key_of_move(to, note))
            if not isinstance(told, Confirmed):
                return told
        now = understood(NAME, self.connection.incident(ref.id, *_READ).value(), "result")
        wanted = self._wanted(to, note)
        # Notes on closing are not read back, and no reason to close once more.
        told_apart = {name: value for name, value in wanted.items() if name != "close_notes"}
        row = mapping(now["result"])
        if all(value_of(row, name) == value for name, value in told_apart.items() if name in row):
            return self._confirmed(ref)
        # Moving looks first, so that a second try finds it where it is to be.
        ask = self.connection.change("PATCH", wanted, ref.id, repeatable=True)
        return write(self.connection.web, ask, self._made)

    def _wanted(self, to: TicketState, note: str) -> dict[str, str]:
        wanted = {"state": self.options.value(to)}
        if to is TicketState.ON_HOLD:
            wanted["hold_reason"] = self.options.hold_reason
        if self.options.code(to):
            wanted["close_code"] = self.options.code(to)
            wanted["close_notes"] = clean(note or "Continuity", _TEXT)
        return {name: value for name, value in wanted.items() if value}

    def attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        if len(attachment.content) > _LARGEST_FILE:
            return Rejected(reason=say(N_("The file is too large for {name}."), name=NAME))
        return attempted(lambda: self._attach(ref, attachment))

    def _attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        digest = hashlib.sha256(attachment.content).hexdigest()
        query = f"table_name=incident^table_sys_id={word(ref.id)}"
        for row in self.connection.files(query):
            if value_of(row, "file_name") == file_name(attachment.name) and _is(row, digest):
                return Confirmed(id=value_of(row, "sys_id"))
        ask = self.connection.upload(ref.id, attachment)
        return write(self.connection.web, ask, partial(_uploaded, digest))

    def fetch(self, ref: TicketRef) -> RemoteTicket:
        answer = self.connection.incident(ref.id, *_READ)
        if answer.status == _NOT_FOUND:
            return gone(ref)
        row = mapping(understood(NAME, answer.value(), "result")["result"])
        shown = self.connection.web.shown
        return RemoteTicket(
            ref=self._ref(row),
            state=self._state(row),
            state_name=shown(shown_of(row, "state")),
            assignee=shown(shown_of(row, "assigned_to")),
            updated=moment(value_of(row, "sys_updated_on")),
            clocks=self._clocks(ref),
        )

    def _state(self, row: Plain) -> TicketState | None:
        value, code = value_of(row, "state"), value_of(row, "close_code")
        fitting = [
            TicketState(key)
            for key, one in self.options.states.items()
            if one == value and TicketState(key) not in _NO_WAY_TO_TELL
        ]
        exact = [state for state in fitting if code and self.options.code(state) == code]
        return next(iter((*exact, *fitting)), None)

    def _clocks(self, ref: TicketRef) -> tuple[RemoteClock, ...]:
        fields = ("sla", "stage", "has_breached", "planned_end_time")
        try:
            rows = self.connection.rows("task_sla", f"task={word(ref.id)}", *fields)
        except (RefusedError, AuthenticationError):
            return ()
        return tuple(self._clock(row) for row in rows if value_of(row, "stage") != "cancelled")

    def _clock(self, row: Plain) -> RemoteClock:
        stage, end = value_of(row, "stage"), value_of(row, "planned_end_time")
        running = bool(end) and stage in {"in_progress", "paused", "breached"}
        return RemoteClock(
            name=self.connection.web.shown(shown_of(row, "sla")),
            breached=value_of(row, "has_breached") == "true",
            paused=stage == "paused",
            remaining=moment(end) - self.connection.now() if running else None,
        )

    def changes_since(
        self, moment: datetime, refs: tuple[TicketRef, ...]
    ) -> tuple[RemoteChange, ...]:
        """Read notes of people, and the state that somebody else left it in."""
        if not refs:
            return ()
        by_id = {ref.id: ref for ref in refs}
        found = [*self._said(by_id), *self._left(by_id)]
        return tuple(
            sorted((one for one in found if one.at > moment), key=lambda change: change.at)
        )

    def _said(self, refs: dict[str, TicketRef]) -> Iterator[RemoteChange]:
        for row in self._journal(*refs.values()):
            said, by = value_of(row, "value"), value_of(row, "sys_created_by")
            ref = refs.get(value_of(row, "element_id"))
            if ref is not None and by != self.options.user and not is_ours(said):
                at = moment(value_of(row, "sys_created_on"))
                yield _change(ref, at, by, clean(said, _TEXT), None)

    def _left(self, refs: dict[str, TicketRef]) -> Iterator[RemoteChange]:
        query = f"sys_idIN{','.join(map(word, refs))}"
        for row in self.connection.rows("incident", query, *_READ):
            ref, by = refs.get(value_of(row, "sys_id")), value_of(row, "sys_updated_by")
            if ref is not None and by != self.options.user:
                at = moment(value_of(row, "sys_updated_on"))
                yield _change(ref, at, by, "", self._state(row))


def _change(
    ref: TicketRef, at: datetime, actor: str, comment: str, state: TicketState | None
) -> RemoteChange:
    return RemoteChange(ref=ref, at=at, actor=one_line(actor, _TITLE), state=state, comment=comment)


def _has(row: Plain, marker: str) -> bool:
    if value_of(row, "correlation_id") == marker:
        return True
    return last_line(value_of(row, "description")) == marker_line(marker)


def _is(row: Plain, digest: str) -> bool:
    return value_of(row, "hash").lower() == digest


def _uploaded(digest: str, answer: Answer) -> Outcome | None:
    row = mapping(mapping(answer.value()).get("result"))
    if value_of(row, "hash") and not _is(row, digest):
        return Rejected(reason=say(N_("{name} stored another file than it was sent."), name=NAME))
    id = value_of(row, "sys_id")
    return Confirmed(id=id) if id else None


def open_incidents(opening: TicketOpening) -> TicketSystem:
    """Open the incidents of one instance."""
    options = opening.options
    if not isinstance(options, ServiceNowOptions):
        raise TypeError("these are not the options of ServiceNow")
    return _Incidents(options, connect(options, opening))
