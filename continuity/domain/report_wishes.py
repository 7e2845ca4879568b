"""How much of a report somebody reads, how often, and in which forms."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from continuity.domain.period import Cadence


class Detail(StrEnum):
    """How much of a report somebody reads."""

    DIGEST = "digest"
    MANAGEMENT = "management"
    TECHNICAL = "technical"


class Rhythm(StrEnum):
    """How often somebody gets one."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    EACH_TEST = "each-test"


class Enclosed(StrEnum):
    """A form of a report that goes with the mail as a file."""

    PDF = "pdf"
    CSV = "csv"
    JSON = "json"
    SIGNED = "signed"


CADENCES: Mapping[Rhythm, Cadence] = {
    Rhythm.DAILY: Cadence.DAY,
    Rhythm.WEEKLY: Cadence.WEEK,
    Rhythm.MONTHLY: Cadence.MONTH,
    Rhythm.QUARTERLY: Cadence.QUARTER,
    Rhythm.YEARLY: Cadence.YEAR,
}
"""The period of each rhythm; a restore test has none."""
