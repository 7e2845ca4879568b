"""Whether other installations are heard of and well, and whether they hear of this one. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from continuity.domain.clock import text_from_time, time_from_text
from continuity.domain.failure import FailureClass
from continuity.domain.fault import CheckKind, Fault, FaultKind
from continuity.domain.observation import Observation
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict

_NOTED_EVERY = timedelta(minutes=5)
_PAUSE = timedelta(minutes=15)
"""Who did not ask for so long knows nothing of that time."""


class Heard(StrEnum):
    """What came back on a question; SILENT when nothing believable did."""

    WELL = "well"
    UNWELL = "unwell"
    SILENT = "silent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What became of one question."""

    at: datetime
    heard: Heard
    said: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What is known: what was heard last, since when without a break, and when it was asked."""

    heard: Heard
    since: datetime
    asked: datetime
    said: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How long a neighbour may be silent, and not well."""

    silence: timedelta
    unwell: timedelta
    system: str = ""


def told(known: Standing | None, answered: Answered) -> Standing:
    """Take an answer into account; after a pause in the asking its time begins anew."""
    fresh = Standing(heard=answered.heard, since=answered.at, asked=answered.at, said=answered.said)
    if known is None or known.heard is not answered.heard:
        return fresh
    if not timedelta() <= answered.at - known.asked <= _PAUSE:
        return fresh
    return replace(fresh, since=known.since)


def is_news(known: Standing | None, found: Standing) -> bool:
    """Tell whether it has to be noted: each note is a write."""
    if known is None or (known.heard, known.since) != (found.heard, found.since):
        return True
    return found.asked - known.asked >= _NOTED_EVERY


def verdict_of(known: Standing | None) -> Verdict:
    """Judge what is known; silence is never good."""
    if known is None:
        return Verdict.INCONCLUSIVE
    match known.heard:
        case Heard.WELL:
            return Verdict.PASS
        case Heard.UNWELL:
            return Verdict.FAIL
        case Heard.SILENT:
            return Verdict.INCONCLUSIVE
        case _:
            assert_never(known.heard)


def reason_of(known: Standing | None) -> Message | None:
    """Say why it is not PASS."""
    if known is None:
        return say(N_("It was not asked yet."))
    at, said = known.since.isoformat(timespec="seconds"), known.said or "-"
    match known.heard:
        case Heard.WELL:
            return None
        case Heard.UNWELL:
            return say(N_("It says that it is not well since {at}: {said}"), at=at, said=said)
        case Heard.SILENT:
            return say(N_("Nothing believable was heard since {at}: {said}"), at=at, said=said)
        case _:
            assert_never(known.heard)


def neighbour_signals(
    organisation: str, limits: Mapping[str, Limits], known: Mapping[str, Standing], now: datetime
) -> Iterator[Observation]:
    """Answer for each neighbour whether it is heard of, and whether it then says it is well.

    Of one that is silent nobody knows whether it is well.
    """
    for name, one in limits.items():
        standing = known.get(name)
        if standing is not None:
            yield from _answers(organisation, name, one, standing, now)


def _answers(
    organisation: str, name: str, limits: Limits, known: Standing, now: datetime
) -> Iterator[Observation]:
    target, long = f"neighbour:{name}", now - known.since
    there = _good(CheckKind.NEIGHBOUR, target, known, now)
    well = _good(CheckKind.NEIGHBOUR_HEALTH, target, known, now)
    match known.heard:
        case Heard.WELL:
            yield from (there, well)
        case Heard.UNWELL:
            yield there
            if long > limits.unwell:
                fault = _fault(organisation, well, limits.system, FaultKind.NEIGHBOUR_UNWELL)
                yield _bad(well, replace(fault, failure=FailureClass.TOOL_ERROR), known)
        case Heard.SILENT:
            if long > limits.silence:
                fault = _fault(organisation, there, limits.system, FaultKind.NEIGHBOUR_SILENT)
                yield _bad(there, fault, known)
        case _:
            assert_never(known.heard)


def watcher_signal(
    organisation: str, name: str, known: Standing, silence: timedelta, now: datetime
) -> Observation | None:
    """Answer whether who watches this service from outside takes its sign of life."""
    good = _good(CheckKind.WATCHER, f"outlet:{name}", known, now)
    if known.heard is Heard.WELL:
        return good
    if now - known.since <= silence:
        return None
    return _bad(good, _fault(organisation, good, "", FaultKind.WATCHER_DEAF), known)


def _good(check: CheckKind, target: str, known: Standing, now: datetime) -> Observation:
    key = f"{known.heard}:{text_from_time(known.since)}"
    return Observation(check=check, target=target, at=now, key=key)


def _bad(good: Observation, fault: Fault, known: Standing) -> Observation:
    return replace(good, fault=fault, reason=reason_of(known))


def _fault(organisation: str, good: Observation, system: str, kind: FaultKind) -> Fault:
    return Fault(
        organisation=organisation,
        system=system,
        check=good.check,
        kind=kind,
        target=good.target,
        failure=FailureClass.OVERDUE,
    )


def plain_from_standing(known: Standing) -> dict[str, object]:
    """Reduce it to what JSON can hold."""
    return {
        "heard": known.heard.value,
        "since": text_from_time(known.since),
        "asked": text_from_time(known.asked),
        "said": known.said,
    }


def standing_from_plain(plain: Mapping[str, object]) -> Standing:
    """Read back what ``plain_from_standing`` wrote. Raises KeyError or ValueError."""
    return Standing(
        heard=Heard(str(plain["heard"])),
        since=time_from_text(str(plain["since"])),
        asked=time_from_text(str(plain["asked"])),
        said=str(plain["said"]),
    )
