"""Which restore point a drill goes back to."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.facts import Identity, JobFacts, Point
from continuity.domain.failure import ConfigurationError, NoProofError
from continuity.workflows.choosing import choose_point

START = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def a_point(number: int, removed: bool = False, name: str = "") -> Point:
    at = START + number * DAY
    return Point(
        id=name or f"point-{number:04d}",
        data_time=at,
        usable_time=at,
        identity=Identity(),
        files=1,
        bytes=1,
        whole=True,
        removed_at=at + DAY if removed else None,
    )


def facts(*points: Point) -> JobFacts:
    return JobFacts(job="erp", points=points)


THREE = facts(a_point(2), a_point(1), a_point(3))


def test_newest_and_oldest_go_by_the_time_of_the_data() -> None:
    assert choose_point(THREE, "newest", "s").id == "point-0003"
    assert choose_point(THREE, "oldest", "s").id == "point-0001"


@given(st.text(), st.lists(st.booleans(), min_size=1, max_size=6))
def test_a_removed_point_is_never_chosen(seed: str, removed: list[bool]) -> None:
    known = facts(*(a_point(number, gone) for number, gone in enumerate(removed)))
    for wanted in ("newest", "oldest", "random"):
        if all(removed):
            with pytest.raises(NoProofError):
                choose_point(known, wanted, seed)
        else:
            assert choose_point(known, wanted, seed).removed_at is None


def test_the_same_seed_draws_the_same_point_and_all_points_have_a_chance() -> None:
    drawn = Counter(choose_point(THREE, "random", str(seed)).id for seed in range(90))

    assert choose_point(THREE, "random", "7") == choose_point(THREE, "random", "7")
    assert len(drawn) == 3
    assert min(drawn.values()) > 15


def test_the_beginning_of_an_id_is_enough_when_one_point_has_it() -> None:
    known = facts(
        a_point(1, name="aaaaaaa1"), a_point(2, name="aaaaaaa2"), a_point(3, name="b" * 8)
    )

    assert choose_point(known, "bbbbbb", "s").id == "b" * 8
    assert choose_point(known, "aaaaaaa2", "s").id == "aaaaaaa2"


@pytest.mark.parametrize("wanted", ["aaaaaa", "bbbbb", "cccccc", "", "latest", "a%", "*"])
def test_what_does_not_name_exactly_one_point_names_none(wanted: str) -> None:
    known = facts(
        a_point(1, name="aaaaaaa1"), a_point(2, name="aaaaaaa2"), a_point(3, name="b" * 8)
    )

    with pytest.raises(ConfigurationError):
        choose_point(known, wanted, "s")
