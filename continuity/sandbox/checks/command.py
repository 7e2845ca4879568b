"""Does a program of the owner's choice end as it should on what was restored?"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from continuity.domain.failure import ToolError
from continuity.domain.text import N_, Message, say, shown
from continuity.domain.written import Duration, duration_from_text
from continuity.hosts.host import Command, Finished
from continuity.sandbox.checks.check import (
    Answer,
    Asking,
    CheckKind,
    ProgramCheck,
    Subject,
    filled,
    needs_of_program,
    seconds,
)

_NOT_STARTED = frozenset({126, 127})
_LAST_WORDS = 200


class CommandCheck(ProgramCheck):
    """A program runs in the sandbox; its exit code and what it prints are the answer."""

    kind: Literal["command"] = Field(description="a program that runs in the sandbox")
    argv: tuple[str, ...] = Field(
        min_length=1,
        description="program and arguments; {tree} is where everything was restored",
        examples=[["python3", "{tree}/srv/erp/selftest.py"]],
    )
    exit_code: int = Field(default=0, ge=0, le=255, description="the code that is right")
    contains: str | None = Field(default=None, description="what standard output must contain")
    timeout: Duration = Field(
        default=duration_from_text("10m"), description="it counts as not answered after this"
    )


def ask(asking: Asking) -> Answer:
    """Run it in the cell. Raises ToolError when it could not be started."""
    check = asking.check
    if not isinstance(check, CommandCheck):
        raise TypeError(f"{type(check).__name__} is no command")
    ended = asking.cell.run(
        Command(
            argv=filled(check.argv, asking.cell),
            env=dict(asking.environment),
            timeout=seconds(check.timeout),
            grace=5.0,
        )
    )
    if ended.code in _NOT_STARTED and ended.code != check.exit_code:
        raise ToolError(say(N_("It could not be started: {said}"), said=last_words(ended)))
    said = check.contains is None or check.contains.encode() in ended.stdout
    return Answer(
        name=check.name,
        kind=check.kind,
        passed=ended.code == check.exit_code and said,
        expected=_expected(check),
        found=_found(check, ended),
    )


def _expected(check: CommandCheck) -> Message:
    if check.contains is None:
        return say(N_("exit code {code}"), code=check.exit_code)
    text = shown(check.contains.encode())
    return say(N_("exit code {code} and “{text}”"), code=check.exit_code, text=text)


def _found(check: CommandCheck, ended: Finished) -> Message:
    if ended.code != check.exit_code:
        said = last_words(ended)
        return say(N_("exit code {code}: {said}"), code=ended.code, said=said)
    if check.contains is not None and check.contains.encode() not in ended.stdout:
        return say(N_("exit code {code}, and the text is not there"), code=ended.code)
    return say(N_("exit code {code}"), code=ended.code)


def last_words(ended: Finished) -> str:
    """Give the end of what a program complained about, or printed, safe to show."""
    words = ended.stderr.split() or ended.stdout.split()
    return shown(b" ".join(words)[-_LAST_WORDS:]) or "-"


CHECK = CheckKind(
    name="command",
    options=CommandCheck,
    subjects=frozenset(Subject),
    ask=ask,
    needs=needs_of_program,
)
