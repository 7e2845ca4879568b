"""One Freshdesk, or one Freshservice, as its REST interface shows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.simulators.browser import shown_html
from tests.simulators.held import Held, Note, Ticking, stamp
from tests.simulators.simulator import Nasty, Reply, Request, told

KEY = "dG9wc2VjcmV0a2V5MTIzNDU2"
ME, ANNA = 901, 333
_KNOWN = {"email", "subject", "description", "status", "priority", "source", "tags", "type"}
_KNOWN |= {"group_id", "responder_id", "custom_fields"}
_OWN = {"cf_continuity", "cf_site", "cf_cause"}
_STATUSES = {2: "Open", 3: "Pending", 4: "Resolved", 5: "Closed", 6: "Waiting for vendor"}


def refusal(field_name: str, message: str, code: str) -> dict[str, str]:
    """One line of an error."""
    return {"field": field_name, "message": message, "code": code}


@dataclass(kw_only=True)
class Freshdesk:
    """Fields that it does not know are refused; the list begins thirty days ago unless asked.

    ``service``: it is a Freshservice. ``needed`` and ``needed_on_ending`` are fields of its own
    that agents must give. ``hidden_form``: the key may not see the fields.
    """

    nasty: Nasty
    service: bool = False
    tickets: dict[int, dict[str, object]] = field(default_factory=dict)
    notes: dict[int, list[dict[str, object]]] = field(default_factory=dict)
    files: dict[int, dict[str, bytes]] = field(default_factory=dict)
    clock: Ticking = field(default_factory=Ticking)
    needed: set[str] = field(default_factory=set)
    needed_on_ending: set[str] = field(default_factory=set)
    hidden_form: bool = False

    def answer(self, request: Request) -> Reply:
        sent = request.headers.get("authorization", "")
        if not sent.startswith("Basic ") or request.login()[0] != KEY:
            return told(
                {"code": "invalid_credentials", "message": "You have to be logged in."}, 401
            )
        match request.method, request.parts[2:]:
            case "GET", ("ticket_fields",) if not self.service:
                return self._form(request)
            case "GET", ("ticket_form_fields",) if self.service:
                return self._form(request)
            case "POST", ("tickets",):
                return self._make(request.json())
            case "GET", ("tickets",):
                return self._list(request)
            case _, ("tickets", id, *rest) if id.isdigit() and int(id) in self.tickets:
                return self._of(int(id), request, rest)
        return Reply(status=404)

    def _of(self, id: int, request: Request, rest: list[str]) -> Reply:
        match request.method, rest:
            case "GET", []:
                shown = self._shown(id)
                if self.service and request.query.get("include") != "tags":
                    del shown["tags"]
                return self._told(shown, "ticket")
            case "PUT", []:
                return self._change(id, request)
            case "GET", ["conversations"]:
                return self._page(self.notes[id], request, "conversations")
            case "POST", ["notes"]:
                asked = request.json()
                private = asked.get("private", True) is True
                note = self._write(id, str(asked["body"]), ME, private=private)
                return self._told(note, "conversation", 201)
        return Reply(status=404)

    def _told(self, value: object, name: str, status: int = 200) -> Reply:
        return told({name: value} if self.service else value, status)

    def _page(self, rows: list[dict[str, object]], request: Request, name: str) -> Reply:
        size, page = int(request.query.get("per_page", 30)), int(request.query.get("page", 1))
        return self._told(rows[(page - 1) * size : page * size], name)

    def _form(self, request: Request) -> Reply:
        if self.hidden_form:
            return told({"code": "access_denied", "message": "You are not authorized."}, 403)
        if request.query.keys() - {"type", "expand"}:
            return told({"description": "Validation failed", "errors": []}, 400)
        statuses: object = {str(number): [name, name] for number, name in _STATUSES.items()}
        if self.service:
            statuses = [{"id": number, "value": name} for number, name in _STATUSES.items()]
        names = ["requester", "subject", "description", "status", "priority", "source"]
        form = [
            {
                "name": name,
                "required_for_agents": name in self.needed or name in names[:5],
                "required_for_closure": name in self.needed_on_ending,
                "choices": statuses if name == "status" else None,
            }
            for name in [*names, *sorted(_OWN)]
        ]
        return self._told(form, "ticket_fields")

    def _wrong(self, asked: dict[str, object], *, ends: bool) -> Reply | None:
        own = asked.get("custom_fields", {})
        assert isinstance(own, dict)
        known = _KNOWN | ({"urgency", "impact", "workspace_id"} if self.service else set())
        unknown = [*(asked.keys() - known), *(own.keys() - _OWN), *self.nasty.refused_fields]
        bad = [refusal(one, "Unexpected/invalid field", "invalid_field") for one in unknown]
        if "status" in asked and asked["status"] not in _STATUSES:
            bad.append(refusal("status", "It should be one of these values: 2,3,4,5,6", "invalid"))
        if "priority" in asked and asked["priority"] not in (1, 2, 3, 4):
            bad.append(refusal("priority", "It should be one of these values", "invalid_value"))
        tags = asked.get("tags", [])
        assert isinstance(tags, list)
        if any(len(str(tag)) > 32 for tag in tags):
            bad.append(refusal("tags", "has tags longer than 32 characters", "invalid_value"))
        needed = self.needed_on_ending if ends else set()
        missing = needed - own.keys()
        bad += [refusal(one, "It should be given", "missing_field") for one in sorted(missing)]
        return told({"description": "Validation failed", "errors": bad}, 400) if bad else None

    def _make(self, asked: dict[str, object]) -> Reply:
        own = asked.get("custom_fields", {})
        assert isinstance(own, dict)
        must = ("email", "subject", "description", "status", "priority")
        missing = [one for one in must if not asked.get(one)]
        missing += sorted(self.needed - own.keys())
        if wrong := self._wrong(asked, ends=False):
            return wrong
        if missing or len(str(asked["subject"])) > 255:
            bad = [refusal(one, "It should be given", "missing_field") for one in missing]
            return told({"description": "Validation failed", "errors": bad}, 400)
        id = len(self.tickets) + 1
        at = stamp(self.clock())
        made = {"id": id, "created_at": at, "updated_at": at, "responder_id": None}
        self.tickets[id] = {**asked, **made}
        self.notes[id], self.files[id] = [], {}
        return self._told(self._shown(id), "ticket", 201)

    def _shown(self, id: int) -> dict[str, object]:
        files = [{"name": name, "size": len(one)} for name, one in self.files[id].items()]
        return {**self.tickets[id], "attachments": files}

    def _list(self, request: Request) -> Reply:
        known = {"email", "updated_since", "order_type", "page", "per_page"}
        known |= {"workspace_id"} if self.service else {"order_by", "include"}
        if request.query.keys() - known:
            return told({"description": "Validation failed", "errors": []}, 400)
        recent = [] if "updated_since" not in request.query else list(self.tickets)
        rows = [self._shown(id) for id in reversed(recent)]
        rows = [one for one in rows if one["email"] == request.query.get("email", one["email"])]
        if self.service:
            rows = [{k: v for k, v in row.items() if k != "tags"} for row in rows]
            space = int(request.query.get("workspace_id", 1))
            rows = [one for one in rows if one.get("workspace_id", 1) == space]
        if not self.service and request.query.get("include") != "description":
            rows = [{k: v for k, v in row.items() if k != "description"} for row in rows]
        return self._page(rows, request, "tickets")

    def _change(self, id: int, request: Request) -> Reply:
        if request.headers["content-type"].startswith("multipart/"):
            name, filed, content = request.form_file()
            assert name == "attachments[]"
            self.files[id][filed] = content
            return self._told(self._shown(id), "ticket")
        asked = request.json()
        if wrong := self._wrong(asked, ends=asked.get("status") in (4, 5)):
            return wrong
        self.tickets[id] |= {**asked, "updated_at": stamp(self.clock())}
        return self._told(self._shown(id), "ticket")

    def _write(self, id: int, body: str, by: int, *, private: bool) -> dict[str, object]:
        at = stamp(self.clock())
        note: dict[str, object] = {"id": id * 100 + len(self.notes[id]), "body": body}
        note |= {"private": private, "user_id": by, "created_at": at, "updated_at": at}
        self.notes[id].append(note)
        self.tickets[id]["updated_at"] = at
        return note

    def held(self) -> list[Held]:
        return [
            Held(
                key=f"#{id}",
                title=str(one["subject"]),
                text=shown_html(str(one["description"])),
                state=f"{one['status']} {_ending(one['tags'])}".strip(),
                notes=[
                    Note(
                        text=shown_html(str(note["body"])),
                        internal=note["private"] is True,
                        actor=str(note["user_id"]),
                    )
                    for note in self.notes[id]
                ],
                files=self.files[id],
            )
            for id, one in self.tickets.items()
        ]

    def says(self, key: str, text: str) -> None:
        self._write(int(key[1:]), f"<div>{text}</div>", ANNA, private=False)

    def moves(self, key: str, state: str) -> None:
        self.tickets[int(key[1:])] |= {"status": int(state), "updated_at": stamp(self.clock())}

    def removes(self, key: str) -> None:
        del self.tickets[int(key[1:])]


def _ending(tags: object) -> str:
    assert isinstance(tags, list)
    return " ".join(tag for tag in tags if tag in ("cancelled", "duplicate"))
