"""Why steps stand as they do: what was said when they failed, or were handed to people."""

from __future__ import annotations

import json
from collections.abc import Mapping

from continuity.domain.conduct import BROKEN, Conduct, StepState
from continuity.domain.evidence import RecordKind
from continuity.store.store import Store

_KINDS = (RecordKind.RUNBOOK_RESULT, RecordKind.RUNBOOK_CHANGED)
_EVENTS = ("result", "held")


def reasons_of(store: Store, conduct: Conduct) -> Mapping[str, str]:
    """Give the latest words about each step that failed, or waits for people after a try."""
    open_ones = BROKEN | {StepState.WAITING, StepState.UNKNOWN}
    wanted = {one.step for one in conduct.steps if one.state in open_ones}
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
