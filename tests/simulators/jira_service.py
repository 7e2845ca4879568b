"""A service desk in front of a project of Jira, as its REST interface shows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.simulators.held import Held
from tests.simulators.jira import Jira
from tests.simulators.jira_words import document_problems
from tests.simulators.simulator import Nasty, Reply, Request, told

_FIELDS: list[dict[str, object]] = [
    {"fieldId": "summary", "name": "Summary", "required": True, "validValues": []},
    {"fieldId": "description", "name": "What is it?", "required": True, "validValues": []},
    {"fieldId": "customfield_10030", "name": "Site", "required": True, "validValues": []},
    {
        "fieldId": "priority",
        "name": "Urgency",
        "required": False,
        "validValues": [{"value": "2", "label": "High"}, {"value": "4", "label": "Low"}],
    },
]


def trouble(line: str, status: int) -> Reply:
    """Answer as this interface does when it does not."""
    key = {"i18nKey": "sd.error", "parameters": []}
    return told({"errorMessage": line, "i18nErrorMessage": key}, status=status)


@dataclass(kw_only=True)
class JiraService:
    """Desk 7 of project OPS; ``agent`` says whether the account may see clocks."""

    jira: Jira
    agent: bool = True
    temporary: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    clocks: list[dict[str, object]] = field(default_factory=list)
    public_files: list[str] = field(default_factory=list)
    customers: list[str] = field(default_factory=list)

    @property
    def nasty(self) -> Nasty:
        return self.jira.nasty

    @nasty.setter
    def nasty(self, nasty: Nasty) -> None:
        self.jira.nasty = nasty

    def answer(self, request: Request) -> Reply:
        if request.parts[:2] != ("rest", "servicedeskapi"):
            return self.jira.answer(request)
        if not request.headers.get("authorization", "").startswith("Basic "):
            return trouble("Login required", 401)
        return self._serve(request)

    def _serve(self, request: Request) -> Reply:
        match request.method, request.parts[2:]:
            case "GET", ("servicedesk",):
                desks = [{"id": "3", "projectKey": "HR"}, {"id": "7", "projectKey": "OPS"}]
                return _page(desks, request)
            case "GET", ("servicedesk", "7", "requesttype"):
                return _page([{"id": "20", "name": "Ask"}, {"id": "21", "name": "Report"}], request)
            case "GET", ("servicedesk", "7", "requesttype", "21", "field"):
                return told({"requestTypeFields": _FIELDS, "canRaiseOnBehalfOf": True})
            case "POST", ("servicedesk", "7", "attachTemporaryFile"):
                return self._lay_down(request)
            case "POST", ("request",):
                return self._create(request.json())
            case _, ("request", name, *rest):
                return self._of(request, name, rest)
        return trouble("No such place", 404)

    def _create(self, asked: dict[str, object]) -> Reply:
        values = asked["requestFieldValues"]
        assert isinstance(values, dict)
        if (asked["serviceDeskId"], asked["requestTypeId"]) != ("7", "21"):
            return trouble("The request type does not belong to the service desk.", 400)
        if asked.get("isAdfRequest") is not True or document_problems("d", values["description"]):
            return trouble("description must be an Atlassian Document", 400)
        known = {str(one["fieldId"]) for one in _FIELDS} - set(self.nasty.refused_fields)
        unknown = sorted(set(values) - known)
        missing = sorted({str(one["fieldId"]) for one in _FIELDS if one["required"]} - set(values))
        if unknown or missing:
            line = f"The fields are not valid for this request type: {', '.join(unknown + missing)}"
            return trouble(line, 400)
        self.customers.append(str(asked.get("raiseOnBehalfOf", "")))
        made = self.jira.made(values)
        links = {"web": f"https://acme/servicedesk/customer/portal/7/{made['key']}"}
        shown = {"issueId": made["id"], "issueKey": made["key"], "_links": links}
        return told({**shown, "currentStatus": {"statusCategory": "NEW"}}, status=201)

    def _lay_down(self, request: Request) -> Reply:
        if request.headers.get("x-atlassian-token") != "no-check":
            return trouble("XSRF check failed", 403)
        name, file_name, content = request.form_file()
        assert name == "file"
        number = f"temp-{len(self.temporary)}"
        self.temporary[number] = (file_name, content)
        laid = {"temporaryAttachmentId": number, "fileName": file_name}
        return told({"temporaryAttachments": [laid]}, status=201)

    def _of(self, request: Request, name: str, rest: list[str]) -> Reply:
        issue = self.jira.issue(name)
        if issue is None:
            return trouble("Issue does not exist or you do not have permission to see it.", 404)
        if rest == ["sla"]:
            return _page(self.clocks, request) if self.agent else trouble("Not an agent", 403)
        assert rest == ["attachment"]
        asked = request.json()
        numbers = asked["temporaryAttachmentIds"]
        assert isinstance(numbers, list)
        files = [self.temporary.pop(number) for number in numbers]
        issue.files += files
        self.public_files += [file for file, _ in files if asked["public"]]
        return told({"comment": {"id": "1"}}, status=201)

    def held(self) -> list[Held]:
        return self.jira.held()

    def says(self, key: str, text: str) -> None:
        self.jira.says(key, text)

    def moves(self, key: str, state: str) -> None:
        self.jira.moves(key, state)

    def removes(self, key: str) -> None:
        self.jira.removes(key)


def _page(rows: list[dict[str, object]] | list[dict[str, str]], request: Request) -> Reply:
    """Give one at a time, whatever is asked for."""
    start = int(request.query.get("start", 0))
    last = start + 1 >= len(rows)
    return told({"start": start, "size": 1, "isLastPage": last, "values": rows[start : start + 1]})
