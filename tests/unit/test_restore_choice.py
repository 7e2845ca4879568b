"""Which point comes back, and from which repository: the proof of one proves nothing of another."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any  # JSON, or keys of any dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.assessment import assess
from continuity.domain.evidence import RecordKind
from continuity.domain.failure import ConfigurationError
from continuity.domain.information_gathering import system_parts
from continuity.domain.information_pack import (
    InformationPack,
    RepositoryPart,
    SystemPart,
    lacks_a_repository,
    proven_in_reach,
)
from continuity.domain.portfolio import Portfolio, Storage
from continuity.domain.restore_choice import Candidate, candidates, chosen, kept_where
from continuity.domain.verdict import Verdict
from tests.support.judgement import CORRUPT, DAY, HOUR, START, Diary, a_job, a_system, point_of

CLOUD = Storage(repository="cloud", engine="restic", site="far", medium="object")
AWAY = {"repository": "cloud", "repository_id": "c1", "copy_of": "vault"}
NOW = START + 4 * DAY
NIGHTS = tuple(START + night * DAY for night in range(4))
_night = st.integers(0, 3)
_nights = st.frozensets(_night)


def a_diary(arrived: frozenset[int], vault: frozenset[int], cloud: frozenset[int]) -> Diary:
    """Four nights; what has arrived in the cloud, and what was proven in either."""
    diary = Diary()
    for moment in NIGHTS:
        diary.backup(moment)
    ids = [point_of(NIGHTS[night])["id"] for night in sorted(arrived)]
    diary.write(RecordKind.COPY_OBSERVED, NOW - 2 * HOUR, {**AWAY, "points": ids})
    for night in sorted(vault):
        diary.drill(NOW - HOUR, NIGHTS[night])
    for night in sorted(cloud & arrived):
        diary.drill(NOW - HOUR, NIGHTS[night], **AWAY)
    return diary


def portfolio(diary: Diary) -> Portfolio:
    return Portfolio(systems=(a_system(),), jobs=(a_job(copies=(CLOUD,)),), facts=diary.facts())


def known(diary: Diary) -> tuple[Candidate, ...]:
    all_of_it = portfolio(diary)
    judged = assess(all_of_it, NOW).systems[0].jobs[0]
    return candidates(all_of_it.facts.of("billing-files"), judged)


def pick(among: Sequence[Candidate], wanted: str = "newest-proven") -> Candidate:
    return chosen(among, wanted, "billing-files", UTC)


def night_of(one: Candidate) -> int:
    return next(
        number for number, night in enumerate(NIGHTS) if point_of(night)["id"] == one.point.id
    )


@given(_nights, _nights, _nights)
def test_what_is_proven_in_one_repository_is_proven_there_alone(
    arrived: frozenset[int], vault: frozenset[int], cloud: frozenset[int]
) -> None:
    found = known(a_diary(arrived, vault, cloud))

    proven = {(one.repository, night_of(one)) for one in found if one.proven}
    tested = {(one.repository, night_of(one)) for one in found if one.tested_at is not None}
    assert proven == {("vault", one) for one in vault} | {("cloud", one) for one in cloud & arrived}
    assert tested == proven
    assert {night_of(one) for one in found if one.copy_of} == arrived


@given(_nights, _nights, _nights)
def test_the_newest_proven_one_is_taken_from_wherever_it_is_and_first_from_the_jobs_own(
    arrived: frozenset[int], vault: frozenset[int], cloud: frozenset[int]
) -> None:
    found = known(a_diary(arrived, vault, cloud))
    one = pick(found)
    everywhere = vault | (cloud & arrived)

    if everywhere:
        assert one.proven
        assert night_of(one) == max(everywhere)
        assert one.repository == ("vault" if max(everywhere) in vault else "cloud")
    else:
        assert not one.proven
        assert (night_of(one), one.repository) == (3, "vault")


@given(_nights, _nights, _nights, _night)
def test_a_point_that_is_named_is_taken_from_where_it_is_proven(
    arrived: frozenset[int], vault: frozenset[int], cloud: frozenset[int], named: int
) -> None:
    found = known(a_diary(arrived, vault, cloud))
    one = pick(found, f"id:{point_of(NIGHTS[named])['id']}")

    assert night_of(one) == named
    assert one.proven == (named in vault | (cloud & arrived))


def test_damage_in_the_repository_takes_nothing_from_what_the_copy_proved() -> None:
    every = frozenset(range(4))
    diary = a_diary(every, frozenset({3}), frozenset({1}))
    diary.drill(NOW - HOUR / 2, NIGHTS[2], **CORRUPT)
    found = known(diary)

    assert {(one.repository, night_of(one)) for one in found if one.proven} == {("cloud", 1)}
    assert pick(found).repository == "cloud"


def test_a_name_that_is_no_repository_of_the_job_is_a_mistake() -> None:
    found = known(a_diary(frozenset(range(4)), frozenset(), frozenset()))
    names = ("vault", "cloud")

    assert {one.repository for one in kept_where(found, "cloud", "erp", names)} == {"cloud"}
    assert kept_where(found, "", "erp", names) == found
    with pytest.raises(ConfigurationError, match="neither the repository of erp nor a copy"):
        kept_where(found, "clout", "erp", names)


def test_what_the_repository_has_given_up_is_not_had_back_from_a_copy() -> None:
    diary = a_diary(frozenset(range(4)), frozenset(), frozenset({0}))
    removed: dict[str, Any] = {"verdict": "PASS", "removed": [point_of(NIGHTS[0])["id"]]}
    diary.write(RecordKind.RETENTION_FINISHED, NOW - HOUR / 2, removed)

    assert 0 not in {night_of(one) for one in known(diary)}


def a_pack(diary: Diary, **reach: bool | None) -> tuple[InformationPack, SystemPart]:
    assessment = assess(portfolio(diary), NOW)
    (part,) = system_parts({"billing": ()}, assessment, diary.facts(), {}, {})
    places = tuple(RepositoryPart(name=name, reachable=open_) for name, open_ in reach.items())
    return InformationPack(at=NOW, systems=(part,), repositories=places), part


def test_a_test_that_passed_in_a_copy_is_not_the_last_one_of_the_repository() -> None:
    diary = a_diary(frozenset({0, 1}), frozenset(), frozenset())
    diary.drill(NOW - HOUR, NIGHTS[1], **CORRUPT)
    diary.drill(NOW - HOUR / 2, NIGHTS[1], **AWAY)
    _pack, part = a_pack(diary, vault=True, cloud=True)

    assert (part.tested, part.tested_at) == (Verdict.FAIL, NOW - HOUR)


def in_reach(diary: Diary, **reach: bool | None) -> datetime | None:
    return proven_in_reach(*a_pack(diary, **reach))


def test_what_would_be_lost_counts_only_what_can_be_reached() -> None:
    diary = a_diary(frozenset({0, 1}), frozenset({3}), frozenset({1}))
    data = [night - HOUR / 12 for night in NIGHTS]

    assert in_reach(diary, vault=True, cloud=True) == data[3]
    assert in_reach(diary, vault=None, cloud=None) == data[3]
    assert in_reach(diary, vault=False, cloud=True) == data[1]
    assert in_reach(diary, vault=False, cloud=False) is None
    assert lacks_a_repository(*a_pack(diary, vault=False, cloud=True))
    assert not lacks_a_repository(*a_pack(diary, vault=True, cloud=False))
