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

Sentence = Callable[[Message], str]
"""Says a message in the language of the workspace."""


class Level(StrEnum):
    """How much a line matters, in the words of syslog."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


# Systemd's journal reads these at the beginning of a line.
_PREFIX = {Level.INFO: "<6>", Level.WARNING: "<4>", Level.ERROR: "<3>"}


@dataclass(frozen=True, kw_only=True)
class Journal:
    """Where lines go: sentences on a terminal, JSON elsewhere."""

    stream: TextIO
    sentence: Sentence
    now: Now
    plain: bool = False
    prefixed: bool = False

    def say(
        self, event: str, message: Message, level: Level = Level.INFO, **fields: str | int
    ) -> None:
        """Write one line. No secret is ever among the fields."""
        told = self.sentence(message)
        if self.plain:
            line = f"{self.now().isoformat(timespec='seconds')} {told}"
        else:
            at = text_from_time(self.now())
            values = {"at": at, "level": level.value, "event": event, "message": told, **fields}
            line = json.dumps(values, ensure_ascii=False)
        prefix = _PREFIX[level] if self.prefixed else ""
        # One write a line: threads must not cut each other's in two.
        self.stream.write(f"{prefix}{' '.join(line.splitlines())}\n")
        self.stream.flush()

    def trouble(self, event: str, error: ContinuityError) -> None:
        """Write what went wrong, with what to do."""
        remedy = {} if error.remedy is None else {"remedy": self.sentence(error.remedy)}
        self.say(event, error.what, Level.ERROR, failure=error.failure.value, **remedy)
