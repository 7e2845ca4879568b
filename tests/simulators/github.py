"""The issues of one repository, as GitHub's REST interface shows them."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from tests.simulators.held import Held, Note, Ticking, stamp
from tests.simulators.simulator import Nasty, Reply, Request, told

TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
ME, ANNA = "continuity-bot", "anna"
_NOWHERE = told({"message": "Not Found"}, status=404)


def rendered(markdown: str) -> str:
    """Show the text that people see of escaped Markdown."""
    seen = re.sub(r"<!--.*?-->", "", markdown)
    return re.sub(r"\\([!-/:-@\[-`{-~])|&(\w+);", _shown_mark, seen).replace("\u00a0", " ")


def _shown_mark(found: re.Match[str]) -> str:
    return str(found[1]) if found[1] else html.unescape(found[0])


@dataclass(kw_only=True)
class _Issue:
    number: int
    title: str
    body: str
    labels: list[str]
    state: str = "open"
    reason: str | None = None
    at: str
    comments: list[dict[str, object]] = field(default_factory=list)
    events: list[dict[str, object]] = field(default_factory=list)


@dataclass(kw_only=True)
class Github:
    """Labels are made by naming them on an issue; too long ones are refused."""

    nasty: Nasty
    labels: set[str] = field(default_factory=lambda: {"bug", "urgent", "waiting"})
    issues: dict[int, _Issue] = field(default_factory=dict)
    clock: Ticking = field(default_factory=Ticking)
    has_issues: bool = True
    triage: bool = True

    def answer(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return told({"message": "Bad credentials"}, status=401)
        match request.method, request.parts:
            case "GET", ("user",):
                return told({"login": ME})
            case "GET", ("repos", "acme", "it"):
                rights = {"triage": self.triage, "push": self.triage}
                return told(
                    {"full_name": "acme/it", "has_issues": self.has_issues, "permissions": rights}
                )
            case "GET", ("repos", "acme", "it", "labels", name):
                return told({"name": name}) if name in self.labels else _NOWHERE
            case _, ("repos", "acme", "it", "issues", *rest):
                return self._issues(request, rest)
        return _NOWHERE

    def _issues(self, request: Request, rest: list[str]) -> Reply:
        if not self.has_issues:
            return told({"message": "Issues are disabled for this repo"}, status=410)
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
            case "PATCH", []:
                return self._change(issue, request.json())
            case "POST", ["comments"]:
                return told(self._comment(issue, str(request.json()["body"]), ME), status=201)
            case "GET", ["comments"]:
                return _page(_since(issue.comments, request, "updated_at"), request)
            case "GET", ["events"]:
                return _page(issue.events, request)
        return _NOWHERE

    def _make(self, request: Request) -> Reply:
        asked = request.json()
        labels = asked.get("labels", [])
        title, body = str(asked.get("title", "")), str(asked.get("body", ""))
        assert isinstance(labels, list)
        wrong = [("labels", any(len(str(one)) > 50 for one in labels))]
        wrong += [("title", not title or len(title) > 256), ("body", len(body) > 65_536)]
        wrong += [(name, True) for name in self.nasty.refused_fields]
        bad = [name for name, is_wrong in wrong if is_wrong]
        if bad:
            errors = [{"resource": "Issue", "field": one, "code": "invalid"} for one in bad]
            return told({"message": "Validation Failed", "errors": errors}, status=422)
        number = len(self.issues) + 1
        self.labels |= set(labels)
        at = stamp(self.clock())
        issue = _Issue(number=number, title=title, body=body, labels=labels, at=at)
        self.issues[number] = issue
        return told(self._shown(issue), status=201)

    def _list(self, request: Request) -> Reply:
        wanted = set(request.query.get("labels", "").split(",")) - {""}
        found = [one for one in self.issues.values() if wanted <= set(one.labels)]
        state = request.query.get("state", "open")
        shown = [self._shown(one) for one in found if state in {"all", one.state}]
        shown = _since(shown, request, "updated_at")
        return _page(shown if request.query.get("direction") == "asc" else shown[::-1], request)

    def _change(self, issue: _Issue, asked: dict[str, object]) -> Reply:
        state, labels = asked.get("state"), asked.get("labels")
        if isinstance(labels, list):
            issue.labels = labels
        if isinstance(state, str):
            self._move(issue, state, str(asked.get("state_reason") or ""), ME)
        return told(self._shown(issue))

    def _move(self, issue: _Issue, state: str, reason: str, actor: str) -> None:
        moved = state != issue.state
        issue.state, issue.at = state, stamp(self.clock())
        issue.reason = (reason or "completed") if state == "closed" else None
        if moved:
            word = "closed" if state == "closed" else "reopened"
            event = {"event": word, "actor": {"login": actor}, "created_at": issue.at}
            issue.events.append({**event, "state_reason": issue.reason})

    def _comment(self, issue: _Issue, body: str, actor: str) -> dict[str, object]:
        issue.at = stamp(self.clock())
        number = len(issue.comments) + 1
        made: dict[str, object] = {"id": issue.number * 1000 + number, "body": body}
        made |= {"user": {"login": actor}, "created_at": issue.at, "updated_at": issue.at}
        issue.comments.append(made)
        return made

    @staticmethod
    def _shown(issue: _Issue) -> dict[str, object]:
        return {
            "number": issue.number,
            "html_url": f"https://github.com/acme/it/issues/{issue.number}",
            "title": issue.title,
            "body": issue.body,
            "state": issue.state,
            "state_reason": issue.reason,
            "labels": [{"name": one} for one in issue.labels],
            "assignee": None,
            "updated_at": issue.at,
        }

    def held(self) -> list[Held]:
        return [
            Held(
                key=f"#{one.number}",
                title=one.title,
                text=rendered(one.body),
                state=one.state if one.state == "open" else f"{one.state} {one.reason}",
                notes=[
                    Note(text=rendered(str(said["body"])), internal=False, actor=_login(said))
                    for said in one.comments
                ],
            )
            for one in self.issues.values()
        ]

    def says(self, key: str, text: str) -> None:
        self._comment(self.issues[int(key[1:])], text, ANNA)

    def moves(self, key: str, state: str) -> None:
        self._move(self.issues[int(key[1:])], state, "", ANNA)

    def removes(self, key: str) -> None:
        del self.issues[int(key[1:])]


def _login(comment: dict[str, object]) -> str:
    user = comment["user"]
    assert isinstance(user, dict)
    return str(user["login"])


def _since(rows: list[dict[str, object]], request: Request, name: str) -> list[dict[str, object]]:
    return [row for row in rows if str(row[name]) >= request.query.get("since", "")]


def _page(rows: list[dict[str, object]], request: Request) -> Reply:
    size, page = int(request.query.get("per_page", 30)), int(request.query.get("page", 1))
    return told(rows[(page - 1) * size : page * size])
