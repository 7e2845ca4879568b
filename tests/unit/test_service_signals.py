"""Silence of the service and of channels is a fault, and only a look or a person ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.fault import FaultKind
from continuity.domain.liveness import CONFIRM_WITHIN, LivenessTest
from continuity.domain.liveness_signals import liveness_signals
from continuity.domain.observation import Observation
from continuity.domain.service_signals import service_signals
from tests.support.incidents import DAY, HOUR, MINUTE, NOW

SILENCE = 2 * HOUR
TEST = LivenessTest(
    sequence=7, channel="mail", kind="email", at=NOW, outcome="confirmed", code_hash="c"
)


def kinds_of(found: list[Observation]) -> list[FaultKind | None]:
    return [None if one.fault is None else one.fault.kind for one in found]


@given(st.timedeltas(timedelta(), timedelta(days=90)))
def test_the_service_is_silent_once_it_has_not_looked_for_its_time(since: timedelta) -> None:
    found = list(service_signals("acme", NOW - since, SILENCE, NOW))

    assert kinds_of(found) == [FaultKind.SERVICE_SILENT if since > SILENCE else None]


def test_who_never_had_a_service_is_not_asked() -> None:
    assert list(service_signals("acme", None, SILENCE, NOW)) == []


def test_one_silence_is_one_fault_however_long_it_lasts() -> None:
    (first,) = service_signals("acme", NOW - DAY, SILENCE, NOW)
    (later,) = service_signals("acme", NOW - DAY, SILENCE, NOW + DAY)

    assert first.key == later.key
    assert first.fault == later.fault


def seen_at(after: timedelta, test: LivenessTest = TEST) -> list[FaultKind | None]:
    return kinds_of(list(liveness_signals("acme", {"mail": "email"}, [test], NOW + after)))


def test_a_test_that_nobody_confirms_is_a_fault_after_its_time() -> None:
    assert seen_at(CONFIRM_WITHIN) == []
    assert seen_at(CONFIRM_WITHIN + MINUTE) == [FaultKind.CHANNEL_SILENT]


def test_a_person_who_saw_it_ends_it() -> None:
    assert seen_at(30 * DAY, replace(TEST, confirmed_at=NOW + DAY)) == [None]


def test_a_channel_that_is_of_another_kind_today_was_never_tried() -> None:
    found = liveness_signals("acme", {"mail": "slack"}, [TEST], NOW + 30 * DAY)

    assert list(found) == []
