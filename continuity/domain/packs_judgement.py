"""Whether stored bytes are read back by their deadline, and whether the budget can keep it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from continuity.domain.checks import read_back_since
from continuity.domain.facts import CheckRun, JobFacts
from continuity.domain.failure import FailureClass
from continuity.domain.pack_facts import PackFacts
from continuity.domain.pack_ledger import Shortage
from continuity.domain.reason import Reason
from continuity.domain.shown import shown_duration, shown_moment, shown_size
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict

REMEDY = N_(
    "Raise the budget under read_back, read back more often, or allow more time in"
    " read_back.within. “continuity plan JOB --read-back” shows the figures."
)

_BY_THEN_IN_BYTES = N_(
    "To read every pack back within {within}, each round needs {needed}; the budget allows"
    " {allowed}."
)
_BY_THEN_IN_REQUESTS = N_(
    "To read every pack back within {within}, each round needs {needed} requests; the budget"
    " allows {allowed}."
)
_IN_BYTES = N_(
    "To read every pack back in check_slices checks, each needs {needed}; the budget allows"
    " {allowed}."
)
_IN_REQUESTS = N_(
    "To read every pack back in check_slices checks, each needs {needed} requests; the budget"
    " allows {allowed}."
)


def late_reading(
    facts: JobFacts, within: timedelta | None, now: datetime, zone: str
) -> Iterator[Reason]:
    """Tell that stored bytes are overdue to be read back, or will be; nothing without a deadline.

    What no check has looked at is due from the beginning of the job.
    """
    if within is None or facts.began is None:
        return
    known = latest_packs(facts.checks)
    if known is not None:
        yield from judge_packs(known, within, now, zone)
    elif facts.began + within <= now and read_back_since(facts.checks, now - within) is None:
        message = say(
            N_("Not all stored bytes were read back within {within}."),
            within=shown_duration(within),
        )
        yield Reason(Verdict.OVERDUE, FailureClass.OVERDUE, message)


def latest_packs(checks: Sequence[CheckRun]) -> PackFacts | None:
    """Give what the latest check that read packs left; None where slices were read since."""
    for run in reversed(checks):
        if run.packs is not None or run.n:
            return run.packs
    return None


def judge_packs(
    known: PackFacts, within: timedelta | None, now: datetime, zone: str
) -> Iterator[Reason]:
    """Judge what a check left: a pack that is late, or a budget that makes one late."""
    if within is None:
        return
    if known.oldest is not None and known.oldest + within <= now:
        message = say(
            N_(
                "Not every pack was read back within {within}: {proven} of {packs} were at the"
                " latest check, {size} of {all_size}, and one was due {due}."
            ),
            within=shown_duration(within),
            proven=known.proven,
            packs=known.packs,
            size=shown_size(known.proven_bytes),
            all_size=shown_size(known.bytes),
            due=shown_moment(known.oldest + within, zone),
        )
        yield Reason(Verdict.OVERDUE, FailureClass.OVERDUE, message)
    if known.short:
        unit = "requests" if known.in_requests else "bytes"
        message = short_of(Shortage(unit, known.needed, known.allowed), within)
        yield Reason(Verdict.INCONCLUSIVE, FailureClass.OVERDUE, message)


def short_of(shortage: Shortage, within: timedelta | None) -> Message:
    """Say that a budget cannot keep a deadline; without one, the number of checks written."""
    spell = shown_size if shortage.unit == "bytes" else str
    values = {"needed": spell(shortage.needed), "allowed": spell(shortage.allowed)}
    if within is None:
        template = _IN_BYTES if shortage.unit == "bytes" else _IN_REQUESTS
        return say(template, **values)
    template = _BY_THEN_IN_BYTES if shortage.unit == "bytes" else _BY_THEN_IN_REQUESTS
    return say(template, within=shown_duration(within), **values)
