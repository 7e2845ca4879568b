"""Does a service that runs on what was restored give the right page?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from continuity.domain.text import N_, Message, say, shown
from continuity.sandbox.checks.check import Answer, Asking, CheckKind, Subject, needs_of_program
from continuity.sandbox.checks.serving import ServiceCheck, asked_service, not_answered

_MOST = 1 << 20


class HttpCheck(ServiceCheck):
    """A service answers over HTTP; 503 means that it is not ready yet."""

    kind: Literal["http"] = Field(description="a service in the sandbox answers over HTTP")
    path: str = Field(default="/", pattern=r"^/[!-~]*$", description="what is asked for")
    status: int = Field(default=200, ge=100, le=599, description="the status that is right")
    contains: str | None = Field(
        default=None, description="what the first MiB of the answer must contain"
    )


def ask(asking: Asking) -> Answer:
    """Start it in the cell and ask. Raises IsolationError, ToolError, TimedOutError."""
    check = asking.check
    if not isinstance(check, HttpCheck):
        raise TypeError(f"{type(check).__name__} is no check over HTTP")
    told = asked_service(asking.cell, check, {"path": check.path, "most": _MOST})
    right = told.get("state") == "answered" and told.get("status") == check.status
    has_text = check.contains is None or check.contains in str(told.get("body", ""))
    return Answer(
        name=check.name,
        kind=check.kind,
        passed=right and has_text,
        expected=_expected(check),
        found=_found(check, told, has_text),
    )


def _expected(check: HttpCheck) -> Message:
    if check.contains is None:
        return say(N_("status {status}"), status=check.status)
    text = shown(check.contains.encode())
    return say(N_("status {status} and “{text}”"), status=check.status, text=text)


def _found(check: HttpCheck, told: Mapping[str, object], has_text: bool) -> Message:
    if told.get("state") != "answered":
        return not_answered(told, check)
    status = int(str(told.get("status")))
    if status == check.status and not has_text:
        return say(N_("status {status}, and the text is not there"), status=status)
    return say(N_("status {status}"), status=status)


CHECK = CheckKind(
    name="http",
    options=HttpCheck,
    subjects=frozenset({Subject.FILES}),
    ask=ask,
    needs=needs_of_program,
)
