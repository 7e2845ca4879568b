"""How bad a fault is: what it costs, of a service so critical, for so long."""

from __future__ import annotations

from continuity.domain.fault_texts import Consequence
from continuity.domain.ticket import Severity

_ORDER = tuple(Severity)
_CONSEQUENCES = tuple(Consequence)
_CRITICALITIES = ("vital", "high", "normal", "low")
# Rows: consequence from the worst to the least. Columns: criticality from vital to low.
_TABLE = (
    ("S1", "S1", "S2", "S3"),
    ("S1", "S2", "S3", "S4"),
    ("S2", "S2", "S3", "S4"),
    ("S2", "S3", "S4", "S4"),
    ("S3", "S3", "S4", "S5"),
)


def severity_of(consequence: Consequence, criticality: str) -> Severity:
    """Give the severity at opening; an unknown criticality counts as the highest."""
    row = _CONSEQUENCES.index(consequence)
    column = _CRITICALITIES.index(criticality) if criticality in _CRITICALITIES else 0
    return Severity(_TABLE[row][column])


def raised(severity: Severity) -> Severity:
    """Give the next worse one; S1 stays."""
    return _ORDER[max(0, _ORDER.index(severity) - 1)]


def worse(one: Severity, other: Severity) -> Severity:
    """Give the worse of two."""
    return min(one, other, key=_ORDER.index)


def is_worse(one: Severity, other: Severity) -> bool:
    """Tell whether the first is worse than the second."""
    return _ORDER.index(one) < _ORDER.index(other)
