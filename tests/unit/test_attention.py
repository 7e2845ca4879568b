"""That nothing looks at timetables is said, and so is that nobody would notice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.attention import Attention, examine_attention
from continuity.domain.verdict import Verdict
from tests.support.incidents import DAY, HOUR, MINUTE, NOW

WELL = Attention(
    looked=NOW - MINUTE,
    by="continuity serve",
    gap=DAY,
    heartbeat="outside",
    digest=True,
    zone="Europe/Madrid",
)


def told(seen: Attention) -> dict[str, tuple[Verdict, str]]:
    return {str(one.subject): (one.verdict, str(one.what)) for one in examine_attention(seen, NOW)}


def test_who_looked_last_and_who_would_notice_is_said() -> None:
    said = told(WELL)

    assert {verdict for verdict, _ in said.values()} == {Verdict.PASS}
    assert "by continuity serve" in said["service"][1]
    assert said["sign of life"][1].startswith("outside hears that the service lives")


@given(
    since=st.none() | st.timedeltas(timedelta(), 60 * DAY),
    gap=st.timedeltas(MINUTE, 40 * DAY),
)
def test_nothing_that_looked_for_longer_than_any_job_may_wait_is_no_pass(
    since: timedelta | None, gap: timedelta
) -> None:
    seen = replace(WELL, gap=gap, looked=None if since is None else NOW - since)
    late = since is None or since > max(gap, 15 * MINUTE)

    assert told(seen)["service"][0] is (Verdict.INCONCLUSIVE if late else Verdict.PASS)


def test_a_workspace_that_nobody_planned_anything_in_is_let_alone() -> None:
    seen = replace(WELL, gap=None, looked=None, digest=False, heartbeat="")

    assert {verdict for verdict, _ in told(seen).values()} == {Verdict.PASS}


def test_a_missing_sign_of_life_and_a_missing_digest_are_no_pass() -> None:
    said = told(replace(WELL, heartbeat="", digest=False, looked=NOW - HOUR))

    assert "service.heartbeat names no channel" in said["sign of life"][1]
    assert said["sign of life"][0] is Verdict.INCONCLUSIVE
    assert said["reports"][0] is Verdict.INCONCLUSIVE


def test_jobs_that_cannot_be_used_are_not_jobs_without_a_timetable() -> None:
    said = told(replace(WELL, gap=None, looked=None, unusable=("erp", "till")))

    assert said["service"][0] is Verdict.INCONCLUSIVE
    assert said["service"][1].endswith("what these plan is not known: erp, till.")
