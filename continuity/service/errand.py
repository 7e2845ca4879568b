"""One run of a slot, as a process of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass

from continuity.domain.slot import FENCE, Slot, SlotKind
from continuity.domain.slot_choice import Outcome
from continuity.domain.text import say
from continuity.domain.verdict import Verdict
from continuity.service.child import Child, Nursery, begin_child

_WORDS = {
    SlotKind.BACKUP: ("backup",),
    SlotKind.DRILL: ("drill",),
    SlotKind.FULL_DRILL: ("drill", "--full"),
    SlotKind.READ_BACK: ("drill", "--read-back"),
    SlotKind.SABOTAGE: ("sabotage",),
}


@dataclass(kw_only=True)
class Errand:
    """A run under way; ``made_way`` when it was stopped in favour of something else."""

    slot: Slot
    repository: str
    child: Child
    made_way: bool = False

    @property
    def is_over(self) -> bool:
        """Tell whether it has ended, however that was."""
        return self.child.is_over

    def make_way(self) -> None:
        """Stop it; its slot is run another time."""
        self.made_way = True
        self.child.stop.set()


def begin_errand(nursery: Nursery, slot: Slot, repository: str) -> Errand:
    """Start the run of a slot."""
    verb, *options = _WORDS[slot.kind]
    job = () if slot.kind is SlotKind.SABOTAGE else ("--", slot.job)
    words = (verb, *options, "--json", *job)
    child = begin_child(nursery, words, f"{slot.kind} {slot.job}", {FENCE: str(slot.fence)})
    return Errand(slot=slot, repository=repository, child=child)


def outcome_of(errand: Errand) -> Outcome | None:
    """Read how a run ended from what it printed; None when that says nothing."""
    finished = errand.child.finished
    if finished is None:
        return Outcome(verdict=Verdict.INCONCLUSIVE, reason=errand.child.failed)
    try:
        plain = json.loads(finished.stdout)
        reason = plain["reason"]
        return Outcome(
            verdict=Verdict(plain["verdict"]),
            run_id=plain["run_id"] or "",
            reason=None if reason is None else say("{said}", said=str(reason)),
        )
    except (ValueError, KeyError, TypeError):
        return None
