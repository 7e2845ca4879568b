"""Incidents as plain values, for the database and for other programs."""

from __future__ import annotations

from collections.abc import Mapping

from continuity.domain.incident import Incident
from continuity.domain.plain_fields import fields_from_plain, plain_from_fields


def local_number(number: int) -> str:
    """Write the number of an incident as people say it, such as ``CONT-0042``."""
    return f"CONT-{number:04d}"


def plain_from_incident(incident: Incident) -> dict[str, object]:
    """Reduce an incident to what JSON can hold."""
    return plain_from_fields(incident)


def incident_from_plain(plain: Mapping[str, object]) -> Incident:
    """Read back what ``plain_from_incident`` wrote; what an older version did not know is empty.

    Raises ValueError, KeyError or TypeError for anything else.
    """
    incident = fields_from_plain(Incident, plain)
    if not isinstance(incident, Incident):
        raise TypeError("no incident")
    return incident
