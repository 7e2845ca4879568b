"""The issues of one project, as GitLab's REST interface shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.simulators.github import rendered
from tests.simulators.held import Held, Note, Ticking, stamp
from tests.simulators.simulator import Nasty, Reply, Request, told

TOKEN = "glpat-Xy7wTq2mPz9LrVbN3kDs"
ME, ANNA = "continuity-bot", "anna"
_NOWHERE = told({"message": "404 Not found"}, status=404)
_COMMANDS = re.compile(r"^/(close|reopen|assign|label|confidential|duplicate|delete)\b.*$", re.M)
_UPLOAD = re.compile(r"!?\[[^\]]*\]\((/uploads/[0-9a-f]{32}/[^)]+)\)")


@dataclass(kw_only=True)
class _Issue:
    iid: int
    title: str
    description: str
    labels: list[str]
    confidential: bool
    kind: str
    state: str = "opened"
    at: str
    notes: list[dict[str, object]] = field(default_factory=list)
    events: list[dict[str, object]] = field(default_factory=list)


@dataclass(kw_only=True)
class Gitlab:
    """Lines that begin with a slash are commands, and a note of commands alone is none."""

    nasty: Nasty
    labels: set[str] = field(default_factory=lambda: {"bug", "waiting", "twice"})
    issues: dict[int, _Issue] = field(default_factory=dict)
    uploads: dict[str, bytes] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    clock: Ticking = field(default_factory=Ticking)
    level: int = 20
    issues_level: str = "enabled"

    def answer(self, request: Request) -> Reply:
        if request.headers.get("private-token") != TOKEN:
            return told({"message": "401 Unauthorized"}, status=401)
        match request.method, request.parts[2:]:
            case "GET", ("user",):
                return told({"id": 7, "username": ME})
            case "GET", ("projects", "acme/it"):
                return told(self._project())
            case "GET", ("projects", "acme/it", "labels", name):
                return told({"name": name}) if name in self.labels else _NOWHERE
            case "POST", ("projects", "acme/it", "uploads"):
                return self._upload(request)
            case _, ("projects", "acme/it", "issues", *rest):
                return self._issues(request, rest)
        return _NOWHERE

    def _project(self) -> dict[str, object]:
        access = {"project_access": None, "group_access": {"access_level": self.level}}
        return {"id": 3, "issues_access_level": self.issues_level, "permissions": access}

    def _issues(self, request: Request, rest: list[str]) -> Reply:
        if self.issues_level == "disabled":
            return told({"message": "403 Forbidden"}, status=403)
        if not rest:
            return self._make(request) if request.method == "POST" else self._list(request)
        issue = self.issues.get(int(rest[0])) if rest[0].isdigit() else None
        if issue is None:
            return _NOWHERE
        return self._of(issue, request, rest[1:])

    def _of(self, issue: _Issue, request: Request, rest: list[str]) -> Reply:
        match request.method, rest:
            case "GET", []:
                return told(self._shown(issue))
            case "PUT", []:
                return self._change(issue, request.json())
            case "POST", ["notes"]:
                return self._write(issue, request.json())
            case "GET", ["notes"]:
                order = 1 if request.query.get("sort") == "asc" else -1
                return _page(issue.notes[::order], request)
            case "GET", ["resource_state_events"]:
                return _page(issue.events, request)
        return _NOWHERE

    def _make(self, request: Request) -> Reply:
        asked = request.json()
        title, text = str(asked.get("title", "")), str(asked.get("description", ""))
        wrong = {name: ["is invalid"] for name in self.nasty.refused_fields}
        if not title or len(title) > 255:
            wrong["title"] = ["is too long (maximum is 255 characters)"]
        if len(text) > 1_048_576:
            wrong["description"] = ["is too long (maximum is 1048576 characters)"]
        if wrong:
            return told({"message": wrong}, status=400)
        labels = [one.strip() for one in str(asked.get("labels", "")).split(",") if one.strip()]
        number = len(self.issues) + 1
        issue = _Issue(
            iid=number,
            title=title,
            description=self._obeyed(text),
            labels=labels,
            confidential=asked.get("confidential") is True,
            kind=str(asked.get("issue_type", "issue")),
            at=stamp(self.clock()),
        )
        self.labels |= set(labels)
        self.issues[number] = issue
        return told(self._shown(issue), status=201)

    def _obeyed(self, text: str) -> str:
        """Do the commands in a text, and give what is left."""
        self.commands += [found[0] for found in _COMMANDS.finditer(text)]
        return _COMMANDS.sub("", text)

    def _list(self, request: Request) -> Reply:
        wanted = set(request.query.get("labels", "").split(",")) - {""}
        state, since = request.query.get("state", "all"), request.query.get("updated_after", "")
        found = [
            self._shown(one)
            for one in self.issues.values()
            if wanted <= set(one.labels) and state in {"all", one.state} and one.at >= since
        ]
        return _page(found if request.query.get("sort") == "asc" else found[::-1], request)

    def _change(self, issue: _Issue, asked: dict[str, object]) -> Reply:
        event = str(asked.get("state_event", ""))
        after = {"close": "closed", "reopen": "opened"}.get(event, issue.state)
        gone, more = _names(asked.get("remove_labels")), _names(asked.get("add_labels"))
        issue.labels = [one for one in issue.labels if one not in gone] + more
        self._move(issue, after, ME)
        return told(self._shown(issue))

    def _move(self, issue: _Issue, state: str, actor: str) -> None:
        issue.at = stamp(self.clock())
        if state != issue.state:
            word = "closed" if state == "closed" else "reopened"
            event = {"id": 1, "user": {"username": actor}, "state": word, "created_at": issue.at}
            issue.events.append(event)
            self._note(issue, word, actor, system=True)
        issue.state = state

    def _write(self, issue: _Issue, asked: dict[str, object]) -> Reply:
        left = self._obeyed(str(asked["body"]))
        if not left.strip():
            return told({"commands_changes": {}, "summary": ["Done."]}, status=202)
        internal = asked.get("internal") is True
        return told(self._note(issue, left, ME, internal=internal), status=201)

    def _note(
        self,
        issue: _Issue,
        body: str,
        actor: str,
        *,
        internal: bool = False,
        system: bool = False,
    ) -> dict[str, object]:
        issue.at = stamp(self.clock())
        made: dict[str, object] = {"id": issue.iid * 1000 + len(issue.notes), "body": body}
        made |= {"author": {"username": actor}, "created_at": issue.at, "updated_at": issue.at}
        issue.notes.append(made | {"internal": internal, "system": system})
        return made

    def _upload(self, request: Request) -> Reply:
        name, filed, content = request.form_file()
        if name != "file":
            return told({"error": "file is missing"}, status=400)
        url = f"/uploads/{len(self.uploads):032x}/{filed}"
        self.uploads[url] = content
        return told({"alt": filed, "url": url, "markdown": f"[{filed}]({url})"}, status=201)

    @staticmethod
    def _shown(issue: _Issue) -> dict[str, object]:
        return {
            "id": issue.iid + 9000,
            "iid": issue.iid,
            "web_url": f"https://gitlab.com/acme/it/-/issues/{issue.iid}",
            "title": issue.title,
            "description": issue.description,
            "state": issue.state,
            "labels": issue.labels,
            "assignee": None,
            "updated_at": issue.at,
        }

    def held(self) -> list[Held]:
        return [
            Held(
                key=f"#{one.iid}",
                title=one.title,
                text=rendered(one.description),
                state=" ".join([one.state, *sorted(set(one.labels) & {"waiting", "twice"})]),
                notes=[
                    Note(
                        text=rendered(str(said["body"])),
                        internal=said["internal"] is True,
                        actor=str(said["author"]),
                    )
                    for said in _said(one)
                ],
                files=self._files(one),
            )
            for one in self.issues.values()
        ]

    def _files(self, issue: _Issue) -> dict[str, bytes]:
        urls = [url for said in _said(issue) for url in _UPLOAD.findall(str(said["body"]))]
        return {url: self.uploads[url] for url in urls}

    def says(self, key: str, text: str) -> None:
        self._note(self.issues[int(key[1:])], text, ANNA)

    def moves(self, key: str, state: str) -> None:
        self._move(self.issues[int(key[1:])], state, ANNA)

    def removes(self, key: str) -> None:
        del self.issues[int(key[1:])]


def _said(issue: _Issue) -> Iterable[dict[str, object]]:
    return [one for one in issue.notes if not one["system"]]


def _names(value: object) -> list[str]:
    return [one for one in str(value or "").split(",") if one]


def _page(rows: list[dict[str, object]], request: Request) -> Reply:
    size, page = int(request.query.get("per_page", 20)), int(request.query.get("page", 1))
    return told(rows[(page - 1) * size : page * size])
