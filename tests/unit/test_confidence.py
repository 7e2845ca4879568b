"""What a clean sample says about the rest, against exact arithmetic."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.confidence import Ways, most_bad_files, state_confidence, upper_bound

counts = st.tuples(st.integers(1, 60), st.integers(0, 3), st.integers(0, 400)).map(
    lambda drawn: (drawn[0], min(drawn[1], drawn[0]), drawn[0] + drawn[2])
)


@pytest.mark.parametrize(("drawn", "percent"), [(59, "4.95"), (299, "1.00"), (2995, "0.10")])
def test_a_clean_sample_bounds_the_bad_share_as_the_tables_say(drawn: int, percent: str) -> None:
    assert percent == f"{100 * upper_bound(drawn):.2f}"


@pytest.mark.parametrize(("drawn", "ppm"), [(59, 49_507), (299, 9_970), (2995, 1_000)])
def test_in_a_huge_population_the_finite_bound_is_the_endless_one(drawn: int, ppm: int) -> None:
    stated = state_confidence(drawn, 0, 100_000_000)

    assert stated is not None
    assert stated.upper_bound_ppm == pytest.approx(ppm, abs=1)


@given(counts)
def test_one_more_bad_file_would_have_been_seen_at_95_percent(
    drawn_bad_population: tuple[int, int, int],
) -> None:
    drawn, bad, population = drawn_bad_population
    most = most_bad_files(drawn, bad, population)

    assert chance(drawn, bad, most, population) >= Fraction(1, 20)
    if most < population - drawn + bad:
        assert chance(drawn, bad, most + 1, population) <= Fraction(1, 20) + Fraction(1, 10**9)


def chance(drawn: int, bad: int, all_bad: int, population: int) -> Fraction:
    """Give the exact chance of drawing at most ``bad`` bad files."""
    ways = sum(comb(all_bad, k) * comb(population - all_bad, drawn - k) for k in range(bad + 1))
    return Fraction(ways, comb(population, drawn))


@given(st.integers(5, 300), st.integers(1, 4))
def test_the_endless_bound_leaves_a_chance_of_five_percent(drawn: int, bad: int) -> None:
    share = upper_bound(drawn, bad)
    seen = sum(comb(drawn, k) * share**k * (1 - share) ** (drawn - k) for k in range(bad + 1))

    assert seen == pytest.approx(0.05, abs=1e-6)


def test_looking_at_everything_leaves_no_doubt() -> None:
    stated = state_confidence(20, 0, 20)

    assert stated is not None
    assert stated.upper_bound_ppm == 0
    assert str(stated.sentence) == "All 20 files were compared; 0 were bad."


def test_a_single_file_is_not_told_of_as_of_several() -> None:
    stated = state_confidence(1, 0, 1)

    assert stated is not None
    assert str(stated.sentence) == "The only file was compared; bad: 0."


def test_nothing_drawn_states_nothing() -> None:
    assert state_confidence(0, 0, 1000) is None


def test_the_sentence_has_its_denominators_and_its_caveat() -> None:
    stated = state_confidence(299, 0, 20_000)

    assert stated is not None
    assert "at most 197 of all 20000 files" in str(stated.sentence)
    assert "stored together" in str(stated.sentence)


def test_the_sentence_says_how_many_were_proven_which_way_where_there_were_two() -> None:
    alone, both = (
        state_confidence(299, 0, 20_000, Ways(engine="restic", restored=299 - read, read=read))
        for read in (0, 240)
    )

    assert alone == state_confidence(299, 0, 20_000)
    assert both is not None
    assert "59 were restored by restic and 240 were read without it" in str(both.sentence)
    assert "at most 197 of all 20000 files" in str(both.sentence)


@pytest.mark.parametrize(("drawn", "bad", "population"), [(5, 6, 9), (5, 0, 4), (5, -1, 9)])
def test_counts_that_cannot_be_are_refused(drawn: int, bad: int, population: int) -> None:
    with pytest.raises(ValueError, match="bad of"):
        state_confidence(drawn, bad, population)
