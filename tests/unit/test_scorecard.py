"""3-2-1-1-0 is answered from what was seen: what is unknown is never a yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any  # JSON, or keys of any dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.assessment import assess
from continuity.domain.location import FactName
from continuity.domain.portfolio import JobPlan, Portfolio
from continuity.domain.scorecard import Answer, Part, Scorecard, scorecards
from continuity.domain.storage_judgement import VALIDITY
from continuity.domain.text import say
from tests.support.judgement import CORRUPT, DAY, HOUR, START, Diary, a_job, a_system
from tests.support.sightings import (
    GONE,
    LOCKED_BUCKET,
    OFFICE_DISK,
    OFFICE_NAS,
    OPEN_BUCKET,
    Seen,
    look,
)

NOW = START + 4 * HOUR
DISK = a_job(name="disk", repository="disk", home="office", keeper="local")
NAS = a_job(name="nas", repository="nas", home="office", medium="nas")
CLOUD = a_job(name="cloud", repository="cloud", home="office", site="cloud", medium="object")
ALL = (DISK, NAS, CLOUD)
LOOKS: dict[str, tuple[Seen, str]] = {
    "disk": (OFFICE_DISK, "local"),
    "nas": (OFFICE_NAS, "local"),
    "cloud": (LOCKED_BUCKET, "s3"),
}


def kept(
    jobs: tuple[JobPlan, ...] = ALL,
    *,
    drilled: tuple[str, ...] = ("disk", "nas", "cloud"),
    looks: dict[str, tuple[Seen, str]] | None = None,
) -> Diary:
    """Back everything up into each repository, restore from some of them, look at some."""
    diary = Diary()
    for job in jobs:
        diary.backup(START, job.name, repository=job.repository)
        if job.name in drilled:
            diary.drill(START + HOUR, START, job.name, repository=job.repository)
    for name, (facts, kind) in (LOOKS if looks is None else looks).items():
        look(diary, START + 2 * HOUR, facts, kind=kind, repository=name)
    return diary


def card(
    diary: Diary, jobs: tuple[JobPlan, ...] = ALL, now: datetime = NOW, **more: Any
) -> Scorecard:
    portfolio = Portfolio(systems=(a_system(prove=30 * DAY),), jobs=jobs, facts=diary.facts())
    return scorecards(assess(portfolio, now), portfolio.facts.storage, **more)[0]


def answers(found: Scorecard) -> dict[Part, Answer]:
    return {score.part: score.answer for score in found.scores}


def test_a_firm_that_keeps_the_rule_is_told_so() -> None:
    found = card(kept())

    assert answers(found) == dict.fromkeys(Part, Answer.YES)
    assert found.answer is Answer.YES
    assert [score.found for score in found.scores] == [4, 3, 1, 1, 0]


def test_every_answer_says_why_and_what_it_rests_on() -> None:
    for score in card(kept()).scores:
        assert str(score.reason)
        assert score.known
        assert all(one.source for one in score.known)


def test_one_repository_counts_once_whatever_is_in_it() -> None:
    twin = a_job(name="twin", repository="disk", home="office")
    diary = kept((DISK, twin), drilled=("disk", "twin"))

    assert card(diary, (DISK, twin)).scores[0].found == 2


def test_two_repositories_on_one_file_system_count_once() -> None:
    other = a_job(name="nas", repository="nas", home="office", site="cloud")
    looks = {"disk": (OFFICE_DISK, "local"), "nas": (OFFICE_DISK, "local")}
    found = card(kept((DISK, other), looks=looks), (DISK, other))

    assert answers(found)[Part.COPIES] is Answer.NO
    assert found.scores[0].found == 2


def test_a_copy_that_was_never_restored_from_is_not_counted() -> None:
    found = card(kept(drilled=("disk",)))

    assert answers(found)[Part.COPIES] is Answer.UNKNOWN
    assert answers(found)[Part.OFFSITE] is Answer.UNKNOWN
    assert answers(found)[Part.IMMUTABLE] is Answer.UNKNOWN
    assert answers(found)[Part.VERIFIED] is Answer.UNKNOWN


def test_a_copy_that_came_back_wrong_is_an_error() -> None:
    diary = kept()
    diary.drill(START + 3 * HOUR, START, "nas", **{**CORRUPT, "repository": "nas"})

    assert answers(card(diary))[Part.VERIFIED] is Answer.NO


def test_nothing_is_a_yes_that_nobody_looked_at() -> None:
    found = answers(card(kept(looks={})))

    assert Answer.YES not in {found[part] for part in Part if part is not Part.VERIFIED}


@pytest.mark.parametrize("facts", [GONE, {FactName.REACHABLE: None}])
def test_storage_that_did_not_answer_was_not_seen(facts: Seen) -> None:
    looks = {**LOOKS, "cloud": (facts, "rclone")}

    found = answers(card(kept(looks=looks)))

    assert found[Part.OFFSITE] is Answer.UNKNOWN
    assert found[Part.IMMUTABLE] is Answer.UNKNOWN


def test_what_was_seen_long_ago_is_no_longer_known() -> None:
    found = answers(card(kept(), now=START + 2 * HOUR + VALIDITY))

    assert found[Part.VERIFIED] is Answer.YES
    assert Answer.YES not in {found[part] for part in Part if part is not Part.VERIFIED}


def test_a_lock_is_only_a_yes_where_a_deletion_was_refused() -> None:
    looks = {**LOOKS, "cloud": (OPEN_BUCKET, "s3")}

    assert answers(card(kept(looks=looks)))[Part.IMMUTABLE] is Answer.NO


def test_a_disk_that_was_not_connected_cannot_be_deleted_either() -> None:
    drawer = a_job(name="nas", repository="nas", home="office", medium="removable")
    jobs = (DISK, drawer)
    looks = {"disk": LOOKS["disk"], "nas": (GONE, "local")}

    assert answers(card(kept(jobs, looks=looks), jobs))[Part.IMMUTABLE] is Answer.YES


def test_a_disk_of_this_machine_is_not_elsewhere_because_somebody_wrote_so() -> None:
    said = a_job(name="disk", repository="disk", home="office", site="moon")

    found = answers(card(kept((said,)), (said,)))

    assert found[Part.OFFSITE] is Answer.UNKNOWN


def test_a_disk_of_this_machine_is_no_nas_because_somebody_wrote_so() -> None:
    said = a_job(name="nas", repository="nas", home="office", medium="nas")
    looks = {"disk": LOOKS["disk"], "nas": (OFFICE_DISK, "local")}
    found = answers(card(kept((DISK, said), looks=looks), (DISK, said)))

    assert found[Part.MEDIA] is not Answer.YES


def test_where_a_machine_stands_must_be_written_for_a_copy_to_be_elsewhere() -> None:
    jobs = tuple(replace(job, home=None) for job in ALL)

    assert answers(card(kept(), jobs))[Part.OFFSITE] is Answer.UNKNOWN


def test_the_worst_protected_thing_of_a_system_speaks_for_it() -> None:
    other = a_job(name="lonely", repository="disk", home="office", path_set="bb")
    diary = kept()
    diary.backup(START, "lonely", repository="disk", path_set="bb")
    diary.drill(START + HOUR, START, "lonely", repository="disk", path_set="bb")

    found = card(diary, (*ALL, other))

    assert answers(found)[Part.COPIES] is Answer.NO
    assert found.answer is Answer.NO


def test_a_system_without_jobs_is_unknown() -> None:
    assert card(Diary(), ()).answer is Answer.UNKNOWN


def test_before_the_first_backup_there_is_no_copy() -> None:
    found = card(Diary())

    assert answers(found)[Part.COPIES] is Answer.NO
    assert {str(score.reason) for score in found.scores[:4]} == {"No copy is known yet."}


def test_a_damaged_record_leaves_no_yes() -> None:
    found = answers(card(kept(), doubt=say("The record was altered.")))

    assert set(found.values()) == {Answer.UNKNOWN}


@pytest.mark.parametrize("part", list(Part))
@given(
    looked=st.sets(st.sampled_from(sorted(LOOKS))), drilled=st.sets(st.sampled_from(sorted(LOOKS)))
)
def test_to_look_less_or_to_restore_less_never_makes_an_answer_a_yes(
    part: Part, looked: set[str], drilled: set[str]
) -> None:
    everything = answers(card(kept(looks={**LOOKS, "cloud": (OPEN_BUCKET, "s3")})))
    looks = {name: LOOKS[name] for name in looked}
    if "cloud" in looks:
        looks["cloud"] = (OPEN_BUCKET, "s3")

    less = answers(card(kept(drilled=tuple(sorted(drilled)), looks=looks)))

    assert less[part] is not Answer.YES or everything[part] is Answer.YES
