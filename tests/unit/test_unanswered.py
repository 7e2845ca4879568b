"""A restore test that found damage stands until one that would have met it again passes."""

from __future__ import annotations

from typing import Any  # JSON

import pytest

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
