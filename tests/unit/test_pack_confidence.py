"""What touching packs says about the others, against exact arithmetic."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.pack_confidence import Touched, state_pack_confidence


def touched(packs: int, count: int, bad: int = 0) -> Touched:
    return Touched(packs=packs, touched=count, bad=bad, bytes=12_345, of_bytes=1_000_000)


@given(st.integers(1, 60), st.integers(0, 400))
def test_one_more_bad_pack_would_have_been_touched_at_95_percent(count: int, more: int) -> None:
    packs = count + more
    stated = state_pack_confidence(touched(packs, count))

    assert stated is not None
    most = stated.most_bad
    assert unseen(packs, count, most) >= Fraction(1, 20)
    if most < more:
        assert unseen(packs, count, most + 1) <= Fraction(1, 20) + Fraction(1, 10**9)


def unseen(packs: int, count: int, bad: int) -> Fraction:
    """Give the exact chance of touching none of the bad ones."""
    return Fraction(comb(packs - bad, count), comb(packs, count))


def test_the_sentence_has_its_denominators_and_says_what_it_supposes() -> None:
    stated = state_pack_confidence(touched(200, 59))

    assert stated is not None
    said = str(stated.sentence)
    assert said.startswith("Files in one pack fail together.")
    assert "lies in 59 of the 200 packs" in said
    assert f"at most {stated.most_bad} of them are bad" in said
    assert "bad throughout, and any pack as likely as any other" in said
    assert "Of the bytes in them 1.23 % were read" in said


def test_touching_every_pack_leaves_none_that_is_gone() -> None:
    stated = state_pack_confidence(touched(7, 7))

    assert stated is not None
    assert (stated.most_bad, stated.upper_bound_ppm) == (0, 0)
    assert "in all 7 packs that hold files" in str(stated.sentence)


def test_a_bad_pack_is_in_the_sentence_and_raises_the_bound() -> None:
    clean, dirty = (state_pack_confidence(touched(200, 59, bad)) for bad in (0, 2))

    assert clean is not None
    assert dirty is not None
    assert dirty.most_bad > clean.most_bad
    assert "In 2 of 59 packs" in str(dirty.sentence)


def test_where_nothing_was_touched_nothing_is_stated() -> None:
    assert state_pack_confidence(touched(9, 0)) is None


@pytest.mark.parametrize(("packs", "count", "bad"), [(5, 6, 0), (5, 3, 4), (5, 3, -1)])
def test_counts_that_cannot_be_are_refused(packs: int, count: int, bad: int) -> None:
    with pytest.raises(ValueError, match="touched"):
        state_pack_confidence(touched(packs, count, bad))


def test_a_single_pack_is_not_told_of_as_of_several() -> None:
    stated = state_pack_confidence(touched(1, 1))

    assert stated is not None
    assert "lies in the only pack that holds files" in str(stated.sentence)
