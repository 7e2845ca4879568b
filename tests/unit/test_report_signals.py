"""A report that did not arrive is a fault until one does; nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.fault import FaultKind
from continuity.domain.observation import Observation
from continuity.domain.period import Cadence
from continuity.domain.report_calendar import Clockwork, Expected
from continuity.domain.report_signals import Arrivals, examine_reports, report_signals
from continuity.domain.verdict import Verdict

CLOCKWORK = Clockwork(at=time(7), zone="Europe/Madrid", grace=timedelta(hours=6))
SEVEN = datetime(2026, 11, 21, 6, tzinfo=UTC)
DAILY = Expected(name="boss", cadence=Cadence.DAY, since=SEVEN - timedelta(days=5))
LATE = SEVEN + timedelta(hours=6, seconds=1)


def seen(now: datetime, *arrived: str) -> list[Observation]:
    marks = {("boss", period) for period in arrived}
    arrivals = Arrivals(expected=(DAILY,), arrived=marks, clockwork=CLOCKWORK)
    return list(report_signals("Acme", arrivals, now))


def test_a_digest_that_is_late_is_a_fault_and_one_that_arrived_ends_it() -> None:
    (missed,) = seen(LATE, "2026-11-20")
    (good,) = seen(LATE, "2026-11-21")

    assert missed.fault is not None
    assert missed.fault.kind is FaultKind.REPORT_MISSED
    assert "2026-11-21" in str(missed.reason)
    assert good.fault is None
    assert good.question == missed.question


def test_a_digest_within_its_grace_is_no_fault_yet() -> None:
    (before,) = seen(LATE - timedelta(seconds=2), "2026-11-20")

    assert before.fault is None


def test_an_examination_names_what_is_missing_and_what_to_do() -> None:
    arrivals = Arrivals(expected=(DAILY,), arrived=set(), clockwork=CLOCKWORK)
    (found,) = examine_reports(arrivals, LATE)
    (fresh,) = examine_reports(arrivals, DAILY.since)

    assert (found.verdict, fresh.verdict) == (Verdict.INCONCLUSIVE, Verdict.PASS)
    assert "report --send-due" in str(found.remedy)


@given(st.timedeltas(timedelta(), timedelta(days=4)), st.timedeltas(timedelta(), timedelta(days=4)))
def test_the_same_silence_keeps_its_fingerprint(one: timedelta, other: timedelta) -> None:
    faults = {
        observation.fault.fingerprint
        for now in (SEVEN + one, SEVEN + other)
        for observation in seen(now)
        if observation.fault is not None
    }

    assert len(faults) == 1
