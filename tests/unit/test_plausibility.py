"""Backups that claim success and cannot be believed."""

from dataclasses import replace
from typing import Any  # JSON, or keys of any dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.failure import FailureClass
from continuity.domain.job import Plausibility
from continuity.domain.looks import Noise
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


def looks(random: int, of: int = 64, first: int = 0) -> dict[int, Noise]:
    """How so many files look, the first ones of them like noise.

    The keys of two choices lie among each other, as those of real names do.
    """
    kinds = [Noise.RANDOM] * random + [Noise.ORDINARY] * (of - random)
    return dict(zip(range(first, first + 10 * of, 10), kinds, strict=True))


def test_a_jump_of_changes_holds_pruning_and_with_random_bytes_it_fails() -> None:
    many = judged(changed_percent=90)
    scrambled = judged(changed_percent=90, looks_before=looks(6), looks=looks(60))

    assert failures(many) == [(Verdict.INCONCLUSIVE, FailureClass.POSSIBLE_ENCRYPTION)]
    assert (Verdict.FAIL, FailureClass.POSSIBLE_ENCRYPTION) in failures(scrambled)
    assert many.hold is not None
    assert scrambled.hold is not None


def test_a_jump_of_changes_without_any_noise_is_asked_about_and_holds_nothing() -> None:
    rewritten = judged(changed_percent=90, looks_before=looks(6), looks=looks(6))

    assert failures(rewritten) == [(Verdict.INCONCLUSIVE, FailureClass.SOURCE_SUSPECT)]
    assert rewritten.quarantined
    assert rewritten.hold is None


def test_a_jump_of_changes_among_files_that_were_noise_before_still_holds_pruning() -> None:
    packed = judged(changed_percent=90, looks_before=looks(60), looks=looks(60))

    assert failures(packed) == [(Verdict.INCONCLUSIVE, FailureClass.POSSIBLE_ENCRYPTION)]
    assert packed.hold is not None


@pytest.mark.parametrize(("turned", "alarm"), [(0, False), (2, False), (6, False), (7, True)])
def test_a_tenth_of_the_files_turning_to_noise_is_an_alarm_whatever_else_changed(
    turned: int, alarm: bool
) -> None:
    slowly = judged(changed_percent=2, looks_before=looks(0), looks=looks(turned))
    long_since = judged(changed_percent=0, looks_once=looks(0), looks=looks(turned))

    assert bool(slowly.reasons) == bool(long_since.reasons) == alarm
    assert (slowly.hold is not None) == alarm


def test_the_only_file_that_turns_to_noise_is_an_alarm() -> None:
    assert judged(changed_percent=2, looks_before=looks(0, 1), looks=looks(1, 1)).reasons


def test_noise_that_arrives_beside_what_was_there_is_none() -> None:
    photos = {**looks(3, 40), **looks(40, 40, first=5)}

    assert judged(changed_percent=1, looks_before=looks(3, 40), looks=photos).reasons == ()


def test_files_that_give_way_to_noise_are_an_alarm_but_not_under_another_name() -> None:
    noise = looks(60, first=5)

    assert judged(churn_percent=80, looks_once=looks(6), looks=noise).hold is not None
    assert judged(churn_percent=2, looks_once=looks(6), looks=noise).reasons == ()


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
