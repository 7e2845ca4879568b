"""A restore test that found damage stands until one that would have met it again passes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any  # JSON

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.drills import latest_drills, unanswered
from continuity.domain.facts import DrillRun
from continuity.domain.failure import FailureClass
from continuity.domain.folding import KEPT_DRILLS
from continuity.domain.proof import Proof
from continuity.domain.verdict import Verdict
from tests.support.judgement import DAY, HOUR, NOW, START, a_good_week

OLD, NEW = START, START + 6 * DAY
WRONG = {"verdict": "FAIL", "failure": "checksum-mismatch"}
REFUSED = {"verdict": "FAIL", "failure": "application-check", "full": True, "level": "L0"}


def proof_after(*drills: tuple[Any, dict[str, Any]]) -> Proof:  # JSON
    diary = a_good_week()
    for hours, (point, changed) in enumerate(drills):
        diary.drill(NOW + hours * HOUR, point, **changed)
    return diary.judged(NOW + DAY).systems[0].jobs[0].proof


@pytest.mark.parametrize(
    ("drills", "verdict"),
    [
        pytest.param([(NEW, WRONG)], Verdict.FAIL, id="nothing followed"),
        pytest.param([(NEW, WRONG), (NEW, {})], Verdict.PASS, id="the same point passed"),
        pytest.param([(OLD, WRONG), (NEW, {})], Verdict.PASS, id="a newer point passed"),
        pytest.param([(NEW, WRONG), (OLD, {})], Verdict.FAIL, id="an older point passed"),
        pytest.param([(NEW, WRONG), (OLD, {}), (NEW, {})], Verdict.PASS, id="older, then the same"),
        pytest.param([(NEW, {}), (NEW, WRONG), (OLD, {})], Verdict.FAIL, id="passed before"),
        pytest.param([(NEW, REFUSED), (NEW, {})], Verdict.FAIL, id="a sample asks less"),
        pytest.param(
            [(NEW, REFUSED), (NEW, {"full": True, "level": "L4"})], Verdict.PASS, id="all of it"
        ),
    ],
)
def test_damage_stands_until_a_test_that_would_have_met_it_passes(
    drills: list[tuple[Any, dict[str, Any]]],  # JSON
    verdict: Verdict,
) -> None:
    proof = proof_after(*drills)

    assert proof.verdict is verdict
    assert proof.fresh is (verdict is Verdict.PASS)


def test_damage_in_a_repository_that_was_left_behind_is_not_held_against_the_new_one() -> None:
    elsewhere = {**WRONG, "repository": "former", "repository_id": "r0"}

    assert proof_after((NEW, elsewhere), (OLD, {})).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [pytest.param(OLD, Verdict.FAIL, id="an older"), pytest.param(NEW, Verdict.PASS, id="itself")],
)
def test_damage_is_never_forgotten_however_many_tests_of_older_points_passed_since(
    answer: datetime, verdict: Verdict
) -> None:
    diary = a_good_week().drill(NOW, NEW, **WRONG)
    for minute in range(1, KEPT_DRILLS + 5):
        diary.drill(NOW + minute * HOUR / 60, OLD)
    diary.drill(NOW + 12 * HOUR, answer)

    assert diary.judged(NOW + DAY).systems[0].jobs[0].proof.verdict is verdict
    drills = diary.facts().of("billing-files").drills
    assert len(drills) == KEPT_DRILLS + (verdict is Verdict.FAIL)


def wrong_in(drills: Sequence[DrillRun]) -> set[str]:
    return {drill.identity.repository for drill in unanswered(drills)}


SOME: DrillRun = a_good_week().drill(NOW, NEW).facts().of("billing-files").drills[-1]
SOME_DRILLS = st.builds(
    lambda verdict, failure, full, day, place: SOME._replace(
        verdict=verdict,
        failure=None if verdict is Verdict.PASS else failure,
        full=full,
        data_time=None if day is None else START + day * DAY,
        identity=SOME.identity._replace(repository=place),
    ),
    st.sampled_from([Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE]),
    st.sampled_from(
        [
            FailureClass.CHECKSUM_MISMATCH,
            FailureClass.APPLICATION_CHECK,
            FailureClass.TARGET_MISSED,
            FailureClass.RESIDUE,
        ]
    ),
    st.booleans(),
    st.none() | st.integers(0, 3),
    st.sampled_from(["vault", "away"]),
)


@given(st.lists(SOME_DRILLS, max_size=25), st.integers(1, 4))
def test_what_is_kept_of_the_tests_says_the_same_of_damage_as_all_of_them(
    drawn: list[DrillRun], most: int
) -> None:
    drills = [
        drill._replace(at=NOW + at * HOUR, run_id=f"run-{at}") for at, drill in enumerate(drawn)
    ]
    kept: tuple[DrillRun, ...] = ()
    for drill in drills:
        kept = latest_drills((*kept, drill), most)

    assert wrong_in(kept) == wrong_in(drills)
    assert kept[-most:] == tuple(drills[-most:])
    assert len(kept) <= most + 4
