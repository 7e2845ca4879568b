"""One site of Jira's cloud, as its REST interface (version 3) shows it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.simulators.held import Held, Note, Ticking
from tests.simulators.jira_words import (
    CREATE_FIELDS,
    ENDING,
    RESOLUTIONS,
    STATUSES,
    Issue,
    document_problems,
    field_problems,
    matches,
    page,
    plain,
    shown_status,
    since_then,
    wrong,
)
from tests.simulators.simulator import Nasty, Reply, Request, told

USER, TOKEN = "bot@acme.example", "ATATT3xFfGF0T5JVvYhNiQ/+=8D"
ME = {"accountId": "5b10", "displayName": "Continuity", "emailAddress": USER}
ANNA = {"accountId": "9c77", "displayName": "Anna"}
_EMPTY = Reply(status=204)
_NOWHERE = told(
    {
        "errorMessages": ["Issue does not exist or you do not have permission to see it."],
        "errors": {},
    },
    status=404,
)


@dataclass(kw_only=True)
class Jira:
    """A project OPS, whose way to Done asks for a resolution.

    ``strict`` asks for a field more on that way; ``one_way`` has no way back from Done.
    """

    nasty: Nasty
    issues: dict[str, Issue] = field(default_factory=dict)
    clock: Ticking = field(default_factory=Ticking)
    rights: set[str] = field(default_factory=lambda: {"every"})
    strict: bool = False
    one_way: bool = False
    links: dict[str, dict[str, object]] = field(default_factory=dict)

    def answer(self, request: Request) -> Reply:
        sent = base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {sent}":
            return told({"message": "Client must be authenticated to access this resource."}, 401)
        if request.parts[:3] != ("rest", "api", "3"):
            return _NOWHERE
        return self._platform(request, request.parts[3:])

    def _platform(self, request: Request, parts: tuple[str, ...]) -> Reply:
        match request.method, parts:
            case _, ("search",):
                gone = (
                    "The requested API has been removed. Please migrate to /rest/api/3/search/jql"
                )
                return told({"errorMessages": [gone]}, status=410)
            case "POST", ("search", "jql"):
                return self._search(request.json())
            case "POST", ("issue",):
                return self._create(request.json())
            case _, ("issue", "createmeta", *rest):
                return self._meta(rest)
            case _, ("issue", key, *rest):
                return self._of(request, key, rest)
        return self._facts(request, parts)

    def _facts(self, request: Request, parts: tuple[str, ...]) -> Reply:
        match parts:
            case ("myself",):
                return told(ME)
            case ("mypermissions",):
                asked = request.query["permissions"].split(",")
                can = {one: {"havePermission": bool({"every", one} & self.rights)} for one in asked}
                return told({"permissions": can})
            case ("project", "OPS", "statuses"):
                shown = [shown_status(name) for name in STATUSES]
                return told([{"name": "Task", "statuses": shown}])
            case ("resolution",):
                return told([{"name": name} for name in RESOLUTIONS])
            case ("status", number):
                names = [name for name in STATUSES if shown_status(name)["id"] == number]
                return told(shown_status(names[0])) if names else _NOWHERE
        return _NOWHERE

    @staticmethod
    def _meta(rest: list[str]) -> Reply:
        match rest:
            case ["OPS", "issuetypes"]:
                return told({"issueTypes": [{"id": "10002", "name": "Task"}]})
            case ["OPS", "issuetypes", "10002"]:
                return told({"fields": CREATE_FIELDS})
        return _NOWHERE

    def _search(self, asked: dict[str, object]) -> Reply:
        found = [one for one in self.issues.values() if matches(one, str(asked["jql"]))]
        if self.nasty.take("blind"):
            found = found[:-1]
        start = int(str(asked.get("nextPageToken", "0")))
        shown = [self.shown(one, asked.get("fields")) for one in found[start : start + 1]]
        more = {"nextPageToken": str(start + 1)} if len(found) > start + 1 else {}
        return told({"issues": shown, "isLast": not more, **more})

    def _create(self, asked: dict[str, object]) -> Reply:
        fields = asked["fields"]
        assert isinstance(fields, dict)
        known = {str(one["fieldId"]) for one in CREATE_FIELDS} - set(self.nasty.refused_fields)
        unknown = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."
        errors = {name: unknown.format(name) for name in fields if name not in known}
        errors |= field_problems(fields)
        if errors:
            return wrong(errors)
        return told(self.made(fields), status=201)

    def made(self, fields: dict[str, object]) -> dict[str, object]:
        """Make an issue of fields that were looked at."""
        number = len(self.issues) + 1
        labels = fields.get("labels", [])
        assert isinstance(labels, list)
        issue = Issue(
            id=str(10_000 + number),
            key=f"OPS-{number}",
            summary=str(fields["summary"]),
            description=fields.get("description"),
            labels=list(labels),
            updated=self.clock(),
        )
        self.issues[issue.key] = issue
        return {"id": issue.id, "key": issue.key, "self": f"https://acme/rest/api/3/{issue.id}"}

    def issue(self, name: str) -> Issue | None:
        """Find an issue by its key or its id."""
        return next((one for one in self.issues.values() if name in {one.id, one.key}), None)

    def _of(self, request: Request, name: str, rest: list[str]) -> Reply:
        issue = self.issue(name)
        if issue is None:
            return _NOWHERE
        actions: dict[tuple[str, ...], Callable[[Issue, Request], Reply]] = {
            ("GET",): lambda one, asked: told(self.shown(one, asked.query["fields"].split(","))),
            ("PUT",): self._label,
            ("GET", "comment"): lambda one, asked: page("comments", one.comments, asked),
            ("POST", "comment"): self._comment,
            ("GET", "changelog"): lambda one, asked: page("values", one.changes, asked),
            ("GET", "transitions"): self._ways,
            ("POST", "transitions"): self._go,
            ("POST", "attachments"): self._upload,
            ("POST", "remotelink"): self._link,
        }
        action = actions.get((request.method, *rest))
        return action(issue, request) if action else _NOWHERE

    def shown(self, issue: Issue, fields: object) -> dict[str, object]:
        """Show the fields that were asked for; nothing but ids when none were."""
        assert isinstance(fields, list)
        resolution = {"name": issue.resolution} if issue.resolution else None
        every: dict[str, object] = {
            "summary": issue.summary,
            "description": issue.description,
            "labels": issue.labels,
            "status": shown_status(issue.status),
            "resolution": resolution,
            "assignee": {"displayName": issue.assignee} if issue.assignee else None,
            "updated": since_then(issue.updated),
            "attachment": [
                {"id": str(number), "filename": name, "size": len(content)}
                for number, (name, content) in enumerate(issue.files, start=1)
            ],
        }
        asked = {name: value for name, value in every.items() if name in fields}
        return {"id": issue.id, "key": issue.key, "fields": asked}

    def _label(self, issue: Issue, request: Request) -> Reply:
        update = request.json().get("update")
        assert isinstance(update, dict)
        issue.labels += [one["add"] for one in update["labels"]]
        return _EMPTY

    def _comment(self, issue: Issue, request: Request) -> Reply:
        asked = request.json()
        errors = document_problems("comment", asked.get("body"))
        if errors:
            return wrong(errors)
        properties = asked.get("properties", [])
        internal = {"key": "sd.public.comment", "value": {"internal": True}}
        assert isinstance(properties, list)
        return told(self.say(issue, asked["body"], ME, internal in properties), status=201)

    def say(
        self, issue: Issue, body: object, author: dict[str, str], internal: bool
    ) -> dict[str, object]:
        """Write a comment on an issue."""
        issue.updated = self.clock()
        said = {"id": str(len(issue.comments) + 1), "body": body, "author": author}
        issue.comments.append({**said, "created": since_then(issue.updated), "internal": internal})
        return issue.comments[-1]

    def _ways(self, issue: Issue, request: Request) -> Reply:
        assert request.query.get("expand") == "transitions.fields"
        ways = [name for name in STATUSES if name != issue.status]
        if self.one_way and issue.status == "Done":
            ways = []
        more = (
            {"customfield_10050": {"required": True, "name": "Root cause"}} if self.strict else {}
        )
        shown = [
            {
                "id": shown_status(name)["id"],
                "name": f"Go to {name}",
                "to": shown_status(name),
                "fields": {**ENDING, **more} if name == "Done" else {},
            }
            for name in ways
        ]
        return told({"transitions": shown})

    def _go(self, issue: Issue, request: Request) -> Reply:
        asked = request.json()
        transition, fields = asked["transition"], asked.get("fields", {})
        assert isinstance(transition, dict)
        assert isinstance(fields, dict)
        names = [name for name in STATUSES if shown_status(name)["id"] == transition["id"]]
        if not names or names[0] == issue.status:
            return wrong(
                {}, "It seems that you have tried to perform an illegal workflow operation."
            )
        needed = ["resolution", *(["customfield_10050"] if self.strict else [])]
        errors = {one: f"{one} is required." for one in needed if one not in fields}
        if names[0] == "Done" and errors:
            return wrong(errors)
        resolution = fields["resolution"]["name"] if names[0] == "Done" else ""
        self.go(issue, names[0], resolution, ME)
        return _EMPTY

    def go(self, issue: Issue, to: str, resolution: str, author: dict[str, str]) -> None:
        """Move an issue and write it into its history."""
        old, issue.status, issue.resolution = issue.status, to, resolution
        issue.updated = self.clock()
        item = {"field": "status", "fromString": old, "toString": to, "to": shown_status(to)["id"]}
        at = since_then(issue.updated)
        issue.changes.append({"author": author, "created": at, "items": [item]})

    def _upload(self, issue: Issue, request: Request) -> Reply:
        if request.headers.get("x-atlassian-token") != "no-check":
            return Reply(status=403, content=b"XSRF check failed")
        name, file_name, content = request.form_file()
        assert name == "file"
        issue.files.append((file_name, content))
        return told([{"id": str(len(issue.files)), "filename": file_name, "size": len(content)}])

    def _link(self, issue: Issue, request: Request) -> Reply:
        asked = request.json()
        new = str(asked["globalId"]) not in self.links
        self.links[str(asked["globalId"])] = {"issue": issue.key, **asked}
        return told({"id": 1}, status=201 if new else 200)

    def held(self) -> list[Held]:
        return [
            Held(
                key=one.key,
                title=one.summary,
                text=plain(one.description),
                state=f"{one.status} {one.resolution}".strip(),
                notes=[
                    Note(
                        text=plain(said["body"]),
                        internal=said["internal"] is True,
                        actor=str(said["author"]),
                    )
                    for said in one.comments
                ],
                files=dict(one.files),
            )
            for one in self.issues.values()
        ]

    def says(self, key: str, text: str) -> None:
        words = [{"type": "text", "text": text}]
        body = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": words}]}
        self.say(self.issues[key], body, ANNA, internal=False)

    def moves(self, key: str, state: str) -> None:
        self.go(self.issues[key], state, "Done" if state == "Done" else "", ANNA)

    def removes(self, key: str) -> None:
        del self.issues[key]
