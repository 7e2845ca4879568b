"""One integration of Jira Service Management's Operations, as its alert interface shows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.simulators.held import Held, Note
from tests.simulators.simulator import Nasty, Reply, Request, told

KEY = "eb243592-faa2-4ba2-a551q-1afdf565c889"
_LIMITS = {"message": 130, "alias": 512, "description": 15_000, "entity": 512, "source": 100}


@dataclass(kw_only=True)
class Alert:
    """An alert by its alias, what it was made of, and how often."""

    alias: str
    made_of: dict[str, object]
    status: str = "open"
    times: int = 1
    notes: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class JiraOperations:
    """Takes a request first and does it later, even one on an alert that is not there.

    ``write_only``: the key may not read.
    """

    nasty: Nasty
    alerts: list[Alert] = field(default_factory=list)
    requests: int = 0
    write_only: bool = False

    def answer(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"GenieKey {KEY}":
            return told({"message": "Key format is not valid!", "took": 0.0}, 401)
        match request.method, request.parts:
            case "POST", ("v2", "alerts"):
                return self._make(request.json())
            case "POST", ("v2", "alerts", alias, action):
                if request.query.get("identifierType") != "alias":
                    return told({"message": "Alert id is not valid"}, 422)
                return self._act(alias, action, request.json())
            case "GET", ("v2", "alerts", alias, "notes"):
                return self._notes(alias, request)
        return told({"message": "No handler found"}, 404)

    def _taken(self) -> Reply:
        self.requests += 1
        id = f"43a29c5c-3dbf-4fa4-9c26-{self.requests:012d}"
        return told({"result": "Request will be processed", "took": 0.3, "requestId": id}, 202)

    def _make(self, asked: dict[str, object]) -> Reply:
        wrong = {name: "is not allowed" for name in self.nasty.refused_fields}
        for name, limit in _LIMITS.items():
            if len(str(asked.get(name, ""))) > limit:
                wrong[name] = f"can not be longer than {limit} characters"
        if not asked.get("message"):
            wrong["message"] = "Message can not be empty."
        if wrong:
            return told({"message": "Request body is not processable.", "errors": wrong}, 422)
        alias = str(asked["alias"])
        still_open = [one for one in self.alerts if one.alias == alias and one.status != "closed"]
        for one in still_open:
            one.times += 1
        if not still_open:
            self.alerts.append(Alert(alias=alias, made_of=asked))
        return self._taken()

    def _last(self, alias: str) -> Alert | None:
        return next((one for one in reversed(self.alerts) if one.alias == alias), None)

    def _act(self, alias: str, action: str, asked: dict[str, object]) -> Reply:
        alert = self._last(alias)
        if action not in {"acknowledge", "close", "notes"}:
            return told({"message": "No handler found"}, 404)
        if alert is None:
            return self._taken()
        if action == "notes":
            note = str(asked["note"])
            if len(note) > 25_000:
                errors = {"note": "can not be longer than 25000 characters"}
                return told({"message": "Not processable.", "errors": errors}, 422)
            alert.notes.append(note)
        elif alert.status != "closed":
            alert.status = {"acknowledge": "acknowledged"}.get(action, "closed")
        return self._taken()

    def _notes(self, alias: str, request: Request) -> Reply:
        alert = self._last(alias)
        if self.write_only:
            return told({"message": "You are not authorized to read"}, 403)
        if alert is None:
            return told({"message": "Alert does not exist"}, 404)
        start, size = int(request.query.get("offset", 0)), int(request.query.get("limit", 20))
        notes = alert.notes if request.query.get("order") == "asc" else alert.notes[::-1]
        return told({"data": [{"note": one} for one in notes[start : start + size]]})

    def held(self) -> list[Held]:
        return [
            Held(
                key=one.alias,
                title=str(one.made_of["message"]),
                text=str(one.made_of.get("description", "")),
                state=one.status,
                notes=[Note(text=note, internal=True, actor="") for note in one.notes],
            )
            for one in self.alerts
        ]

    def says(self, key: str, text: str) -> None:
        alert = self._last(key)
        assert alert is not None
        alert.notes.append(text)

    def moves(self, key: str, state: str) -> None:
        alert = self._last(key)
        assert alert is not None
        alert.status = state

    def removes(self, key: str) -> None:
        self.alerts = [one for one in self.alerts if one.alias != key]
