"""What was said of steps: why they failed or wait, and what a restore that is done came to."""

from __future__ import annotations

import json
from collections.abc import Mapping

from continuity.domain.conduct import BROKEN, Conduct, StepState
from continuity.domain.evidence import RecordKind
from continuity.store.store import Store

_KINDS = (RecordKind.RUNBOOK_RESULT, RecordKind.RUNBOOK_CHANGED)
_EVENTS = ("result", "held")
# Of all that the program does, only a restore gives this.
_RESTORED = "checksum"


def reasons_of(store: Store, conduct: Conduct) -> Mapping[str, str]:
    """Give the latest words about each step that failed, or waits for people after a try.

    Of a restore they are given as well when it is done: from where, what it cost, what differs.
    """
    open_ones = BROKEN | {StepState.WAITING, StepState.UNKNOWN}
    wanted = {
        one.step
        for one in conduct.steps
        if one.state in open_ones or (one.state is StepState.DONE and _RESTORED in one.given)
    }
    latest: dict[str, int] = {}
    for record in store.records(kinds=_KINDS) if wanted else ():
        body = record.body
        mine = body.get("run") == conduct.run and body.get("event") in _EVENTS
        if mine and body.get("step") in wanted:
            latest[str(body["step"])] = record.sequence
    told = {step: _reason(store, sequence) for step, sequence in latest.items()}
    return {step: text for step, text in told.items() if text}


def _reason(store: Store, sequence: int) -> str:
    found = store.personal_text(sequence)
    return "" if found is None else str(json.loads(found[1]).get("reason", ""))
