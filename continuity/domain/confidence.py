"""What a clean sample lets one say about the files that were not looked at."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, lgamma, log, log1p

from continuity.domain.text import N_, Message, say

LEVEL = "95%"
_ALPHA = 0.05
_MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Confidence:
    """A statement about all files of a point, from the randomly drawn ones alone.

    ``most_bad`` is how many of the ``population`` may be bad at most, at 95 % confidence;
    ``upper_bound_ppm`` is the same as parts per million, rounded up.
    """

    level: str
    drawn: int
    bad: int
    population: int
    most_bad: int
    upper_bound_ppm: int
    sentence: Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Ways:
    """How many of the files drawn an engine restored, and how many were read without it."""

    engine: str
    restored: int
    read: int


def state_confidence(
    drawn: int, bad: int, population: int, ways: Ways | None = None
) -> Confidence | None:
    """State what ``bad`` of ``drawn`` files, drawn at random from a population, imply for all.

    ``ways`` are told where there was more than one. None when nothing was drawn: no sample, no
    statement. Raises ValueError for counts that cannot be.
    """
    if not 0 <= bad <= drawn <= population:
        raise ValueError(f"{bad} bad of {drawn} drawn of {population}")
    if drawn == 0:
        return None
    most_bad = most_bad_files(drawn, bad, population)
    ppm = -(-most_bad * _MILLION // population)
    return Confidence(
        level=LEVEL,
        drawn=drawn,
        bad=bad,
        population=population,
        most_bad=most_bad,
        upper_bound_ppm=ppm,
        sentence=_sentence(drawn, bad, population, most_bad)
        if ways is None or not ways.read
        else _sentence_of_ways(drawn, bad, population, most_bad, ways),
    )


def upper_bound(drawn: int, bad: int = 0) -> float:
    """Give the 95 % upper bound of the bad share in an endless population (Clopper and Pearson).

    For a clean sample it is 1 - 0.05 ** (1 / drawn): 59 give 5 %, 299 give 1 %, 2995 give 0.1 %.
    """
    if bad >= drawn:
        return 1.0
    if bad == 0:
        return 1.0 - float(_ALPHA ** (1.0 / drawn))
    low, high = bad / drawn, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _binomial_cdf(bad, drawn, middle) > _ALPHA:
            low = middle
        else:
            high = middle
    return high


def _binomial_cdf(most: int, drawn: int, share: float) -> float:
    return sum(
        exp(_log_choose(drawn, k) + k * log(share) + (drawn - k) * log1p(-share))
        for k in range(most + 1)
    )


def most_bad_files(drawn: int, bad: int, population: int) -> int:
    """Give the largest number of bad files that such a sample does not rule out at 95 %.

    One more bad file, and drawing at most ``bad`` of them would have had a chance of 5 % or less
    (hypergeometric, so the sample's share of the population counts).
    """
    low, high = bad, population - drawn + bad
    while low < high:
        middle = (low + high + 1) // 2
        if _hypergeometric_cdf(bad, drawn, middle, population) > _ALPHA:
            low = middle
        else:
            high = middle - 1
    return low


def _hypergeometric_cdf(most: int, drawn: int, bad: int, population: int) -> float:
    every = _log_choose(population, drawn)
    return sum(
        exp(_log_choose(bad, k) + _log_choose(population - bad, drawn - k) - every)
        for k in range(max(0, drawn - population + bad), min(most, bad) + 1)
    )


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _sentence(drawn: int, bad: int, population: int, most_bad: int) -> Message:
    if drawn == population:
        return say(
            N_("The only file was compared; bad: {bad}.")
            if population == 1
            else N_("All {population} files were compared; {bad} were bad."),
            population=population,
            bad=bad,
        )
    return say(
        N_(
            "{bad} of {drawn} randomly drawn files were bad: with 95 % confidence at most"
            " {most_bad} of all {population} files are ({percent} %). Damage often hits files that"
            " are stored together, and that makes small samples see less than this says."
        ),
        bad=bad,
        drawn=drawn,
        most_bad=most_bad,
        population=population,
        percent=_percent(most_bad, population),
    )


def _sentence_of_ways(drawn: int, bad: int, population: int, most_bad: int, ways: Ways) -> Message:
    return say(
        N_(
            "Of {drawn} randomly drawn files, {restored} were restored by {engine} and {read} were"
            " read without it; {bad} were bad: with 95 % confidence at most {most_bad} of all"
            " {population} files are ({percent} %). Damage often hits files that are stored"
            " together, and that makes small samples see less than this says."
        ),
        bad=bad,
        drawn=drawn,
        restored=ways.restored,
        engine=ways.engine,
        read=ways.read,
        most_bad=most_bad,
        population=population,
        percent=_percent(most_bad, population),
    )


def _percent(most_bad: int, population: int) -> str:
    return f"{ceil(10_000 * most_bad / population) / 100:.2f}"
