"""What is said of a forecast fits the number of systems."""

from __future__ import annotations

from continuity.domain.assessment import assess
from continuity.domain.forecast import forecast
from continuity.domain.portfolio import Portfolio
from tests.support.judgement import FULL, HOUR, START, Diary, a_job, a_system

NOW = START + 2 * HOUR


def notes(diary: Diary, lose: str = "everything") -> list[str]:
    """What is said where there is one system with one job."""
    firm = Portfolio(systems=(a_system(),), jobs=(a_job(),), facts=diary.facts())
    return [str(note) for note in forecast(firm, assess(firm, NOW), NOW, lose=lose).notes]


def test_one_system_is_not_counted_but_called_the_only_one() -> None:
    lost = notes(Diary().backup(START).drill(START + HOUR, START, **FULL), "repository:vault")
    claimed = notes(Diary().backup(START))

    assert lost[0] == "The only system would lose everything, in part or as a whole."
    assert claimed[0] == "The only system comes back only from points nobody has proven."
    assert "The recovery time of the only system is unknown." in claimed
    assert [one for one in lost + claimed if "of 1 " in one] == []
