"""What is on the screen before somebody decides, and what of it goes on record."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any  # JSON, or what a library leaves without types

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.decision import InformationItem
from continuity.domain.information_gathering import system_parts, times_of
from continuity.domain.information_pack import (
    ContractPart,
    InformationPack,
    PersonPart,
    RepositoryPart,
    SystemPart,
    Times,
    age,
)
from continuity.domain.information_plain import EVERYTHING, freeze, plain_from_pack
from continuity.domain.verdict import Verdict
from tests.support.judgement import DAY, HOUR, START, Diary, a_job

NOW = START + 30 * DAY
MINUTE = timedelta(minutes=1)

SECRET = "Eva Secretaria"
PACK = InformationPack(
    at=NOW,
    systems=(
        SystemPart(name="billing", title="Billing", criticality="vital", proven_at=NOW - DAY),
    ),
    repositories=(RepositoryPart(name="nas", reachable=None),),
    people=(PersonPart(person="eva", name=SECRET, role="head", side="internal", phone="+34 600"),),
    contracts=(ContractPart(what="Support", where="drawer", phone="+34 601"),),
)
durations = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=9))


def frozen_keys(*items: InformationItem) -> set[str]:
    told: dict[str, Any] = json.loads(freeze(PACK, items).text)
    return {*told, *told["systems"][0]}


def test_the_newest_proven_point_is_told_apart_from_the_newest_claimed_one() -> None:
    diary = Diary().backup(NOW - 3 * DAY).drill(NOW - 2 * DAY, point=NOW - 3 * DAY)
    diary.backup(NOW - HOUR)
    assessment = diary.judged(NOW)

    (part,) = system_parts({"billing": ()}, assessment, diary.facts(), {}, {"billing": "on paper"})

    assert age(PACK, part.proven_at) == 3 * DAY + 5 * MINUTE
    assert age(PACK, part.claimed_at) == HOUR + 5 * MINUTE
    assert (part.tested, part.tested_at) == (Verdict.PASS, NOW - 2 * DAY)
    assert part.alternative == "on paper"


def test_nothing_proven_is_no_age_and_no_time() -> None:
    diary = Diary().backup(NOW - HOUR)

    (part,) = system_parts({"billing": ()}, diary.judged(NOW), diary.facts(), {}, {})

    assert (part.proven_at, part.tested, part.restores, part.conducted) == (None,) * 4


def test_two_things_take_as_long_as_both_and_one_that_was_never_timed_leaves_no_time() -> None:
    other = a_job(name="billing-db", path_set="db")
    diary = Diary().backup(NOW - 3 * DAY).backup(NOW - 3 * DAY, job="billing-db")
    timed: dict[str, Any] = {"full": True, "rto": {"kind": "MEASURED", "milliseconds": 60_000}}
    diary.drill(NOW - 2 * DAY, point=NOW - 3 * DAY, **timed)

    (alone,) = system_parts({"billing": ()}, diary.judged(NOW, copy=other), diary.facts(), {}, {})
    diary.drill(NOW - DAY, point=NOW - 3 * DAY, job="billing-db", **timed)
    (both,) = system_parts({"billing": ()}, diary.judged(NOW, copy=other), diary.facts(), {}, {})

    assert alone.restores is None
    assert both.restores == Times(median=2 * MINUTE, worst=2 * MINUTE, count=1)


@given(st.lists(durations, min_size=1))
def test_the_usual_time_is_no_shorter_than_half_of_them_and_no_longer_than_the_worst(
    measured: list[timedelta],
) -> None:
    times = times_of(measured)

    assert times is not None
    assert 2 * sum(one <= times.median for one in measured) >= len(measured)
    assert times.worst == max(measured)
    assert times.count == len(measured)


def test_who_was_on_the_screen_stands_beside_the_record_and_never_in_it() -> None:
    frozen = freeze(PACK)

    assert not any(word in frozen.text for word in (SECRET, "eva", "+34"))
    assert list(frozen.people.values()) == ["eva"]
    assert "drawer" in frozen.text


def test_the_hash_is_that_of_the_text_as_it_stands() -> None:
    frozen = freeze(PACK)

    assert hashlib.sha256(frozen.text.encode()).hexdigest() == frozen.digest
    assert json.loads(frozen.text)["at"] == plain_from_pack(PACK)["at"]


@given(st.sets(st.sampled_from(InformationItem)))
def test_only_what_was_asked_for_is_on_the_screen(items: set[InformationItem]) -> None:
    shown = frozen_keys(*items)

    assert ("proven_at" in shown) == (InformationItem.RESTORE_POINTS in items)
    assert ("people" in shown) == (InformationItem.ON_DUTY in items)
    assert ("repositories" in shown) == (InformationItem.REPOSITORIES in items)
    assert {"at", "name", "title"} <= shown <= frozen_keys(*EVERYTHING)


def test_a_repository_of_which_nobody_can_tell_is_not_called_reachable() -> None:
    told: Any = plain_from_pack(PACK)

    assert told["repositories"][0]["reachable"] is None


def test_a_moment_of_a_clock_that_runs_ahead_is_not_younger_than_now() -> None:
    assert age(PACK, NOW + HOUR) == timedelta()
