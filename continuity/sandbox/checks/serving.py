"""Start a service in a cell and ask it on the loopback that the two have for themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

from pydantic import Field

from continuity.domain.failure import IsolationError, ToolError
from continuity.domain.text import N_, Message, say, shown
from continuity.domain.written import Duration, duration_from_text
from continuity.sandbox.cell import Cell
from continuity.sandbox.checks.check import ProgramCheck, filled
from continuity.sandbox.checks.inside import told_inside
from continuity.sandbox.isolation import Isolation

_STARTING = timedelta(seconds=30)


class ServiceCheck(ProgramCheck):
    """A service runs in the sandbox on what was restored, and must answer."""

    start: tuple[str, ...] = Field(
        min_length=1,
        description="program and arguments of the service; {tree} is where everything was "
        "restored, {home} a directory to write in",
        examples=[["python3", "-m", "http.server", "8080", "--directory", "{tree}/srv/site"]],
    )
    port: int = Field(ge=1, le=65_535, description="port of 127.0.0.1 on which it listens")
    wait: Duration = Field(
        default=duration_from_text("60s"), description="it must answer within this time"
    )


def asked_service(
    cell: Cell, check: ServiceCheck, more: Mapping[str, object]
) -> Mapping[str, object]:
    """Start it, ask it and give what came of it.

    Raises IsolationError without a network of its own, where the live service might answer, and
    ToolError when it could not be started.
    """
    if cell.isolation is not Isolation.A:
        raise IsolationError(
            say(
                N_(
                    "A service is only started where the sandbox has a network of its own: else"
                    " it might reach, or be taken for, the live one."
                )
            ),
            remedy=say(N_("See why level A is not reached: continuity doctor")),
        )
    request = {"port": check.port, "seconds": check.wait.total_seconds(), **more}
    words = (json.dumps(request), *filled(check.start, cell))
    told = told_inside(cell, "service", words, check.wait + _STARTING)
    if told.get("state") == "not-started":
        said = shown(str(told.get("said")).encode("utf-8", "surrogateescape"))
        raise ToolError(say(N_("It could not be started: {said}"), said=said))
    return told


def not_answered(told: Mapping[str, object], check: ServiceCheck) -> Message:
    """Say how a service failed to answer."""
    if told.get("state") == "ended":
        return say(N_("the service ended with code {code}"), code=int(str(told.get("code"))))
    return say(N_("no answer within {seconds} s"), seconds=round(check.wait.total_seconds()))
