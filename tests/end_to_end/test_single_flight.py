"""A person's command, two services and ticks never write into one repository at once."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

from continuity.domain.slot import SlotState
from continuity.store.store import open_store
from tests.support.firm import Firm
from tests.support.serving import serving
from tests.support.slots import a_planned_firm, begun, kinds_of, now, slots_of, unattended, until
from tests.support.terminal import run

_KIB = 1024


def a_slow_firm(root: Path) -> Firm:
    """A firm whose first backup takes a quarter of a minute, whatever the machine."""
    options = {"schedule": {"backup": "daily at 00:00"}, "options": {"limit": 64}}
    firm = a_planned_firm(root, options)
    (firm.source() / "large").write_bytes(os.urandom(1024 * _KIB))
    return firm


def backups(firm: Firm) -> list[tuple[datetime, datetime]]:
    """From when until when each backup ran, the first first."""
    begin: dict[str, datetime] = {}
    spans = []
    with open_store(f"sqlite:///{firm.state}/record.db", now) as store:
        for record in store.records():
            if record.kind.value == "backup.started":
                begin[record.run_id or ""] = record.recorded_at
            if record.kind.value == "backup.finished":
                spans.append((begin[record.run_id or ""], record.recorded_at))
    return sorted(spans)


def test_what_a_person_began_is_waited_for_and_then_the_slot_is_run_once(tmp_path: Path) -> None:
    firm = a_slow_firm(tmp_path)
    unattended(firm, timedelta(days=1))
    with begun(firm, "backup", "--json") as person:
        until(lambda: "backup.started" in kinds_of(firm))
        with serving(firm) as one, serving(firm) as other:
            run(firm, "tick")
            waiting = slots_of(firm)[-1]
            refused = run(firm, "backup", "--json", "erp")
            out, _ = person.communicate(timeout=60)
            until(lambda: slots_of(firm)[-1].state is SlotState.RAN, 60)
            codes = [one.stop(), other.stop()]
    first, second = backups(firm)

    assert waiting.state is SlotState.DUE
    assert "Another run of this repository is under way" in str(waiting.reason)
    assert refused.code != 0
    assert json.loads(out)["verdict"] == "PASS"
    assert codes == [0, 0]
    assert first[1] <= second[0]
    assert str(slots_of(firm)[-1].verdict) == "PASS"
