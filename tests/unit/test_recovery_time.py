"""Recovery times: measured, computed, or honestly unknown."""

from datetime import UTC, datetime, timedelta
from typing import Any  # JSON, or keys of any dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.facts import DrillRun, Identity
from continuity.domain.failure import FailureClass
from continuity.domain.recovery_time import TimeKind, judge_recovery_time
from continuity.domain.restore_cost import Cost, Size, extrapolate, fit_cost
from continuity.domain.verdict import Verdict

NOW = datetime(2026, 7, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MIB = 2**20

sizes = st.builds(Size, st.integers(1, 10**5), st.integers(1, 10**11))
runs = st.lists(st.tuples(sizes, st.integers(1, 10**8)), min_size=5, max_size=24)


def a_drill(days: int, milliseconds: int, **changed: Any) -> DrillRun:
    drill = DrillRun(
        run_id=f"run-{days}",
        at=NOW - days * DAY,
        verdict=Verdict.PASS,
        failure=None,
        reason=None,
        level="L4",
        full=True,
        point="p",
        data_time=None,
        identity=Identity(),
        milliseconds=milliseconds,
        measured=True,
        files=1000,
        bytes=1000 * MIB,
        adopted=False,
    )
    return drill._replace(**changed)


@given(
    st.tuples(st.integers(0, 5000), st.integers(0, 200), st.integers(0, 9000)),
    st.lists(sizes, min_size=6, max_size=24, unique=True),
)
def test_an_exact_cost_is_found_again(cost: tuple[int, int, int], tried: list[Size]) -> None:
    true = Cost(*map(float, cost))
    timed = [(size, round(true.of(size))) for size in tried]
    fitted = fit_cost(timed)

    assert min(fitted) >= 0
    errors = [abs(fitted.of(size) - milliseconds) for size, milliseconds in timed]
    assert max(errors) <= 4 + 0.005 * max(milliseconds for _, milliseconds in timed)


@given(runs, sizes)
def test_a_computed_time_is_a_band_and_never_nothing(
    tried: list[tuple[Size, int]], size: Size
) -> None:
    band = extrapolate(tried, size)
    biggest = max(one.bytes for one, _ in tried), max(one.files for one, _ in tried)
    too_far = size.bytes > 20 * biggest[0] or size.files > 20 * biggest[1]

    assert too_far == (band is None)
    assert band is None or timedelta(0) < band[0] <= band[1]


def test_fewer_than_five_runs_compute_nothing() -> None:
    assert extrapolate([(Size(10, 10), 10)] * 4, Size(10, 10)) is None


def test_a_measured_time_is_taken_while_it_is_valid() -> None:
    drills = [a_drill(30, 600_000)]
    young = judge_recovery_time(drills, Size(1000, MIB), NOW, 100 * DAY)
    old = judge_recovery_time(drills, Size(1000, MIB), NOW, 30 * DAY)

    assert (TimeKind.MEASURED, timedelta(minutes=10)) == (young.kind, young.high)
    assert (old.kind, old.high) == (TimeKind.UNKNOWN, None)
    assert timedelta(minutes=10) == old.floor


def test_a_full_restore_that_took_too_long_is_still_a_measurement() -> None:
    slow = a_drill(1, 9_000_000, verdict=Verdict.FAIL, failure=FailureClass.TARGET_MISSED)
    broken = a_drill(1, 1_000, verdict=Verdict.FAIL, failure=FailureClass.INTEGRITY)

    assert timedelta(hours=2.5) == judge_recovery_time([slow], None, NOW, DAY * 9).high
    assert judge_recovery_time([broken], None, NOW, DAY * 9).high is None


@pytest.mark.parametrize(
    ("times", "percent"),
    [([100, 100, 100, 125], 25), ([100], None), ([100, 50], -50), ([1, 9, 9, 9, 9, 9, 9, 18], 100)],
)
def test_the_trend_compares_with_the_median_of_the_six_before(
    times: list[int], percent: int | None
) -> None:
    drills = [a_drill(len(times) - at, milliseconds) for at, milliseconds in enumerate(times)]

    assert percent == judge_recovery_time(drills, None, NOW, 100 * DAY).trend_percent
