"""From what a drill found to what is concluded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.compare import Comparison, Finding, Outcome
from continuity.domain.facts import Identity, Point
from continuity.domain.failure import FailureClass
from continuity.domain.reason import gravity
from continuity.domain.run import Conclusion
from continuity.domain.sampling import Sample
from continuity.domain.text import say
from continuity.domain.verdict import Verdict
from continuity.engines.engine import RestoreResult
from continuity.sandbox.teardown import Teardown
from continuity.workflows.judging import conclude_drill
from continuity.workflows.planning import DrillPlan
from continuity.workflows.restoring import Restored

NOW = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
BAD = (Outcome.CORRUPT, Outcome.MISSING, Outcome.EXTRA, Outcome.METADATA)


def a_plan(sample: Sample | None = None) -> DrillPlan:
    return DrillPlan(
        job="erp",
        point=Point(
            id="p",
            data_time=NOW,
            usable_time=NOW,
            identity=Identity(),
            files=10,
            bytes=10,
            whole=True,
        ),
        why="newest",
        seed="s",
        manifest="m",
        full=sample is None,
        sample=sample,
        paths=None,
        expected_entries=10,
        expected_bytes=10,
        population_files=10,
        population_bytes=10,
    )


def a_sample(owners: tuple[bytes, ...] = (), missed: tuple[bytes, ...] = ()) -> Sample:
    return Sample(
        seed="s",
        entries=(),
        always=owners,
        random=(),
        due=(),
        owners_choice=frozenset(owners),
        absent=(),
        missed=missed,
        cut=0,
        eligible=10,
        bytes=0,
    )


def a_comparison(counts: Mapping[Outcome, int], keep: int = 1_000) -> Comparison:
    found = [
        Finding(b"/%s/%d" % (outcome.encode(), number), outcome, say("It is wrong."))
        for outcome in Outcome
        if outcome is not Outcome.MATCH
        for number in range(counts.get(outcome, 0))
    ]
    return Comparison(
        counts={outcome: counts.get(outcome, 0) for outcome in Outcome},
        findings=tuple(found[:keep]),
        findings_total=len(found),
        compared_files=sum(counts.get(outcome, 0) for outcome in (Outcome.MATCH, *BAD)),
        compared_bytes=0,
    )


def a_restore(comparison: Comparison, problems: tuple[str, ...] = (), left: int = 0) -> Restored:
    return Restored(
        result=RestoreResult(way="w", calls=1, whole=False, problems=problems),
        comparison=comparison,
        drifted=(),
        isolation="B",
        shares_source_file_system=False,
        teardown=Teardown(seconds=0.1, removed=3, left=left, residue=()),
        milliseconds=1_000,
    )


def concluded(
    counts: Mapping[Outcome, int],
    plan: DrillPlan | None = None,
    problems: tuple[str, ...] = (),
    left: int = 0,
) -> Conclusion:
    return conclude_drill(plan or a_plan(), a_restore(a_comparison(counts), problems, left), None)


counted = st.dictionaries(st.sampled_from(Outcome), st.integers(0, 4))
plans = st.sampled_from((a_plan(), a_plan(a_sample()), a_plan(a_sample(owners=(b"/missing/0",)))))
complaints = st.sampled_from(((), ("it hurts",)))


@given(counted, plans, complaints, st.integers(0, 2), st.sampled_from(Outcome))
def test_one_more_finding_never_improves_a_conclusion(
    counts: dict[Outcome, int],
    plan: DrillPlan,
    problems: tuple[str, ...],
    left: int,
    outcome: Outcome,
) -> None:
    if outcome is Outcome.MATCH:
        outcome = Outcome.CORRUPT
    more = {**counts, outcome: counts.get(outcome, 0) + 1}

    before = concluded(counts, plan, problems, left)
    after = concluded(more, plan, problems, left)

    # A path that could not be verified may be the first that could have failed at all.
    if outcome in BAD:
        assert after.verdict is Verdict.FAIL
    assert gravity(before.verdict) <= gravity(after.verdict)


@given(counted, plans, complaints, st.integers(0, 2))
def test_a_pass_needs_something_compared_and_nothing_wrong(
    counts: dict[Outcome, int], plan: DrillPlan, problems: tuple[str, ...], left: int
) -> None:
    conclusion = concluded(counts, plan, problems, left)

    if conclusion.verdict is Verdict.PASS:
        assert counts.get(Outcome.MATCH, 0) > 0
        assert not any(counts.get(outcome, 0) for outcome in BAD)
        assert not problems
        assert not left
    else:
        assert conclusion.failure is not None
        assert conclusion.reason is not None


def test_nothing_compared_is_not_a_pass() -> None:
    conclusion = concluded({Outcome.UNVERIFIABLE: 3, Outcome.DRIFTED: 2})

    assert (conclusion.verdict, conclusion.failure) == (
        Verdict.INCONCLUSIVE,
        FailureClass.NO_PROOF,
    )


@pytest.mark.parametrize("plan", [a_plan(), a_plan(a_sample())])
def test_directories_and_links_alone_are_not_a_pass(plan: DrillPlan) -> None:
    alone = replace(a_comparison({Outcome.MATCH: 9}), compared_files=0)
    conclusion = conclude_drill(plan, a_restore(alone), None)

    assert (conclusion.verdict, conclusion.failure) == (
        Verdict.INCONCLUSIVE,
        FailureClass.NO_PROOF,
    )


def test_the_worst_that_was_found_names_the_failure() -> None:
    order = [concluded(dict.fromkeys(BAD[position:], 1)).failure for position in range(len(BAD))]

    assert order == [
        FailureClass.CHECKSUM_MISMATCH,
        FailureClass.MISSING_FILES,
        FailureClass.UNEXPECTED_FILES,
        FailureClass.METADATA_MISMATCH,
    ]


def test_damage_is_a_failure_when_there_is_too_much_of_it_to_name() -> None:
    found = a_comparison({Outcome.MISSING: 1_000, Outcome.CORRUPT: 1})
    only_missing = tuple(item for item in found.findings if item.outcome is Outcome.MISSING)

    conclusion = conclude_drill(a_plan(), a_restore(replace(found, findings=only_missing)), None)

    assert (conclusion.verdict, conclusion.failure) == (
        Verdict.FAIL,
        FailureClass.CHECKSUM_MISMATCH,
    )


def test_what_people_named_must_have_been_in_the_sample() -> None:
    conclusion = concluded({Outcome.MATCH: 9}, a_plan(a_sample(missed=(b"/ledger",))))

    assert (conclusion.verdict, conclusion.failure) == (
        Verdict.INCONCLUSIVE,
        FailureClass.NO_PROOF,
    )
    assert "/ledger" in str(conclusion.reason)


def test_what_people_named_must_have_been_verified() -> None:
    plan = a_plan(a_sample(owners=(b"/unverifiable/0",)))

    conclusion = concluded({Outcome.MATCH: 9, Outcome.UNVERIFIABLE: 1}, plan)

    assert conclusion.verdict is Verdict.INCONCLUSIVE


def test_a_recovery_slower_than_its_target_fails_only_when_everything_came_back() -> None:
    restored = replace(a_restore(a_comparison({Outcome.MATCH: 9})), milliseconds=3_600_001)

    whole = conclude_drill(a_plan(), restored, HOUR)
    sample = conclude_drill(a_plan(a_sample()), restored, HOUR)

    assert (whole.verdict, whole.failure) == (Verdict.FAIL, FailureClass.TARGET_MISSED)
    assert sample.verdict is Verdict.PASS


def test_a_recovery_within_its_target_passes() -> None:
    restored = replace(a_restore(a_comparison({Outcome.MATCH: 9})), milliseconds=3_600_000)

    assert conclude_drill(a_plan(), restored, HOUR).verdict is Verdict.PASS


def test_restored_data_that_cannot_be_deleted_is_a_failure() -> None:
    conclusion = concluded({Outcome.MATCH: 9}, left=1)

    assert (conclusion.verdict, conclusion.failure) == (Verdict.FAIL, FailureClass.RESIDUE)
