"""Whether a job that runs elsewhere is heard of as it should be. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from continuity.domain.clock import text_from_time, time_from_text
from continuity.domain.failure import FailureClass
from continuity.domain.fault import CheckKind, Fault, FaultKind
from continuity.domain.observation import Observation
from continuity.domain.ping import LONGEST_RUN, Signal
from continuity.domain.text import N_, Message, say


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What is expected of one heartbeat."""

    every: timedelta
    grace: timedelta
    system: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pulse:
    """What was heard of one heartbeat; ``since`` is from when on anything was expected of it."""

    since: datetime
    started: datetime | None = None
    succeeded: datetime | None = None
    failed: datetime | None = None
    status: int | None = None


def beat(pulse: Pulse, signal: Signal, at: datetime, status: int | None = None) -> Pulse:
    """Take a sign of life into account; one that is older than what is known changes nothing."""
    match signal:
        case Signal.START:
            return replace(pulse, started=_later(pulse.started, at))
        case Signal.SUCCESS:
            return replace(pulse, succeeded=_later(pulse.succeeded, at))
        case Signal.FAIL:
            newer = pulse.failed is None or at >= pulse.failed
            told = status if newer else pulse.status
            return replace(pulse, failed=_later(pulse.failed, at), status=told)
        case Signal.LOG:
            return pulse


def _later(known: datetime | None, at: datetime) -> datetime:
    return at if known is None else max(known, at)


def heartbeat_signals(
    organisation: str,
    expected: Mapping[str, Expected],
    pulses: Mapping[str, Pulse],
    now: datetime,
) -> Iterator[Observation]:
    """Answer for each heartbeat whether its job reported a success in time.

    One that was never heard of is silent as soon as its time has passed since it was expected.
    """
    for name, wanted in expected.items():
        pulse = pulses.get(name)
        if pulse is not None:
            yield _answer(organisation, name, wanted, pulse, now)


def _answer(
    organisation: str, name: str, wanted: Expected, pulse: Pulse, now: datetime
) -> Observation:
    good = Observation(
        check=CheckKind.HEARTBEAT,
        target=f"heartbeat:{name}",
        at=now,
        key=f"good:{_text(pulse.succeeded)}",
    )
    failed = pulse.failed is not None and (
        pulse.succeeded is None or pulse.failed > pulse.succeeded
    )
    if failed:
        reason = say(N_("It reported a failure, with status {status}."), status=pulse.status or "-")
        return _bad(good, organisation, wanted, FailureClass.TOOL_ERROR, reason, pulse.failed)
    due = (pulse.succeeded or pulse.since) + wanted.every + wanted.grace
    if now > due:
        reason = say(N_("It should have reported a success and did not."))
        return _bad(good, organisation, wanted, FailureClass.OVERDUE, reason, due)
    return _stuck(good, organisation, wanted, pulse, now) or good


def _stuck(
    good: Observation, organisation: str, wanted: Expected, pulse: Pulse, now: datetime
) -> Observation | None:
    started = pulse.started
    if started is None or started <= (pulse.succeeded or pulse.since):
        return None
    if now - started <= min(wanted.grace + wanted.every, LONGEST_RUN):
        return None
    reason = say(N_("It reported a start, and no end since."))
    return _bad(good, organisation, wanted, FailureClass.TIMEOUT, reason, started)


def _bad(
    good: Observation,
    organisation: str,
    wanted: Expected,
    failure: FailureClass,
    reason: Message,
    basis: datetime | None,
) -> Observation:
    fault = Fault(
        organisation=organisation,
        system=wanted.system,
        check=good.check,
        kind=FaultKind.HEARTBEAT_SILENT,
        target=good.target,
        failure=failure,
    )
    return replace(good, key=f"{failure}:{_text(basis)}", fault=fault, reason=reason)


def _text(at: datetime | None) -> str:
    return "" if at is None else text_from_time(at)


def plain_from_pulse(pulse: Pulse) -> dict[str, object]:
    """Reduce it to what JSON can hold."""
    return {
        "since": text_from_time(pulse.since),
        "started": None if pulse.started is None else text_from_time(pulse.started),
        "succeeded": None if pulse.succeeded is None else text_from_time(pulse.succeeded),
        "failed": None if pulse.failed is None else text_from_time(pulse.failed),
        "status": pulse.status,
    }


def pulse_from_plain(plain: Mapping[str, object]) -> Pulse:
    """Read back what ``plain_from_pulse`` wrote. Raises KeyError or ValueError."""
    status = plain.get("status")
    return Pulse(
        since=time_from_text(str(plain["since"])),
        started=_moment(plain.get("started")),
        succeeded=_moment(plain.get("succeeded")),
        failed=_moment(plain.get("failed")),
        status=status if isinstance(status, int) else None,
    )


def _moment(value: object) -> datetime | None:
    return time_from_text(value) if isinstance(value, str) else None
