"""How ready a runbook is: what failed counts most, what is not known is never ready."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.evidence import Draft, Record, RecordKind, canonical_bytes
from continuity.domain.readiness import (
    Check,
    Exercise,
    Finding,
    Question,
    Readiness,
    Ready,
    checked_from_records,
    draft_checked,
    exercises_from,
    judge_readiness,
    why_unready,
)
from continuity.domain.report_ready import Book, ready_lines
from continuity.domain.text import say
from tests.support.judgement import DAY, NOW

BASIS = {"runbook": "a", "systems": "b", "people": "c", "policy": "d"}
SAID = say("so it is")
answers = st.sampled_from([True, False, None])


def finding(check: Check = Check.PHONES, *, good: bool | None = True) -> Finding:
    return Finding(check=check, good=good, what=SAID)


def practised(age: timedelta = DAY, changed: str = "") -> Exercise:
    basis = {name: "other" if name == changed else part for name, part in BASIS.items()}
    return Exercise(run="r1", mode="full", at=NOW - age, basis=basis)


def judged(
    *findings: Finding,
    exercises: tuple[Exercise, ...] = (practised(),),
    every: timedelta | None = None,
) -> Readiness:
    question = Question(
        runbook="billing",
        findings=findings or (finding(),),
        basis=BASIS,
        exercises=exercises,
        every=every,
    )
    return judge_readiness(question, NOW)


def recorded(draft: Draft, sequence: int = 1) -> Record:
    return Record(
        sequence=sequence,
        recorded_at=NOW,
        kind=draft.kind,
        job=None,
        run_id=None,
        body=draft.body,
        personal_hash=None,
        previous="",
        hash="",
    )


@given(st.lists(answers, min_size=1), st.booleans())
def test_ready_is_only_what_passed_every_check_and_was_practised(
    given_answers: list[bool | None], was_practised: bool
) -> None:
    found = judged(
        *(finding(good=good) for good in given_answers),
        exercises=(practised(),) if was_practised else (),
    )

    assert (found.state is Ready.READY) == (was_practised and all(given_answers))
    assert (found.state is Ready.NOT_READY) == (False in given_answers)


@given(st.sampled_from(sorted(BASIS)))
def test_any_change_of_what_it_rests_on_asks_for_another_try(part: str) -> None:
    found = judged(exercises=(practised(changed=part),))

    assert found.state is Ready.NEEDS_VERIFICATION
    assert len(found.reasons) == 1


def test_only_the_latest_practice_counts() -> None:
    older = practised(2 * DAY, "runbook")

    assert judged(exercises=(practised(), older)).state is Ready.READY
    assert judged(exercises=(practised(3 * DAY), older)).state is Ready.NEEDS_VERIFICATION


@given(st.integers(min_value=0, max_value=400), st.integers(min_value=1, max_value=400))
def test_practice_is_too_old_after_what_was_agreed(age: int, every: int) -> None:
    found = judged(exercises=(practised(age * DAY),), every=every * DAY)

    assert (found.state is Ready.READY) == (age <= every)


def test_nothing_looked_at_is_not_ready() -> None:
    question = Question(runbook="billing", findings=(), basis=BASIS, exercises=(practised(),))

    assert judge_readiness(question, NOW).state is Ready.NEEDS_VERIFICATION


def test_a_run_counts_as_practice_only_completed_and_of_a_kind_that_is_agreed() -> None:
    body = {"runbook": "billing", "outcome": "completed", "mode": "table-top", "basis": BASIS}
    bodies = [
        body,
        {**body, "mode": "real"},
        {**body, "mode": "full"},
        {**body, "outcome": "aborted"},
        {**body, "runbook": "shop"},
    ]
    records = [recorded(Draft(kind=RecordKind.RUNBOOK_MEASURED, body=one)) for one in bodies]

    found = exercises_from(records, "billing", ("table-top",))

    assert [one.mode for one in found] == ["table-top", "real"]
    assert found[0].basis == BASIS


def test_what_was_found_is_recorded_by_name_and_read_back_by_the_report() -> None:
    found = judged(finding(Check.PHONES, good=False), finding(Check.OFFLINE, good=None))
    draft = draft_checked(found, "f" * 64)
    known = checked_from_records([recorded(draft)])
    why = why_unready(known["billing"], "f" * 64)

    assert canonical_bytes(draft.body)
    assert draft.personal is None
    assert (known["billing"].failed, known["billing"].total) == (("phones",), 2)
    assert why is not None
    assert "1 of 2" in str(why)


def test_nothing_is_said_of_a_runbook_that_was_edited_since_it_was_checked() -> None:
    known = checked_from_records([recorded(draft_checked(judged(finding(good=False)), "old"))])
    (line,) = ready_lines([Book(name="billing", title="Billing", hash="new")], known)

    assert why_unready(known["billing"], "new") is None
    assert (line.state, line.ready, line.checked_at) == ("", False, None)


def test_a_ready_runbook_needs_no_recommendation_and_an_untried_one_does() -> None:
    ready = checked_from_records([recorded(draft_checked(judged(), "h"))])["billing"]
    untried = replace(ready, state=Ready.NEEDS_VERIFICATION.value)

    assert why_unready(ready, "h") is None
    assert why_unready(untried, "h") is not None
    (line,) = ready_lines([Book(name="billing", title="Billing", hash="h")], {"billing": ready})
    assert line.ready
