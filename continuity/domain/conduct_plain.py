"""Runs as plain values, for the database and for other programs."""

from __future__ import annotations

from collections.abc import Mapping

from continuity.domain.conduct import Conduct
from continuity.domain.plain_fields import fields_from_plain, plain_from_fields


def plain_from_conduct(conduct: Conduct) -> dict[str, object]:
    """Reduce a run to what JSON can hold."""
    return plain_from_fields(conduct)


def conduct_from_plain(plain: Mapping[str, object]) -> Conduct:
    """Read back what ``plain_from_conduct`` wrote; what an older version did not know is empty.

    Raises ValueError, KeyError or TypeError for anything else.
    """
    conduct = fields_from_plain(Conduct, plain)
    if not isinstance(conduct, Conduct):
        raise TypeError("no run of a runbook")
    return conduct
