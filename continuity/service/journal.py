"""What the service says of itself: a sentence for people, fields for machines, one line each."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO

from continuity.domain.clock import Now, text_from_time
from continuity.domain.failure import ContinuityError
from continuity.domain.text import Message
from continuity.service.journald import Journald

Sentence = Callable[[Message], str]
"""Says a message in the language of the workspace."""


class Level(StrEnum):
    """How much a line matters, in the words of syslog."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


_PRIORITY = {Level.INFO: 6, Level.WARNING: 4, Level.ERROR: 3}


class Form(StrEnum):
    """How lines are written: AUTO is TEXT on a terminal, JOURNALD where that listens, else JSON."""

    AUTO = "auto"
    TEXT = "text"
    JSON = "json"
    JOURNALD = "journald"


@dataclass(frozen=True, kw_only=True)
class Journal:
    """Where lines go, and how they are written; ``form`` is never AUTO here.

    Systemd's journal gets sentence and fields apart, where ``journald`` is given.
    """

    stream: TextIO
    sentence: Sentence
    now: Now
    form: Form = Form.JSON
    journald: Journald | None = None

    def say(
        self, event: str, message: Message, level: Level = Level.INFO, **fields: str | int
    ) -> None:
        """Write one line. No secret is ever among the fields."""
        told = self.sentence(message)
        if self.journald is not None:
            entry = {"event": event, **fields}
            if self.journald.take(told, _PRIORITY[level], entry):
                return
        if self.form is Form.TEXT:
            line = f"{self.now().isoformat(timespec='seconds')} {told}"
        else:
            at = text_from_time(self.now())
            values = {"at": at, "level": level.value, "event": event, "message": told, **fields}
            line = json.dumps(values, ensure_ascii=False)
        # Systemd's journal reads the priority at the beginning of a line.
        prefix = f"<{_PRIORITY[level]}>" if self.form is Form.JOURNALD else ""
        # One write a line: threads must not cut each other's in two.
        self.stream.write(f"{prefix}{' '.join(line.splitlines())}\n")
        self.stream.flush()

    def trouble(self, event: str, error: ContinuityError) -> None:
        """Write what went wrong, with what to do."""
        remedy = {} if error.remedy is None else {"remedy": self.sentence(error.remedy)}
        self.say(event, error.what, Level.ERROR, failure=error.failure.value, **remedy)
