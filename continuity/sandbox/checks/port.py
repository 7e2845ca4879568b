"""Does a service that runs on what was restored take connections?"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from continuity.domain.text import N_, say
from continuity.sandbox.checks.check import Answer, Asking, CheckKind, Subject, needs_of_program
from continuity.sandbox.checks.serving import ServiceCheck, asked_service, not_answered


class PortCheck(ServiceCheck):
    """A service takes a connection."""

    kind: Literal["port"] = Field(description="a service in the sandbox takes a connection")


def ask(asking: Asking) -> Answer:
    """Start it in the cell and connect. Raises IsolationError, ToolError, TimedOutError."""
    check = asking.check
    if not isinstance(check, PortCheck):
        raise TypeError(f"{type(check).__name__} is no check of a port")
    told = asked_service(asking.cell, check, {})
    passed = told.get("state") == "answered"
    return Answer(
        name=check.name,
        kind=check.kind,
        passed=passed,
        expected=say(N_("a connection to port {port}"), port=check.port),
        found=say(N_("it answers")) if passed else not_answered(told, check),
    )


CHECK = CheckKind(
    name="port",
    options=PortCheck,
    subjects=frozenset({Subject.FILES}),
    ask=ask,
    needs=needs_of_program,
)
