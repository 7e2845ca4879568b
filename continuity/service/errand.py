"""One run of a slot, as a process of its own: it may hang, die or be stopped by itself."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from continuity.domain.failure import ContinuityError
from continuity.domain.slot import Slot, SlotKind
from continuity.domain.slot_choice import Outcome
from continuity.domain.text import Message, say
from continuity.domain.verdict import Verdict
from continuity.hosts.host import Command, Finished
from continuity.hosts.local import LocalHost

_LONGEST_SECONDS = 14 * 86_400.0
# A writer on a slow link takes its time to stop, and then its end has to be recorded.
_GRACE_SECONDS = 150.0
_OWN_SUPERVISOR = frozenset({"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
_WORDS = {
    SlotKind.BACKUP: ("backup",),
    SlotKind.DRILL: ("drill",),
    SlotKind.FULL_DRILL: ("drill", "--full"),
    SlotKind.READ_BACK: ("drill", "--read-back"),
    SlotKind.SABOTAGE: ("sabotage",),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Errands:
    """How runs are started: for which workspace, in which language, and who is told of an end."""

    root: Path
    language: str
    environ: Mapping[str, str]
    over: Callable[[], None]


@dataclass(kw_only=True)
class Errand:
    """A run under way; ``way`` is set when it was stopped in favour of something else."""

    slot: Slot
    repository: str
    stop: Event = field(default_factory=Event)
    finished: Finished | None = None
    failed: Message | None = None
    made_way: bool = False
    thread: Thread | None = None

    @property
    def is_over(self) -> bool:
        """Tell whether it has ended, however that was."""
        return self.finished is not None or self.failed is not None

    def make_way(self) -> None:
        """Stop it; its slot is run another time."""
        self.made_way = True
        self.stop.set()


def begin_errand(errands: Errands, slot: Slot, repository: str) -> Errand:
    """Start the run of a slot."""
    errand = Errand(slot=slot, repository=repository)
    command = Command(
        argv=_argv(errands, slot),
        timeout=_LONGEST_SECONDS,
        env={name: text for name, text in errands.environ.items() if name not in _OWN_SUPERVISOR},
        stop=errand.stop,
        grace=_GRACE_SECONDS,
    )

    def run() -> None:
        try:
            errand.finished = LocalHost().run(command)
        except ContinuityError as error:
            errand.failed = error.what
        except Exception as error:  # noqa: BLE001 - whatever it was, the slot must be given back
            errand.failed = say("{error}", error=type(error).__name__)
        errands.over()

    errand.thread = Thread(target=run, name=f"{slot.kind} {slot.job}", daemon=True)
    errand.thread.start()
    return errand


def _argv(errands: Errands, slot: Slot) -> tuple[str, ...]:
    program = (sys.executable, "-m", "continuity", "--lang", errands.language)
    verb, *options = _WORDS[slot.kind]
    job = () if slot.kind is SlotKind.SABOTAGE else ("--", slot.job)
    return (*program, "-w", str(errands.root), verb, *options, "--json", *job)


def outcome_of(errand: Errand) -> Outcome | None:
    """Read how a run ended from what it printed; None when that says nothing."""
    if errand.finished is None:
        return Outcome(verdict=Verdict.INCONCLUSIVE, reason=errand.failed)
    try:
        plain = json.loads(errand.finished.stdout)
        reason = plain["reason"]
        return Outcome(
            verdict=Verdict(plain["verdict"]),
            run_id=plain["run_id"] or "",
            reason=None if reason is None else say("{said}", said=str(reason)),
        )
    except (ValueError, KeyError, TypeError):
        return None


def last_words(errand: Errand) -> Message | None:
    """Give what a run that printed no result complained of."""
    if errand.finished is None:
        return errand.failed
    lines = errand.finished.stderr.decode("utf-8", "replace").strip().splitlines()
    return say("{said}", said=lines[0][:300]) if lines else None
