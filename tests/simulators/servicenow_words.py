"""The words of an instance of ServiceNow: its choices, its matrix and its queries."""

from __future__ import annotations

import re
from datetime import datetime

from tests.simulators.simulator import Reply, told

CHOICES = {
    "state": ["1", "2", "3", "6", "7", "8"],
    "close_code": ["Solution provided", "Workaround provided", "Duplicate", "User error"],
    "hold_reason": ["1", "3", "4", "5"],
    "impact": ["1", "2", "3"],
    "urgency": ["1", "2", "3"],
}
MATRIX = {
    ("1", "1"): "1",
    ("1", "2"): "2",
    ("2", "1"): "2",
    ("1", "3"): "3",
    ("2", "2"): "3",
    ("3", "1"): "3",
    ("2", "3"): "4",
    ("3", "2"): "4",
    ("3", "3"): "5",
}
_STATES = {
    "1": "New",
    "2": "In Progress",
    "3": "On Hold",
    "6": "Resolved",
    "7": "Closed",
    "8": "Canceled",
}


def labelled(name: str, value: str) -> str:
    """Show a value as people see it."""
    return _STATES.get(value, value) if name == "state" else value


def stamped(moment: datetime) -> str:
    """Write a time as the database has it, in UTC."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def failure(status: int, message: str, detail: str = "") -> Reply:
    """Answer as it does when it does not."""
    error = {"message": message, "detail": detail}
    return told({"error": error, "status": "failure"}, status)


def journal_shown(text: str) -> str:
    """Show a note; what stands between two marks is HTML, of which people see the words."""
    shown = re.sub(
        r"\[code\](.*?)\[/code\]", lambda found: re.sub("<[^>]*>", "", found[1]), text, flags=re.S
    )
    return shown.replace("\u2060", "")


def matching(rows: list[dict[str, str]], query: str) -> list[dict[str, str]]:
    """Answer an encoded query; conditions are joined by ^, and alternatives by ^OR."""
    kept, order = list(rows), ""
    for condition in re.split(r"\^(?!OR(?!DERBY))", query):
        if condition.startswith("ORDERBY"):
            order = condition.removeprefix("ORDERBY")
            continue
        alternatives = condition.split("^OR")
        kept = [row for row in kept if any(_holds(row, one) for one in alternatives)]
    return sorted(kept, key=lambda row: row.get(order, "")) if order else kept


def _holds(row: dict[str, str], condition: str) -> bool:
    found = re.fullmatch(r"([a-z_]+)(=|IN|LIKE)(.*)", condition, re.S)
    assert found, condition
    value, wanted = row.get(found[1], ""), found[3]
    match found[2]:
        case "=":
            return value == wanted
        case "IN":
            return value in wanted.split(",")
        case _:
            return wanted in value
