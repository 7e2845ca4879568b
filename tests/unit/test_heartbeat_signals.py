"""A job that runs elsewhere is believed only while it reports successes in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.failure import FailureClass
from continuity.domain.heartbeat_signals import (
    Expected,
    Pulse,
    beat,
    heartbeat_signals,
    plain_from_pulse,
    pulse_from_plain,
)
from continuity.domain.observation import Observation
from continuity.domain.ping import Signal
from tests.support.incidents import DAY, HOUR, MINUTE, NOW

DAILY = Expected(every=DAY, grace=HOUR, system="billing")
moments = st.timedeltas(timedelta(), timedelta(days=30)).map(lambda ago: NOW - ago)


def answered(pulse: Pulse, at: datetime = NOW) -> Observation:
    (one,) = heartbeat_signals("acme", {"bank": DAILY}, {"bank": pulse}, at)
    return one


def failure_of(pulse: Pulse, at: datetime = NOW) -> FailureClass | None:
    fault = answered(pulse, at).fault
    return None if fault is None else fault.failure


def test_a_success_in_time_is_good() -> None:
    assert failure_of(Pulse(since=NOW - 9 * DAY, succeeded=NOW - DAY)) is None


def test_silence_beyond_the_grace_is_a_fault() -> None:
    pulse = Pulse(since=NOW - 9 * DAY, succeeded=NOW - DAY - HOUR)

    assert failure_of(pulse) is None
    assert failure_of(pulse, NOW + MINUTE) is FailureClass.OVERDUE


def test_one_that_was_never_heard_of_is_silent_once_its_time_has_passed() -> None:
    assert failure_of(Pulse(since=NOW)) is None
    assert failure_of(Pulse(since=NOW - DAY - 2 * HOUR)) is FailureClass.OVERDUE


def test_a_reported_failure_is_a_fault_until_a_success_follows() -> None:
    failed = Pulse(since=NOW - DAY, succeeded=NOW - HOUR, failed=NOW - MINUTE, status=3)

    assert failure_of(failed) is FailureClass.TOOL_ERROR
    assert "3" in str(answered(failed).reason)
    assert failure_of(beat(failed, Signal.SUCCESS, NOW)) is None


def test_a_start_without_an_end_is_a_fault() -> None:
    slow = Expected(every=HOUR, grace=HOUR)
    pulse = Pulse(since=NOW - DAY, succeeded=NOW - HOUR, started=NOW - MINUTE)

    def failure_at(at: datetime) -> FailureClass | None:
        (one,) = heartbeat_signals("acme", {"bank": slow}, {"bank": pulse}, at)
        return None if one.fault is None else one.fault.failure

    assert failure_at(NOW) is None
    assert failure_at(NOW + 3 * HOUR) is FailureClass.OVERDUE


def test_a_log_is_neither_success_nor_failure() -> None:
    pulse = Pulse(since=NOW - DAY)

    assert beat(pulse, Signal.LOG, NOW) == pulse


def test_the_same_silence_keeps_its_key_and_a_new_one_has_another() -> None:
    pulse = Pulse(since=NOW - 9 * DAY, succeeded=NOW - 5 * DAY)

    assert answered(pulse).key == answered(pulse, NOW + DAY).key
    assert answered(replace(pulse, succeeded=NOW - 4 * DAY)).key != answered(pulse).key


@given(
    st.lists(st.tuples(st.sampled_from(Signal), moments, st.none() | st.integers(0, 255))),
)
def test_what_is_known_is_kept_whole_and_never_goes_back(
    heard: list[tuple[Signal, datetime, int | None]],
) -> None:
    pulse = Pulse(since=NOW - timedelta(days=60))
    for signal, at, status in heard:
        grown = beat(pulse, signal, at, status)
        assert (
            grown.succeeded is None or pulse.succeeded is None or grown.succeeded >= pulse.succeeded
        )
        pulse = grown

    assert pulse_from_plain(plain_from_pulse(pulse)) == pulse
    good = [at for signal, at, _ in heard if signal is Signal.SUCCESS]
    assert pulse.succeeded == max(good, default=None)


@given(moments, moments)
def test_nothing_is_good_without_a_success_or_within_its_first_time(
    since: datetime, failed: datetime
) -> None:
    never = Pulse(since=since)

    assert (failure_of(never) is None) == (NOW - since <= DAILY.every + DAILY.grace)
    assert failure_of(replace(never, failed=failed)) is FailureClass.TOOL_ERROR
