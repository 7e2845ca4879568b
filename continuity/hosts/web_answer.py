"""Answers over HTTP, and the errors that some of them are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from continuity.domain.failure import (
    AuthenticationError,
    ContinuityError,
    ToolError,
    UnreachableError,
)
from continuity.domain.text import N_, Message, say
from continuity.hosts.web_words import Complaint

UNAUTHORISED = 401
_FORBIDDEN, _TOO_EARLY, _TOO_MANY = 403, 425, 429
_REQUEST_TIMEOUT, _SERVER_ERROR, _UNAVAILABLE = 408, 500, 503


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def value(self) -> object:
        """Read it as JSON; None when it is not."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None


class BusyError(UnreachableError):
    """The other side asks for patience; ``after`` is how long, where it said so."""

    def __init__(self, what: Message, after: timedelta | None) -> None:
        super().__init__(what)
        self.after = after


class LostError(UnreachableError):
    """The request went out, and no whole answer came back."""


class RefusedError(ToolError):
    """The other side understood, and does not do it."""

    def __init__(self, what: Message, *, status: int, fields: tuple[str, ...] = ()) -> None:
        super().__init__(
            what, remedy=say(N_("See whether the address and the names in the settings are right."))
        )
        self.status = status
        self.fields = fields


def is_throttled(answer: Answer) -> bool:
    """Tell whether it only came too often; some say so with 403."""
    if answer.status == _FORBIDDEN:
        spent = answer.headers.get("x-ratelimit-remaining") == "0"
        return spent or "retry-after" in answer.headers
    return answer.status == _TOO_MANY


def error_from_answer(
    name: str, answer: Answer, said: Complaint, after: timedelta | None
) -> ContinuityError:
    """Make the error that an answer is; ``said`` and ``name`` can be shown."""
    code, line = answer.status, said.line
    if is_throttled(answer) or (code == _UNAVAILABLE and after is not None):
        what = N_("{name} asks to wait ({code}). {line}")
        return BusyError(say(what, name=name, code=code, line=line), after)
    if code == UNAUTHORISED:
        what = N_("{name} refused the credentials ({code}). {line}")
        remedy = say(N_("See whether the token has expired, and whose it is."))
        return AuthenticationError(say(what, name=name, code=code, line=line), remedy=remedy)
    if code >= _SERVER_ERROR or code in {_REQUEST_TIMEOUT, _TOO_EARLY}:
        what = N_("{name} is in trouble ({code}). {line}")
        return UnreachableError(say(what, name=name, code=code, line=line))
    what = N_("{name} does not take it ({code}): {line}")
    if code == _FORBIDDEN:
        what = N_("{name} does not allow it to this user ({code}): {line}")
    return RefusedError(say(what, name=name, code=code, line=line), status=code, fields=said.fields)
