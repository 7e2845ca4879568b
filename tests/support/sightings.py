"""Looks at the storage of repositories, written into a diary."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any  # JSON, or keys of any dataclass

from continuity.domain.evidence import RecordKind
from continuity.domain.failure import FailureClass
from continuity.domain.location import Fact, FactName, Observation, Value, plain_from_observation
from continuity.domain.text import say
from tests.support.judgement import Diary

Seen = Mapping[FactName, Value | None]

OFFICE_DISK: Seen = {
    FactName.REACHABLE: True,
    FactName.FREE_BYTES: 50 << 30,
    FactName.FILE_SYSTEM: "ext4",
    FactName.MOUNT: "/dev/sda1 /",
}
OFFICE_NAS: Seen = {
    FactName.REACHABLE: True,
    FactName.FILE_SYSTEM: "nfs4",
    FactName.MOUNT: "nas:/export /backups",
}
LOCKED_BUCKET: Seen = {
    FactName.REACHABLE: True,
    FactName.IMMUTABLE: True,
    FactName.EXPIRES_AFTER: False,
    FactName.PUBLIC: False,
}
OPEN_BUCKET: Seen = {**LOCKED_BUCKET, FactName.IMMUTABLE: False}
GONE: Seen = {FactName.REACHABLE: False}


def seen(
    at: datetime, facts: Seen, *, kind: str = "local", repository: str = "vault"
) -> Observation:
    """Tell what a look at storage saw."""
    return Observation(
        repository=repository,
        kind=kind,
        at=at,
        facts=tuple(
            Fact(
                name=name,
                value=value,
                at=at,
                source="a look",
                note=say("It did not answer.") if value in {None, False} else None,
                failure=FailureClass.UNREACHABLE if value is False else None,
            )
            for name, value in facts.items()
        ),
    )


def look(diary: Diary, at: datetime, facts: Seen, **how: Any) -> Diary:
    """Write a look into a diary."""
    body = plain_from_observation(seen(at, facts, **how))
    return diary.write(RecordKind.LOCATION_OBSERVED, at, body, job=None)
