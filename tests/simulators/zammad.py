"""One Zammad, as its REST interface shows it."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from tests.simulators.held import Held, Note, Ticking, stamp
from tests.simulators.simulator import Nasty, Reply, Request, told

TOKEN = "i9Z0sYkVbq2x7Wm4tRfD1uPcN8aEoLhJ"
ME, ANNA = 7, 3
_LOGINS = {ME: "continuity@acme.example", ANNA: "anna@acme.example"}
_STATES = ("new", "open", "pending reminder", "closed", "merged", "removed", "pending close")
_PRIORITIES = ("1 low", "2 normal", "3 high")
_GROUPS = ("Users", "Night watch")
_NOWHERE = told({"error": "Couldn't find Ticket", "error_human": "Not found"}, 404)


def _sorry(error: str) -> Reply:
    return told({"error": error, "error_human": error}, 422)


@dataclass(kw_only=True)
class Ticket:
    """A ticket with its articles, tags and history."""

    id: int
    fields: dict[str, object]
    tags: list[str]
    articles: list[dict[str, object]] = field(default_factory=list)
    history: list[dict[str, object]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(kw_only=True)
class Zammad:
    """Names stand for numbers with ``expand``; fields that it does not know are passed over.

    ``no_new_tags``: unknown tags are left out without a word.
    """

    nasty: Nasty
    tickets: dict[int, Ticket] = field(default_factory=dict)
    clock: Ticking = field(default_factory=Ticking)
    no_new_tags: bool = False

    def answer(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Token token={TOKEN}":
            return told({"error": "Invalid token!", "error_human": "Invalid token!"}, 401)
        match request.method, request.parts[2:]:
            case "GET", ("users", "me"):
                return told({"id": ME, "login": _LOGINS[ME], "email": _LOGINS[ME]})
            case "GET", ("groups",):
                return told([{"name": one, "active": True} for one in _GROUPS])
            case "GET", ("ticket_states",):
                return told([{"name": one, "active": True} for one in _STATES])
            case "GET", ("ticket_priorities",):
                return told([{"name": one, "active": True} for one in _PRIORITIES])
        return self._tickets(request)

    def _tickets(self, request: Request) -> Reply:
        match request.method, request.parts[2:]:
            case "POST", ("tickets",):
                return self._make(request.json())
            case "POST", ("tickets", "search"):
                return self._search(request.json()["condition"])
            case "POST", ("tags", "add"):
                return self._tag(request.json())
            case "POST", ("ticket_articles",):
                asked = request.json()
                ticket = self._one(str(asked["ticket_id"]))
                return told(self._write(ticket, asked, ME), 201) if ticket else _NOWHERE
            case method, ("tickets" | "ticket_history" as kind, id):
                ticket = self._one(id)
                return self._of(ticket, request, method, kind) if ticket else _NOWHERE
            case "GET", ("ticket_articles", "by_ticket", id):
                ticket = self._one(id)
                return told(ticket.articles) if ticket else _NOWHERE
        return told({"error": "No route matches"}, 404)

    def _one(self, id: str) -> Ticket | None:
        return self.tickets.get(int(id)) if id.isdigit() else None

    def _of(self, ticket: Ticket, request: Request, method: str, kind: str) -> Reply:
        if kind == "ticket_history":
            users = {str(id): {"id": id, "login": login} for id, login in _LOGINS.items()}
            return told({"history": ticket.history, "assets": {"User": users}})
        return self._change(ticket, request.json()) if method == "PUT" else self._shown(ticket)

    def _wrong(self, asked: dict[str, object]) -> str:
        known = {"state": _STATES, "priority": _PRIORITIES, "group": _GROUPS}
        for name, values in known.items():
            if name in asked and asked[name] not in values:
                return f"No lookup value found for '{name}': \"{asked[name]}\""
        if str(asked.get("state", "")).startswith("pending") and "pending_time" not in asked:
            return "Missing required value for field 'pending_time'!"
        refused = self.nasty.refused_fields
        return f"Missing required value for field '{refused[0]}'!" if refused else ""

    def _make(self, asked: dict[str, object]) -> Reply:
        wrong, article = self._wrong(asked), asked.get("article")
        missing = [name for name in ("title", "group", "customer_id") if not asked.get(name)]
        if wrong or missing:
            return _sorry(wrong or f"Missing required value for field '{missing[0]}'!")
        if not str(asked["customer_id"]).startswith("guess:") or not isinstance(article, dict):
            return _sorry("Couldn't find User")
        id = len(self.tickets) + 1
        fields: dict[str, object] = {"title": str(asked["title"])[:250], "group": asked["group"]}
        fields |= {"priority": asked.get("priority", "2 normal"), "state": "new", "owner": "-"}
        tags = [one.strip() for one in str(asked.get("tags", "")).split(",") if one.strip()]
        ticket = Ticket(id=id, fields=fields, tags=[] if self.no_new_tags else tags)
        self.tickets[id] = ticket
        self._write(ticket, article, ME)
        return self._shown(ticket, 201)

    def _change(self, ticket: Ticket, asked: dict[str, object]) -> Reply:
        if wrong := self._wrong(asked):
            return _sorry(wrong)
        article = asked.get("article")
        if isinstance(article, dict):
            self._write(ticket, article, ME)
        self._move(ticket, str(asked.get("state", ticket.fields["state"])), ME)
        return self._shown(ticket)

    def _move(self, ticket: Ticket, state: str, by: int) -> None:
        at = stamp(self.clock())
        if state != ticket.fields["state"]:
            entry = {"object": "Ticket", "type": "updated", "attribute": "state"}
            values = {"value_from": ticket.fields["state"], "value_to": state}
            ticket.history.append({**entry, **values, "created_by_id": by, "created_at": at})
        ticket.fields |= {"state": state, "updated_at": at}

    def _write(self, ticket: Ticket, asked: dict[str, object], by: int) -> dict[str, object]:
        at = stamp(self.clock())
        ticket.fields["updated_at"] = at
        article: dict[str, object] = {"content_type": "text/html", "internal": False, **asked}
        files = article.pop("attachments", [])
        assert isinstance(files, list)
        ticket.files |= {one["filename"]: base64.b64decode(one["data"]) for one in files}
        article |= {"id": ticket.id * 100 + len(ticket.articles), "created_at": at}
        article |= {"created_by": _LOGINS[by]}
        ticket.articles.append(article)
        return article

    def _tag(self, asked: dict[str, object]) -> Reply:
        ticket = self._one(str(asked["o_id"]))
        if ticket is None or self.no_new_tags:
            return told({"error": "Not authorized", "error_human": "Not authorized"}, 403)
        ticket.tags = list(dict.fromkeys([*ticket.tags, str(asked["item"])]))
        return told(True, 201)

    def _search(self, condition: object) -> Reply:
        assert isinstance(condition, dict)
        ((field_name, wanted),) = condition.items()
        value, operator = wanted["value"], wanted["operator"]
        match field_name, operator:
            case "ticket.tags", "contains all":
                found = [one for one in self.tickets.values() if value in one.tags]
            case "article.body", "contains":
                found = [
                    one
                    for one in self.tickets.values()
                    if any(value in str(article["body"]) for article in one.articles)
                ]
            case _:
                return _sorry(f"Invalid condition {field_name}")
        return told([self._row(one) for one in reversed(found)])

    def _shown(self, ticket: Ticket, status: int = 200) -> Reply:
        return told(self._row(ticket), status)

    @staticmethod
    def _row(ticket: Ticket) -> dict[str, object]:
        return {"id": ticket.id, "number": f"{ticket.id + 38000}", **ticket.fields}

    def held(self) -> list[Held]:
        return [
            Held(
                key=f"{one.id + 38000}",
                title=str(one.fields["title"]),
                text=str(one.articles[0]["body"]),
                state=" ".join([str(one.fields["state"]), *(t for t in one.tags if "-dup" in t)]),
                notes=[
                    Note(
                        text=str(article["body"]),
                        internal=article["internal"] is True,
                        actor=str(article["created_by"]),
                    )
                    for article in one.articles[1:]
                ],
                files=one.files,
            )
            for one in self.tickets.values()
        ]

    def _named(self, key: str) -> Ticket:
        return self.tickets[int(key) - 38000]

    def says(self, key: str, text: str) -> None:
        body = f"<div>{text}<br></div>"
        self._write(self._named(key), {"body": body, "type": "web"}, ANNA)

    def moves(self, key: str, state: str) -> None:
        self._move(self._named(key), state, ANNA)

    def removes(self, key: str) -> None:
        del self.tickets[int(key) - 38000]
