"""A command of this program as a process of its own: it may hang, die or be stopped by itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from continuity.domain.failure import ContinuityError
from continuity.domain.text import Message, say
from continuity.hosts.host import Command, Finished
from continuity.hosts.local import LocalHost

_LONGEST_SECONDS = 14 * 86_400.0
# A writer on a slow link takes its time to stop, and then its end has to be recorded.
_GRACE_SECONDS = 150.0
_OWN_SUPERVISOR = frozenset({"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Nursery:
    """How commands are started: for which workspace, in which language, and who hears of an end."""

    root: Path
    language: str
    environ: Mapping[str, str]
    over: Callable[[], None]


@dataclass(kw_only=True)
class Child:
    """A command under way; set ``stop`` to end it, ``over`` is set when it has ended."""

    stop: Event = field(default_factory=Event)
    over: Event = field(default_factory=Event)
    finished: Finished | None = None
    failed: Message | None = None
    thread: Thread | None = None

    @property
    def is_over(self) -> bool:
        """Tell whether it has ended, however that was."""
        return self.finished is not None or self.failed is not None


def begin_child(
    nursery: Nursery, words: tuple[str, ...], name: str, environ: Mapping[str, str] | None = None
) -> Child:
    """Start a command; ``environ`` is added to what it is given anyway."""
    child = Child()
    program = (sys.executable, "-m", "continuity", "--lang", nursery.language)
    given = {name: text for name, text in nursery.environ.items() if name not in _OWN_SUPERVISOR}
    command = Command(
        argv=(*program, "-w", str(nursery.root), *words),
        timeout=_LONGEST_SECONDS,
        env={**given, **(environ or {})},
        stop=child.stop,
        grace=_GRACE_SECONDS,
    )

    def run() -> None:
        try:
            child.finished = LocalHost().run(command)
        except ContinuityError as error:
            child.failed = error.what
        except Exception as error:  # noqa: BLE001 - whatever it was, what it was for must be freed
            child.failed = say("{error}", error=type(error).__name__)
        child.over.set()
        nursery.over()

    child.thread = Thread(target=run, name=name, daemon=True)
    child.thread.start()
    return child


def last_words(child: Child) -> Message | None:
    """Give what a command that printed no result complained of."""
    if child.finished is None:
        return child.failed
    lines = child.finished.stderr.decode("utf-8", "replace").strip().splitlines()
    return say("{said}", said=lines[0][:300]) if lines else None
