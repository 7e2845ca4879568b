"""One GLPI, as its REST interface since 9.1 shows it."""

from __future__ import annotations

import hashlib
import html
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from tests.simulators.browser import shown_html
from tests.simulators.held import Held, Note, Ticking
from tests.simulators.simulator import Nasty, Reply, Request, told

TOKEN, APP = (
    "q56hqkniwot8wntb3z1qarka5atf365taaa2uyjrn",
    "f7g3csp8mgatg5ebc5elnazakw20i9fyev1qopya7",
)
ME, ANNA = 5, 2
_THINGS = {("Entity", "0"), ("ITILCategory", "4"), ("User", "2"), ("Group", "8")}
_FIELDS = {"1": "name", "2": "id", "21": "content", "12": "status", "61": "externalid"}
_SOLVED, _CLOSED = 5, 6


def error(name: str, words: str, status: int) -> Reply:
    """Refuse in GLPI's way."""
    return told([name, words], status)


@dataclass(kw_only=True)
class Glpi:
    """Sessions expire, times have no zone, and what the profile does not allow is passed over.

    ``session_uses``: that many requests use up a session. ``encoded``: texts come out escaped once
    more. ``no_external``: it keeps nothing for other systems. ``reopens``: closed tickets may be
    opened. ``partial``: that many answers are parts without saying of what. ``interface`` of the
    profile. ``refused_files``: no file is of a kind that is allowed. ``no_notes``: the profile may
    write none. ``old_rows``: rows that are found come under their numbers.
    """

    nasty: Nasty
    session_uses: int = 1_000
    encoded: bool = False
    no_external: bool = False
    reopens: bool = True
    partial: int = 0
    interface: str = "central"
    refused_files: bool = False
    no_notes: bool = False
    old_rows: bool = False
    sessions: int = 0
    uses: int = 0
    tickets: dict[int, dict[str, object]] = field(default_factory=dict)
    notes: list[dict[str, object]] = field(default_factory=list)
    files: list[tuple[int, dict[str, object], bytes]] = field(default_factory=list)
    clock: Ticking = field(default_factory=Ticking)

    def answer(self, request: Request) -> Reply:
        if request.headers.get("app-token") != APP:
            return error("ERROR_WRONG_APP_TOKEN_PARAMETER", "missing parameter app_token", 400)
        parts = request.parts[1:]
        if parts == ("initSession",):
            return self._begin(request)
        self.uses += 1
        expected = f"session-{self.sessions:026d}"
        if request.headers.get("session-token") != expected or self.uses > self.session_uses:
            words = "session_token seems invalid"
            return error("ERROR_SESSION_TOKEN_INVALID", words, 401)
        if self.partial and request.method == "GET":
            self.partial -= 1
            return told([], 206)
        return self._serve(request, parts)

    def _begin(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"user_token {TOKEN}":
            given = request.headers.get("authorization")
            return error("ERROR_GLPI_LOGIN_USER_TOKEN", f"parameter {given} seems invalid", 401)
        self.sessions, self.uses = self.sessions + 1, 0
        return told({"session_token": f"session-{self.sessions:026d}"})

    def _serve(self, request: Request, parts: tuple[str, ...]) -> Reply:
        match request.method, parts:
            case "GET", ("getFullSession",):
                return told({"session": self._session()})
            case "GET", ("listSearchOptions", "Ticket"):
                named = {key: {"uid": f"Ticket.{name}"} for key, name in _FIELDS.items()}
                return told({"common": {"name": "Characteristics"}, **named})
            case "GET", ("search", "Ticket"):
                return self._search(request)
            case _, ("Ticket", *rest):
                return self._ticket(request, rest)
            case "POST", ("ITILFollowup" | "ITILSolution" as kind,):
                return self._note(kind, _input(request), ME)
        return self._things(request, parts)

    def _things(self, request: Request, parts: tuple[str, ...]) -> Reply:
        match request.method, parts:
            case "POST", ("Document",):
                return self._upload(request)
            case "GET", ("Document", id):
                return told(self.files[int(id)][1])
            case "GET", (thing, id) if (thing, id) in _THINGS:
                return told({"id": int(id)})
        return error("ERROR_ITEM_NOT_FOUND", "Item not found", 404)

    def _session(self) -> dict[str, object]:
        profile = {"id": 6, "name": "Technician", "interface": self.interface}
        about = {"glpiID": ME, "glpiname": "continuity", "glpiactiveprofile": profile}
        return {**about, "glpi_currenttime": self._now()}

    def _now(self) -> str:
        return self.clock().astimezone(ZoneInfo("Europe/Madrid")).strftime("%Y-%m-%d %H:%M:%S")

    def _out(self, row: dict[str, object]) -> dict[str, object]:
        content = str(row.get("content", ""))
        return {**row, "content": html.escape(content) if self.encoded else content}

    def _page(self, rows: list[dict[str, object]], request: Request) -> Reply:
        first, _, last = request.query.get("range", "0-49").partition("-")
        page = rows[int(first) : int(last) + 1]
        if int(first) >= max(len(rows), 1):
            return error("ERROR_RANGE_EXCEED_TOTAL", "Provided range exceed total count", 400)
        status = 200 if len(page) == len(rows) else 206
        said = f"{first}-{int(first) + len(page) - 1}/{len(rows)}"
        return told([self._out(row) for row in page], status, Content_Range=said)

    def _search(self, request: Request) -> Reply:
        name = _FIELDS[request.query["criteria[0][field]"]]
        value = request.query["criteria[0][value]"]
        found = [
            {"2": row["id"]}
            for row in self.tickets.values()
            if value in str(row.get(name, "")) and not row["is_deleted"]
        ]
        first, _, last = request.query.get("range", "0-49").partition("-")
        page = found[int(first) : int(last) + 1]
        answer: dict[str, object] = {"totalcount": len(found), "count": len(page)}
        data: object = {str(row["2"]): row for row in page} if self.old_rows else page
        return told(answer | ({"data": data} if page else {}), 200 if page == found else 206)

    def _ticket(self, request: Request, rest: list[str]) -> Reply:
        if request.method == "POST" and not rest:
            return self._make(_input(request))
        row = self.tickets.get(int(rest[0])) if rest and rest[0].isdigit() else None
        if row is None:
            return error("ERROR_ITEM_NOT_FOUND", "Item not found", 404)
        match request.method, rest[1:]:
            case "GET", []:
                return told(self._out(row))
            case "PUT", []:
                return self._change(row, _input(request))
            case "GET", ["Document_Item"]:
                links: list[dict[str, object]] = [
                    {"id": index, "documents_id": index}
                    for index, (id, _, _) in enumerate(self.files)
                    if id == row["id"]
                ]
                return self._page(links, request)
            case "GET", [kind]:
                notes = [
                    one
                    for one in self.notes
                    if one["items_id"] == row["id"] and one["kind"] == kind
                ]
                return self._page(notes, request)
        return error("ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM", "resource not found", 400)

    def _make(self, asked: dict[str, object]) -> Reply:
        if self.nasty.refused_fields:
            names = ", ".join(self.nasty.refused_fields)
            words = f"Mandatory fields are not filled. Please correct: {names}"
            return error("ERROR_GLPI_ADD", words, 400)
        id, now = len(self.tickets) + 1, self._now()
        kept = {name: value for name, value in asked.items() if not name.startswith("_")}
        if self.no_external:
            kept.pop("externalid", None)
        kept["name"] = str(kept["name"])[:255]
        made: dict[str, object] = {"id": id, "status": 2 if "_groups_id_assign" in asked else 1}
        made |= {"date_mod": now, "users_id_lastupdater": ME, "is_deleted": 0, "asked": asked}
        self.tickets[id] = {**kept, **made}
        return told({"id": id, "message": f"Item successfully added: {id}"}, 201)

    def _change(self, row: dict[str, object], asked: dict[str, object]) -> Reply:
        # A way that the profile does not allow is dropped, and the answer is as good as any.
        if row["status"] != _CLOSED or self.reopens:
            self._move(row, asked["status"], ME)
        return told([{str(row["id"]): True, "message": ""}])

    def _move(self, row: dict[str, object], status: object, by: int) -> None:
        row |= {"status": status, "date_mod": self._now(), "users_id_lastupdater": by}

    def _note(self, kind: str, asked: dict[str, object], by: int) -> Reply:
        row = self.tickets.get(int(str(asked["items_id"])))
        if row is None:
            return error("ERROR_GLPI_ADD", "You don't have permission to perform this action.", 400)
        if self.no_notes:
            words = "You don't have permission to perform this action."
            return told({"id": False, "message": words}, 201)
        now = self._now()
        note = {**asked, "id": len(self.notes) + 1, "items_id": row["id"], "kind": kind}
        self.notes.append({**note, "users_id": by, "date_creation": now})
        self._move(row, _SOLVED if kind == "ITILSolution" else row["status"], by)
        return told({"id": len(self.notes), "message": ""}, 201)

    def _upload(self, request: Request) -> Reply:
        name, filed, content = request.form_file()
        assert name == "filename[0]"
        assert b'name="uploadManifest"' in request.content
        if self.refused_files:
            result = {"filename": [{"name": filed, "error": "Filetype not allowed"}]}
            return told({"id": False, "message": "", "upload_result": result}, 201)
        digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        marks = request.content.partition(b'"items_id":"')[2]
        id = int(marks.partition(b'"')[0])
        about: dict[str, object] = {"filename": filed, "sha1sum": digest}
        self.files.append((id, about, content))
        return told({"id": len(self.files), "message": "Document move succeeded."}, 201)

    def held(self) -> list[Held]:
        return [
            Held(
                key=f"#{id}",
                title=str(row["name"]),
                text=shown_html(str(row["content"])),
                state=str(row["status"]),
                notes=[
                    Note(
                        text=shown_html(str(note["content"])),
                        internal=note.get("is_private") == 1,
                        actor=str(note["users_id"]),
                    )
                    for note in self.notes
                    if note["items_id"] == id
                ],
                files={
                    str(about["filename"]): content for of, about, content in self.files if of == id
                },
            )
            for id, row in self.tickets.items()
        ]

    def says(self, key: str, text: str) -> None:
        asked: dict[str, object] = {"items_id": key[1:], "content": f"<p>{text}</p>"}
        self._note("ITILFollowup", asked, ANNA)

    def moves(self, key: str, state: str) -> None:
        self._move(self.tickets[int(key[1:])], int(state), ANNA)

    def removes(self, key: str) -> None:
        del self.tickets[int(key[1:])]


def _input(request: Request) -> dict[str, object]:
    found = request.json()["input"]
    assert isinstance(found, dict)
    return found
