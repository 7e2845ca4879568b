"""Looks at the storage of repositories that real servers keep."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from continuity.domain.location import Fact, FactName, Value
from continuity.domain.secret import Secret
from continuity.hosts.host import Host
from continuity.hosts.local import LocalHost
from continuity.locations.location import Visit
from continuity.locations.registry import kind_of_location


def visit(
    location: str,
    credentials: Mapping[str, str] | None = None,
    *,
    host: Host | None = None,
    ca_certificate: Path | None = None,
) -> Visit:
    """Prepare a look, now: locks of buckets are held against the clock of the server."""
    return Visit(
        location=location,
        host=host or LocalHost(),
        at=datetime.now(UTC),
        credentials={name: Secret(text) for name, text in (credentials or {}).items()},
        ca_certificate=ca_certificate,
    )


def looked(asked: Visit) -> dict[FactName, Fact]:
    """Look once; each fact by its name."""
    kind = kind_of_location(asked.location)
    assert kind is not None
    facts = kind.look(asked)
    found = {fact.name: fact for fact in facts}
    assert len(found) == len(facts)
    return found


def values(asked: Visit) -> dict[FactName, Value | None]:
    """Look once; each value by its name."""
    return {name: fact.value for name, fact in looked(asked).items()}
