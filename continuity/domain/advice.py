"""A recommendation: what to do, which numbers ask for it, and what it would change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from continuity.domain.text import Message


class Rule(StrEnum):
    """What made a recommendation; names are compared between reports, so they never change."""

    NEVER_TESTED = "never-tested"
    OVERDUE_PROOF = "overdue-proof"
    SHRINKING = "shrinking-source"
    TOO_SLOW = "recovery-too-slow"
    UNTIMED = "recovery-not-timed"
    SINGLE_SITE = "single-site"
    DELETABLE = "copies-deletable"
    REPEATED = "repeated-incident"
    UNANSWERED = "nobody-answered"
    PROVIDER_WAIT = "waiting-for-provider"
    RUNBOOK = "runbook-not-ready"


class Size(StrEnum):
    """How much something changes, or costs."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """One recommendation; ``subject`` is the system or incident that it is about.

    ``because`` carries the numbers that made it, ``effect`` what is expected when it is done.
    ``owner`` is the person who answers for the system, empty where nobody is named. ``by`` is the
    date proposed.
    """

    rule: Rule
    subject: str
    title: str
    what: Message
    because: Message
    effect: Message
    impact: Size
    effort: Size
    owner: str
    by: date


class Outcome(StrEnum):
    """What became of a recommendation of the preceding period."""

    GONE = "gone"
    REMAINS = "remains"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """An earlier recommendation, and whether what made it is still so; ``now`` are its numbers."""

    before: Advice
    outcome: Outcome
    now: Message | None
