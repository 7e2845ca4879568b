"""The clocks and rungs of an incident survive being kept."""

from __future__ import annotations

import json
from dataclasses import replace

from continuity.domain.escalation import ladders_taken
from continuity.domain.incident import Change, Event
from continuity.domain.incident_changes import after
from continuity.domain.incident_plain import incident_from_plain, plain_from_incident
from continuity.domain.ladder import Ladder, Recipient, Rung, Track, When, Whom
from tests.support.hours import DAY, HOUR, utc
from tests.support.incidents import opened

START = utc("2026-10-24T22:30")
LADDER = Ladder(
    name="repair",
    track=Track.TECHNICAL,
    rungs=(Rung(when=When.UNACKNOWLEDGED, to=(Recipient(whom=Whom.OWNER),)),),
)


def test_clocks_and_rungs_are_read_back_as_they_were_kept() -> None:
    _, incident = opened()
    fresh = replace(incident, clocks=(), opened_at=None)
    until = (START + DAY).isoformat()
    held = Change(
        event=Event.HELD,
        at=START + HOUR,
        by="marcos",
        details={"until": until, "pausing": True, "why": "customer"},
    )
    rung = Change(event=Event.ESCALATED, at=START, details={"rung": "1/repair/1/0/0"})
    opening = Change(event=Event.OPENED, at=START)
    down = Change(
        event=Event.IMPACT_STATED, at=START, by="marcos", details={"since": START.isoformat()}
    )
    kept = after(fresh, [opening, ladders_taken([LADDER], START), rung, down, held])

    read = incident_from_plain(json.loads(json.dumps(plain_from_incident(kept))))

    assert read == kept
    assert read.rungs == ("1/repair/1/0/0",)
    assert len(read.clocks) == 7
