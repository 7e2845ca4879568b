"""A small record that holds some of everything."""

from __future__ import annotations

from continuity.domain.evidence import Draft, RecordKind
from continuity.store.keys import Keys
from continuity.store.store import Store

DRILL = Draft(
    kind=RecordKind.DRILL_FINISHED,
    job="mail",
    run_id="run-1",
    body={"verdict": "PASS", "level": "L3", "findings": [{"path": "/ñ\\n", "class": "match"}]},
    personal={"by": "Ana"},
)


def checkpoint(store: Store, keys: Keys) -> int:
    with store.transaction() as transaction:
        return transaction.sign_checkpoint("Acme", keys).sequence


def fill(store: Store, keys: Keys) -> None:
    """Write eight records: 3 is signed by a checkpoint, and 7 by another."""
    store.open_record("Acme")
    store.append(DRILL, Draft(kind=RecordKind.SKIP_DECIDED, job="web"))
    checkpoint(store, keys)
    store.append(DRILL, DRILL, DRILL)
    checkpoint(store, keys)
