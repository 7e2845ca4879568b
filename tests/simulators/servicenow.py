"""One instance of ServiceNow, as its Table and Attachment interfaces show it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from tests.simulators.held import Held, Note, Ticking
from tests.simulators.servicenow_words import (
    CHOICES,
    MATRIX,
    failure,
    journal_shown,
    labelled,
    matching,
    stamped,
)
from tests.simulators.simulator import Nasty, Reply, Request, told

USER, PASSWORD, CLIENT = "continuity", "Sn0w/pass+word!", "0a1b2c3d4e5f"
_READ_ONLY = ("7", "8")
_FIELDS = {"state", "number", "short_description", "description", "caller_id", "impact"}
_FIELDS |= {"urgency", "category", "assignment_group", "cmdb_ci", "correlation_id", "priority"}
_FIELDS |= {"correlation_display", "close_code", "close_notes", "hold_reason", "assigned_to"}
_POLICY = "Data Policy Exception: The following fields are mandatory: "


@dataclass(kw_only=True)
class ServiceNow:
    """Values are text, duplicates are allowed, unknown fields are passed over without a word.

    ``partial``: that many answers are cut short. ``blank``: the account cannot see choices.
    ``silent_journal``: it cannot read notes. ``token_uses``: that many requests use up a token.
    """

    nasty: Nasty
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    journal: list[dict[str, str]] = field(default_factory=list)
    files: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    slas: list[dict[str, str]] = field(default_factory=list)
    clock: Ticking = field(default_factory=Ticking)
    choices: dict[str, list[str]] = field(default_factory=lambda: dict(CHOICES))
    partial: int = 0
    blank: bool = False
    silent_journal: bool = False
    wrong_hash: bool = False
    token: str = ""
    token_uses: int = 0
    tokens: int = 0

    def answer(self, request: Request) -> Reply:
        if request.path == "/oauth_token.do":
            return self._token(request)
        if not self._is_known(request):
            return failure(401, "User Not Authenticated", "Required to provide Auth information")
        if self.partial > 0 and request.method == "GET":
            self.partial -= 1
            return told(
                {"result": [], "error": {"message": "maximum execution time exceeded"}}, 206
            )
        return self._serve(request)

    def _serve(self, request: Request) -> Reply:
        match request.method, request.parts[2:]:
            case "GET", ("table", "incident", id):
                row = self.rows.get(id)
                return self._told(row, request) if row else failure(404, "No Record found")
            case "GET", ("table", name):
                return self._table(name, request)
            case "POST", ("table", "incident"):
                return self._create(request)
            case "PATCH", ("table", "incident", id):
                return self._update(id, request)
            case _, ("attachment", *_):
                return self._attachment(request)
        return failure(404, "Requested URI does not represent any resource")

    def _token(self, request: Request) -> Reply:
        form = {name: one[0] for name, one in parse_qs(request.content.decode()).items()}
        if (form["client_id"], form["client_secret"]) != (CLIENT, PASSWORD):
            line = {"error": "access_denied", "error_description": f"no {form['client_secret']}"}
            return told(line, 401)
        self.tokens += 1
        self.token, self.token_uses = f"tok-{self.tokens:032d}", 3
        return told({"access_token": self.token, "expires_in": 1799, "token_type": "Bearer"})

    def _is_known(self, request: Request) -> bool:
        sent = request.headers.get("authorization", "")
        if sent.startswith("Bearer "):
            self.token_uses -= 1
            return sent == f"Bearer {self.token}" and self.token_uses >= 0
        if "x-sn-apikey" in request.headers:
            return request.headers["x-sn-apikey"] == PASSWORD
        return bool(sent) and request.login() == (USER, PASSWORD)

    def _table(self, name: str, request: Request) -> Reply:
        query = request.query.get("sysparm_query", "")
        if name == "sys_journal_field" and self.silent_journal:
            return failure(403, "Insufficient rights to query records")
        choices = [] if self.blank else self._choices()
        tables: Mapping[str, list[dict[str, str]]] = {
            "incident": list(self.rows.values()),
            "sys_journal_field": self.journal,
            "sys_choice": choices,
            "sys_user": [{"user_name": USER, "name": "Continuity"}],
            "task_sla": self.slas,
        }
        if name not in tables:
            return failure(400, f"Invalid table {name}")
        start = int(request.query.get("sysparm_offset", 0))
        end = start + int(request.query.get("sysparm_limit", 10_000))
        found = matching(tables[name], query)[start:end]
        return told({"result": [self._shown(row, request) for row in found]})

    def _choices(self) -> list[dict[str, str]]:
        return [
            {
                "name": "incident",
                "element": element,
                "value": value,
                "label": value,
                "inactive": "false",
            }
            for element, values in self.choices.items()
            for value in values
        ]

    def _told(self, row: dict[str, str], request: Request, status: int = 200) -> Reply:
        return told({"result": self._shown(row, request)}, status)

    @staticmethod
    def _shown(row: dict[str, str], request: Request) -> dict[str, object]:
        asked = request.query.get("sysparm_fields", "")
        names = asked.split(",") if asked else list(row)
        if request.query.get("sysparm_display_value") != "all":
            return {name: row.get(name, "") for name in names}
        return {
            name: {"value": row.get(name, ""), "display_value": labelled(name, row.get(name, ""))}
            for name in names
        }

    def _create(self, request: Request) -> Reply:
        asked = {name: str(value) for name, value in request.json().items()}
        refused = [name for name in self.nasty.refused_fields if name in asked]
        if refused:
            return failure(403, "Operation Failed", f"ACL denies writing {', '.join(refused)}")
        number = len(self.rows) + 1
        id = hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()
        row = {"sys_id": id, "number": f"INC{number:07d}", "state": "1", "active": "true"}
        row |= {"impact": "3", "urgency": "3", "assigned_to": "", "close_code": ""}
        row["sys_created_on"] = stamped(self.clock())
        self.rows[id] = row
        self._write(row, asked, USER)
        return self._told(row, request, 201)

    def _update(self, id: str, request: Request) -> Reply:
        row = self.rows.get(id)
        if row is None:
            return failure(404, "No Record found", "Record doesn't exist or ACL restricts it")
        asked = {name: str(value) for name, value in request.json().items()}
        after = {**row, **asked}
        if row["state"] in _READ_ONLY and set(asked) & _FIELDS:
            return failure(403, "Operation Failed", "Closed incidents are read only")
        missing = [name for name in ("close_code", "close_notes") if not after.get(name)]
        if after["state"] in {"6", "7"} and missing:
            return failure(403, "Operation Failed", _POLICY + ", ".join(missing))
        if after["state"] == "3" and not after.get("hold_reason"):
            return failure(403, "Operation Failed", _POLICY + "hold_reason")
        self._write(row, asked, USER)
        return self._told(row, request)

    def _write(self, row: dict[str, str], asked: Mapping[str, str], by: str) -> None:
        at = stamped(self.clock())
        limits = {"short_description": 160, "description": 4000, "close_notes": 4000}
        kept = {name: text for name, text in asked.items() if name in _FIELDS}
        row |= {name: text[: limits.get(name, 100)] for name, text in kept.items()}
        row |= {"sys_updated_on": at, "sys_updated_by": by}
        row["priority"] = MATRIX[row["impact"], row["urgency"]]
        row["active"] = "false" if row["state"] in _READ_ONLY else "true"
        for element in ("work_notes", "comments"):
            if asked.get(element):
                said = {"element_id": row["sys_id"], "element": element, "value": asked[element]}
                self.journal.append({**said, "sys_created_by": by, "sys_created_on": at})

    def _attachment(self, request: Request) -> Reply:
        if request.method == "GET":
            found = matching([row for row, _ in self.files], request.query["sysparm_query"])
            return told({"result": found})
        assert request.parts[2:] == ("attachment", "file")
        id = request.query["table_sys_id"]
        if id not in self.rows:
            return failure(404, "No Record found")
        digest = "0" * 64 if self.wrong_hash else hashlib.sha256(request.content).hexdigest()
        row = {"sys_id": f"{len(self.files):032x}", "file_name": request.query["file_name"]}
        row |= {"table_name": request.query["table_name"], "table_sys_id": id, "hash": digest}
        row["content_type"] = request.headers["content-type"]
        self.files.append((row, request.content))
        return told({"result": row}, 201)

    def held(self) -> list[Held]:
        return [
            Held(
                key=row["number"],
                title=row["short_description"],
                text=row["description"],
                state=f"{row['state']} {row['close_code'] if row['state'] in '67' else ''}".strip(),
                notes=[
                    Note(
                        text=journal_shown(one["value"]),
                        internal=one["element"] == "work_notes",
                        actor=one["sys_created_by"],
                    )
                    for one in self.journal
                    if one["element_id"] == row["sys_id"]
                ],
                files={
                    about["file_name"]: content
                    for about, content in self.files
                    if about["table_sys_id"] == row["sys_id"]
                },
            )
            for row in self.rows.values()
        ]

    def _row(self, key: str) -> dict[str, str]:
        return next(row for row in self.rows.values() if row["number"] == key)

    def says(self, key: str, text: str) -> None:
        self._write(self._row(key), {"comments": text}, "anna")

    def moves(self, key: str, state: str) -> None:
        ending = {"close_code": "User error", "close_notes": "Done by hand."}
        self._write(self._row(key), {"state": state, **ending}, "anna")

    def removes(self, key: str) -> None:
        del self.rows[self._row(key)["sys_id"]]
