"""An incident on a screen names what it speaks for, so that any number that was told is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from continuity.cli.incident_screen import Picture, brief_of
from continuity.cli.language import speak
from continuity.domain.assessment import assess
from continuity.domain.facts import Facts
from continuity.domain.fault import FaultKind
from continuity.domain.incident import Incident
from continuity.domain.portfolio import Portfolio
from tests.support.incidents import NOW, opened


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    speak("en")
    yield
    speak("en")


def explained(count: int) -> list[Incident]:
    """One incident, and so many for which it speaks, about jobs of the same name."""
    _table, speaking = opened()
    kinds = (FaultKind.BACKUP_FAILED, FaultKind.DRILL_FAILED)
    others = [
        replace(speaking, number=number, kind=kinds[number % 2], parent=speaking.number)
        for number in range(2, count + 2)
    ]
    return [speaking, *others]


def shown(incidents: list[Incident]) -> str:
    portfolio = Portfolio(systems=(), jobs=(), facts=Facts())
    picture = Picture(incidents=incidents, assessment=assess(portfolio, NOW), columns=80)
    return " ".join(" ".join(brief_of(incidents[0], picture)).split())


def test_two_troubles_of_one_job_are_told_apart_by_number_and_by_what_is_wrong() -> None:
    assert (
        "It also explains (2): CONT-0002 Backup failed: erp, CONT-0003 Restore test failed: erp"
    ) in shown(explained(2))


def test_of_many_each_number_is_found() -> None:
    text = shown(explained(9))

    assert [number for number in range(2, 11) if f"CONT-{number:04d}" in text] == [*range(2, 11)]
    assert text.count("failed: erp") == 4
    assert "…" not in text


def test_of_hundreds_so_many_are_named_that_the_rest_of_the_screen_stays() -> None:
    text = shown(explained(300))

    assert "It also explains (300): CONT-0002 Backup failed: erp" in text
    assert "CONT-0021, …" in text
    assert "CONT-0022" not in text
