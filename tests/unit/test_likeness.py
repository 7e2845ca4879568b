"""A source that did not change at all is not sealed anew, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.likeness import Likeness, watch_likeness
from continuity.domain.listing import Unsurveyed
from continuity.domain.manifest import Entry, Seal
from continuity.domain.seal import reseal
from tests.support.entries import a_directory, a_file

LATER = 2_000_000_000 * 10**9
SEALED = [a_directory(b"/data"), a_file(b"/data/a", b"one"), a_file(b"/data/b", b"two")]


def surveyed(entries: list[Entry]) -> list[Entry]:
    return [entry._replace(seal=Seal.SURVEYED, reason="") for entry in entries]


def alike(survey: list[Entry], previous: list[Entry], settled_before_ns: int = LATER) -> bool:
    likeness = Likeness()

    passed = list(watch_likeness(survey, previous, likeness, settled_before_ns))

    assert passed == survey
    return likeness.alike


def test_the_same_entries_are_alike() -> None:
    assert alike(surveyed(SEALED), SEALED)


@pytest.mark.parametrize(
    "field", ["size", "mtime_ns", "ctime_ns", "device", "inode", "links", "mode", "uid", "gid"]
)
def test_a_change_of_anything_about_a_file_is_no_likeness(field: str) -> None:
    survey = surveyed(SEALED)
    survey[1] = survey[1]._replace(**{field: getattr(survey[1], field) + 1})

    assert not alike(survey, SEALED)


def test_other_content_is_no_likeness() -> None:
    survey = surveyed(SEALED)
    survey[2] = survey[2]._replace(sha256=b"\1" * 32)

    assert not alike(survey, SEALED)


def test_a_file_more_or_less_is_no_likeness() -> None:
    assert not alike(surveyed(SEALED), SEALED[:-1])
    assert not alike(surveyed(SEALED[:-1]), SEALED)
    assert not alike(surveyed(SEALED), [])


@pytest.mark.parametrize("seal", [Seal.UNSEALED, Seal.UNSTABLE, Seal.UNREADABLE])
def test_what_was_not_sealed_or_not_surveyed_well_is_joined_again(seal: Seal) -> None:
    doubted = [*SEALED[:-1], SEALED[-1]._replace(seal=seal)]

    assert not alike(surveyed(SEALED), doubted)
    assert not alike([*surveyed(SEALED)[:-1], doubted[-1]], SEALED)


def test_what_was_written_just_now_is_looked_at_again() -> None:
    assert not alike(surveyed(SEALED), SEALED, settled_before_ns=SEALED[1].ctime_ns)


@given(
    survey=st.lists(st.sampled_from(surveyed(SEALED)), unique=True),
    previous=st.lists(
        st.sampled_from([*SEALED, SEALED[1]._replace(mode=0o600), surveyed(SEALED)[2]]),
        unique_by=lambda entry: entry.path,
    ),
)
def test_only_what_sealing_would_give_again_is_alike(
    survey: list[Entry], previous: list[Entry]
) -> None:
    survey.sort(key=lambda entry: entry.path)
    previous.sort(key=lambda entry: entry.path)

    if alike(survey, previous):
        unsurveyed = Unsurveyed()
        assert list(reseal(iter(survey), iter(previous), unsurveyed)) == previous
        assert unsurveyed.count == 0
