"""Backups that claim success and cannot be believed."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.failure import FailureClass
from continuity.domain.job import Plausibility
from continuity.domain.plausibility import (
    Baseline,
    Observed,
    Plausible,
    baseline_from_facts,
    judge_plausibility,
    usual_bounds,
)
from continuity.domain.verdict import Verdict
from tests.support.judgement import DAY, START, Diary, point_of

USUAL = Baseline(files=(1000, 1002, 1001, 1005, 1004), bytes=(10**9,) * 5)
POLICY = Plausibility()


SEEN = Observed(files=1003, size=10**9)


def judged(baseline: Baseline = USUAL, **seen: Any) -> Plausible:
    return judge_plausibility(replace(SEEN, **seen), baseline, POLICY)


def failures(plausible: Plausible) -> list[tuple[Verdict, FailureClass | None]]:
    return [(reason.verdict, reason.failure) for reason in plausible.reasons]


def test_a_backup_like_those_before_is_believed() -> None:
    assert Plausible(reasons=(), quarantined=False, hold=None) == judged(changed_percent=3)


def test_no_files_at_all_is_a_failure_without_any_history() -> None:
    plausible = judged(Baseline(), files=0, size=0)

    assert failures(plausible) == [(Verdict.FAIL, FailureClass.SOURCE_SUSPECT)]


@pytest.mark.parametrize("seen", [{"files": 400}, {"files": 3000}, {"size": 10**8}])
def test_an_unusual_size_is_quarantined(seen: dict[str, Any]) -> None:
    plausible = judged(**seen)

    assert failures(plausible) == [(Verdict.INCONCLUSIVE, FailureClass.SOURCE_SUSPECT)]
    assert plausible.quarantined
    assert plausible.hold is None


def test_a_jump_of_changes_holds_pruning_and_with_random_bytes_it_fails() -> None:
    many = judged(changed_percent=90)
    scrambled = judged(changed_percent=90, random_percent_before=10, random_percent=95)

    assert failures(many) == [(Verdict.INCONCLUSIVE, FailureClass.POSSIBLE_ENCRYPTION)]
    assert failures(scrambled) == [(Verdict.FAIL, FailureClass.POSSIBLE_ENCRYPTION)]
    assert many.hold is not None
    assert scrambled.hold is not None


def test_the_first_backup_may_change_everything() -> None:
    assert judged(Baseline(), changed_percent=100).reasons == ()


def test_an_altered_canary_holds_pruning_whatever_else_is_usual() -> None:
    observed = Observed(files=1003, size=10**9, altered_canaries=(b"/srv/canary\x1b",))
    plausible = judge_plausibility(observed, USUAL, POLICY)

    assert failures(plausible) == [(Verdict.FAIL, FailureClass.POSSIBLE_ENCRYPTION)]
    assert plausible.hold is not None
    assert "\x1b" not in str(plausible.hold)


def test_quarantined_values_enter_the_baseline_only_when_accepted() -> None:
    diary = Diary().backup(START)
    odd = {**point_of(START + DAY), "files": 7}
    diary.backup(START + DAY, verdict="INCONCLUSIVE", quarantined=True, point=odd)
    before = baseline_from_facts(diary.facts().of("billing-files"))
    accepted = diary.facts().of("billing-files").points[-1]._replace(whole=True, quarantined=False)
    facts = diary.facts().of("billing-files")
    after = baseline_from_facts(type(facts)(job="x", points=(*facts.points[:-1], accepted)))

    assert before.files == (100,)
    assert after.files == (100, 7)


@given(st.lists(st.integers(0, 10**6), min_size=5, max_size=40), st.integers(1, 20))
def test_most_of_what_was_usual_is_within_the_bounds(usual: list[int], tolerance: int) -> None:
    bounds = usual_bounds(usual, tolerance, 3)

    assert bounds is not None
    assert 2 * sum(bounds[0] <= value <= bounds[1] for value in usual) >= len(usual)


@given(st.lists(st.integers(0, 10**6), min_size=7, max_size=40), st.integers(0, 10**12))
def test_one_wild_value_hardly_moves_the_bounds(usual: list[int], wild: int) -> None:
    bounds = usual_bounds([*usual, wild], 8, 3)

    assert bounds is not None
    assert bounds[1] <= max(usual) + 8 * max(*usual, 3)


def test_a_short_history_says_nothing() -> None:
    assert usual_bounds([1, 2, 3, 4], 8, 3) is None
