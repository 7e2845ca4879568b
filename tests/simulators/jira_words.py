"""The words of a project of Jira: its statuses, fields and documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tests.simulators.simulator import Reply, Request, told

STATUSES = {
    "To Do": "new",
    "In Progress": "indeterminate",
    "Waiting for vendor": "indeterminate",
    "Done": "done",
}
RESOLUTIONS = ("Done", "Won't Do", "Duplicate")
ENDING = {
    "resolution": {
        "required": True,
        "hasDefaultValue": False,
        "allowedValues": [{"name": name} for name in RESOLUTIONS],
    }
}
_PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")
CREATE_FIELDS: list[dict[str, object]] = [
    {"fieldId": "project", "required": True, "hasDefaultValue": False},
    {"fieldId": "issuetype", "required": True, "hasDefaultValue": False},
    {"fieldId": "summary", "required": True, "hasDefaultValue": False},
    {"fieldId": "description", "required": False},
    {"fieldId": "labels", "required": False},
    {"fieldId": "priority", "allowedValues": [{"name": name} for name in _PRIORITIES]},
    {"fieldId": "customfield_10021", "required": True, "hasDefaultValue": False},
]


@dataclass(kw_only=True)
class Issue:
    """An issue and what happened to it."""

    id: str
    key: str
    summary: str
    description: object
    labels: list[str]
    updated: datetime
    status: str = "To Do"
    resolution: str = ""
    assignee: str = ""
    comments: list[dict[str, object]] = field(default_factory=list)
    changes: list[dict[str, object]] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)


def shown_status(name: str) -> dict[str, object]:
    """Show a status with its category."""
    number = str(list(STATUSES).index(name) + 1)
    return {"id": number, "name": name, "statusCategory": {"key": STATUSES[name]}}


def since_then(moment: datetime) -> str:
    """Write a time as Jira does."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def document_problems(name: str, value: object) -> dict[str, str]:
    """Find what is wrong with a document: no text may be empty, and nothing may be unknown."""
    if not isinstance(value, dict) or (value.get("type"), value.get("version")) != ("doc", 1):
        return {name: "Operation value must be an Atlassian Document (see the ADF docs)"}
    ok = all(_is_paragraph(block) for block in value["content"])
    too_long = len(plain(value)) > 32_767
    return {} if ok and not too_long else {name: "INVALID_INPUT"}


def field_problems(fields: dict[str, object]) -> dict[str, str]:
    """Find what is wrong with the fields that every issue has."""
    summary, labels = str(fields.get("summary", "")), fields.get("labels", [])
    assert isinstance(labels, list)
    errors = document_problems("description", fields.get("description"))
    if not summary or len(summary) > 255 or "\n" in summary:
        errors["summary"] = "The summary is invalid because it contains newline characters."
    if any(" " in label or len(label) > 255 for label in labels):
        errors["labels"] = "The label contains spaces which is invalid."
    return errors


def _is_paragraph(block: dict[str, object]) -> bool:
    content = block.get("content", [])
    assert isinstance(content, list)
    return block.get("type") == "paragraph" and all(
        one["type"] == "hardBreak" or (one["type"] == "text" and one["text"] != "")
        for one in content
    )


def plain(document: object) -> str:
    """Show the text that people see."""
    if not isinstance(document, dict):
        return str(document or "")
    blocks = [
        "".join("\n" if one["type"] == "hardBreak" else one["text"] for one in block["content"])
        for block in document["content"]
    ]
    return "\n\n".join(blocks)


def matches(issue: Issue, jql: str) -> bool:
    """Answer the two questions that a marker needs, words of a text as loosely as Jira does."""
    label = re.search(r'labels = "([^"]+)"', jql)
    words = re.search(r'description ~ "\\"([^"\\]+)\\""', jql)
    assert label
    loosely = words is not None and words[1].split("-")[0] in plain(issue.description)
    return label[1] in issue.labels or loosely


def wrong(errors: Mapping[str, str], *messages: str) -> Reply:
    """Answer as to a request that cannot be taken."""
    return told({"errorMessages": list(messages), "errors": dict(errors)}, status=400)


def page(name: str, rows: list[dict[str, object]], request: Request) -> Reply:
    """Give three at a time, whatever is asked for, as a site may."""
    start = int(request.query.get("startAt", 0))
    return told({name: rows[start : start + 3], "startAt": start, "total": len(rows)})
