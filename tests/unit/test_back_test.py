"""What computed recovery times were worth when past restores are predicted from earlier ones."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.back_test import Hindsight, joined, look_back
from continuity.domain.facts import DrillRun, Identity
from continuity.domain.failure import FailureClass
from continuity.domain.restore_cost import Cost, Size, extrapolate, fit_cost
from continuity.domain.verdict import Verdict

START = datetime(2026, 1, 1, tzinfo=UTC)
MIB = 2**20
TRUE = Cost(2_000.0, 30.0, 500.0)


def a_drill(number: int, files: int, mib: int, milliseconds: int) -> DrillRun:
    return DrillRun(
        run_id=f"run-{number}",
        at=START + number * timedelta(days=1),
        verdict=Verdict.PASS,
        failure=None,
        reason=None,
        level="L3",
        full=False,
        point="p",
        data_time=None,
        identity=Identity(),
        milliseconds=milliseconds,
        measured=False,
        files=files,
        bytes=mib * MIB,
        adopted=False,
    )


sizes = st.tuples(st.integers(1, 5_000), st.integers(1, 5_000))


def drilled(tried: list[tuple[int, int]], factor: float = 1.0) -> list[DrillRun]:
    return [
        a_drill(at, files, mib, round(TRUE.of(Size(files, mib * MIB)) * factor))
        for at, (files, mib) in enumerate(tried)
    ]


@given(st.lists(sizes, min_size=8, max_size=30, unique=True))
def test_restores_that_cost_what_they_always_cost_are_predicted_well(
    tried: list[tuple[int, int]],
) -> None:
    seen = look_back(drilled(tried))

    assert seen.count + seen.refused == len(tried)
    assert seen.refused >= 5
    # Sizes that lie in a line leave open which part is dear, until one lies off it.
    assert seen.median_percent is None or seen.count < 6 or seen.median_percent <= 60


def test_the_sign_says_who_was_too_hopeful() -> None:
    tried = [(10 * at, 30 + 7 * at % 50) for at in range(1, 11)]
    slow = drilled(tried)
    slow.append(slow[-1]._replace(milliseconds=slow[-1].milliseconds * 4))
    seen = look_back(slow)

    assert seen.worst_percent == -75
    assert seen.count == 6
    assert seen.kept >= 4


def test_fewer_than_five_tests_before_predict_nothing() -> None:
    seen = look_back(drilled([(10, 10)] * 5))

    assert (seen.count, seen.refused, seen.median_percent) == (0, 5, None)


def test_a_restore_far_beyond_what_was_tested_is_refused_not_guessed() -> None:
    tried = [(10, 10), (11, 12), (12, 9), (13, 11), (14, 10), (10, 2_000)]

    assert look_back(drilled(tried)).count == 0


def test_a_restore_that_took_too_long_teaches_too() -> None:
    tried = drilled([(10 * at, 10 * at) for at in range(1, 8)])
    late = [
        drill._replace(verdict=Verdict.FAIL, failure=FailureClass.TARGET_MISSED) for drill in tried
    ]

    assert look_back(late).count == look_back(tried).count == 2


@given(st.lists(sizes, min_size=12, max_size=16, unique=True), st.integers(0, 11))
def test_one_run_that_waited_moves_the_computed_time_little(
    tried: list[tuple[int, int]], at: int
) -> None:
    runs = [
        (Size(files, mib * MIB), round(TRUE.of(Size(files, mib * MIB)))) for files, mib in tried
    ]
    waited = [*runs]
    waited[at] = (runs[at][0], runs[at][1] * 30)
    middle = sorted(runs, key=lambda run: run[1])[len(runs) // 2][0]

    assert fit_cost(waited).of(middle) <= 2 * fit_cost(runs).of(middle)


def test_the_band_of_few_runs_is_wider_than_they_themselves_lie_apart() -> None:
    times = [1_000, 1_300, 1_100, 1_200, 1_250]
    band = extrapolate([(Size(10, MIB), took) for took in times], Size(10, MIB))

    assert band is not None
    assert band[0] < timedelta(milliseconds=1_300) < band[1]


def test_several_jobs_are_counted_together() -> None:
    one, other = Hindsight(errors=(5, -20), kept=1, refused=5), Hindsight(errors=(1,), kept=1)

    assert joined([one, other]) == Hindsight(errors=(5, -20, 1), kept=2, refused=5)
    assert joined([one, other]).median_percent == 5
    assert joined([]).worst_percent is None
