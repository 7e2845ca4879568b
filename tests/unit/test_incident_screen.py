"""An incident on a screen names what it speaks for, so that any number that was told is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from continuity.cli.incident_screen import Picture, brief_of, overview
from continuity.cli.language import speak
from continuity.domain.assessment import assess
from continuity.domain.facts import Facts
from continuity.domain.fault import FaultKind
from continuity.domain.incident import Incident, State
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


def pictured(incidents: list[Incident]) -> Picture:
    portfolio = Portfolio(systems=(), jobs=(), facts=Facts())
    return Picture(incidents=incidents, assessment=assess(portfolio, NOW), columns=80)


def shown(incidents: list[Incident]) -> str:
    return " ".join(" ".join(brief_of(incidents[0], pictured(incidents))).split())


def listed(incidents: list[Incident]) -> str:
    return " ".join(" ".join(overview(pictured(incidents))).split())


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


def test_what_a_failed_run_told_by_number_is_listed_before_it_is_announced() -> None:
    _table, incident = opened()
    text = listed([replace(incident, number=7, state=State.PENDING, opened_at=None)])

    assert "CONT-0007 Restore test failed: erp seen, announced if it lasts" in text
    assert "Next: continuity incidents update" in text
    assert text.endswith("No incident is open. 1 was seen and is announced if it lasts.")


def test_what_is_not_announced_stands_below_what_is() -> None:
    speaking, other = explained(1)
    text = listed([replace(other, state=State.PENDING, parent=None), speaking])

    assert text.index("CONT-0001") < text.index("CONT-0002")
    assert text.endswith("1 incident is open. 1 was seen and is announced if it lasts.")


def test_what_is_not_announced_is_told_with_what_explains_it() -> None:
    speaking, other = explained(1)
    text = listed([speaking, replace(other, state=State.PENDING)])

    assert "It also explains (1): CONT-0002 Backup failed: erp" in text
    assert text.endswith("1 incident is open.")
