"""A report says how much of the stored bytes was read back in time, and whether that goes on."""

from __future__ import annotations

from typing import Any  # JSON

from continuity.domain.clock import text_from_time
from continuity.reports.composing import page_from_report
from continuity.reports.text import text_from_page
from continuity.speech.speaker import speaker_of
from tests.support.judgement import DAY
from tests.support.reported import END, a_good_month, reported


def told_of(**changed: object) -> str:
    """Give the text of a report on a month that ends with this read-back, in one line."""
    known: dict[str, Any] = {
        "of": 40,
        "of_bytes": 40 << 20,
        "proven": 39,
        "proven_bytes": 39 << 20,
        "oldest": text_from_time(END - 20 * DAY),
        "within_seconds": 90 * 86_400,
        "whole": True,
    }
    diary = a_good_month().check(END, packs={**known, **changed})
    page = page_from_report(reported(diary, END + DAY), speaker_of("en"))
    return " ".join(text_from_page(page).split())


def test_the_packs_that_are_proven_are_counted_with_their_deadline_and_the_oldest() -> None:
    told = told_of()

    assert "39 of 40 packs, 39.0 MiB of 40.0 MiB proven within 90d, oldest 2026-03" in told
    assert "suffices" in told
    assert "overdue" not in told.partition("Stored bytes read back")[2].partition("Other runs")[0]


def test_packs_that_are_overdue_and_a_budget_that_is_too_small_are_told_with_numbers() -> None:
    ahead = {"needed": {"bytes": 3 << 20}, "allowed": {"bytes": 1 << 20}, "short_of": "bytes"}

    told = told_of(overdue=2, ahead=ahead)

    assert "2 packs are overdue" in told
    assert "too small: 3.0 MiB needed in a round, 1.0 MiB allowed" in told


def test_a_job_without_a_deadline_has_its_packs_counted_all_the_same() -> None:
    assert "39 of 40 packs, 39.0 MiB of 40.0 MiB proven, oldest" in told_of(within_seconds=None)
