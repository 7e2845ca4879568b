"""Which places get a copy when, and when somebody has to look after one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.offline_signals import (
    AFTER_A_FAILURE,
    AFTER_AN_EDIT,
    DAILY,
    TIME_TO_PUBLISH,
    Rhythm,
    Shelved,
    Wanted,
    judge_place,
    offline_signals,
    places_due,
    rhythm_of_mail,
)
from continuity.domain.text import say
from continuity.domain.verdict import Verdict

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WANTED = Wanted(stale_after=timedelta(days=7), edition="new")

ago = st.one_of(st.none(), st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30)))


def shelved(at: timedelta | None, edition: str = "new", failed: timedelta | None = None) -> Shelved:
    return Shelved(
        at=None if at is None else NOW - at,
        edition=edition,
        failed_at=None if failed is None else NOW - failed,
        reason=None if failed is None else say("full"),
    )


@pytest.mark.parametrize(
    ("have", "due"),
    [
        (None, True),
        (shelved(MINUTE), False),
        (shelved(DAILY), True),
        (shelved(AFTER_AN_EDIT - MINUTE, "old"), False),
        (shelved(AFTER_AN_EDIT, "old"), True),
        (shelved(None, failed=AFTER_A_FAILURE - MINUTE), False),
        (shelved(DAILY, failed=AFTER_A_FAILURE - MINUTE), False),
        (shelved(DAILY, failed=AFTER_A_FAILURE), True),
    ],
)
def test_a_place_is_due_daily_soon_after_an_edit_and_an_hour_after_a_failure(
    have: Shelved | None, due: bool
) -> None:
    known = {} if have is None else {"stick": have}

    assert places_due({"stick": Rhythm()}, known, "new", NOW) == (("stick",) if due else ())


@pytest.mark.parametrize(
    ("have", "due"),
    [
        (shelved(DAILY), False),
        (shelved(6 * DAILY), True),
        (shelved(AFTER_AN_EDIT, "old"), False),
        (shelved(DAILY, "old"), True),
    ],
)
def test_a_mailbox_gets_few_mails_and_never_an_old_one(have: Shelved, due: bool) -> None:
    mail = {"phones": rhythm_of_mail(WANTED.stale_after)}

    assert places_due(mail, {"phones": have}, "new", NOW) == (("phones",) if due else ())


@given(at=ago, edition=st.sampled_from(["old", "new"]), failed=ago)
def test_green_is_only_a_young_copy_of_today_after_which_nothing_failed(
    at: timedelta | None, edition: str, failed: timedelta | None
) -> None:
    standing = judge_place(shelved(at, edition, failed), WANTED, NOW)
    green = at is not None and edition == "new" and at <= WANTED.stale_after
    green = green and (failed is None or at is None or failed > at)

    assert (standing.verdict is Verdict.PASS) is green
    assert (standing.reason is None) is green


@given(at=ago, edition=st.sampled_from(["old", "new"]), failed=ago)
def test_nobody_is_called_for_what_the_next_night_mends(
    at: timedelta | None, edition: str, failed: timedelta | None
) -> None:
    have = {"stick": shelved(at, edition, failed)}
    seen = list(offline_signals("Acme", ["stick"], have, WANTED, NOW))
    faults = [one.fault for one in seen if one.fault is not None]

    if at is not None and at <= TIME_TO_PUBLISH:
        assert faults == []
    if at is None or at > WANTED.stale_after:
        assert [fault.target for fault in faults] == ["offline:stick"]


def test_a_copy_from_a_clock_that_was_ahead_is_not_younger_than_now() -> None:
    standing = judge_place(shelved(-DAILY), WANTED, NOW)

    assert standing.age == timedelta(0)
