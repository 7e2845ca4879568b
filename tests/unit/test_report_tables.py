"""Tables behind the first page stay tables where they fit, and are told in the reader's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from continuity.domain.report_ready import ReadyLine
from continuity.reports.composing import page_from_report
from continuity.reports.html import html_from_page
from continuity.reports.page import Heading, Page, Table, table
from continuity.reports.style import STYLE
from continuity.speech.speaker import speaker_of
from tests.support.histories import HISTORIES

NIGHT = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


def written(columns: int, letters: int) -> str:
    """A page behind whose first page stands one table with words of so many letters."""
    block = table("some", "Some", ("x",) * columns, [["w" * letters] * columns])
    part = Heading("Annex", 1, "annex")
    page = Page(language="en", title="", subject="", blocks=(part, block), footer=())
    return html_from_page(page)


@pytest.mark.parametrize(
    ("columns", "letters", "kind"),
    [(2, 16, "<table>"), (5, 14, '<table class="broad">'), (11, 12, '<table class="wide">')],
)
def test_a_table_becomes_cards_only_where_its_words_have_no_room(
    columns: int, letters: int, kind: str
) -> None:
    assert kind in written(columns, letters)


def test_only_tables_that_need_it_are_cards_on_a_screen_that_is_no_phone() -> None:
    (wide,) = [part for part in STYLE.split("@media") if "max-width: 76rem" in part]

    assert ".wide td" in wide
    assert "table.wide" in wide
    assert ".behind" not in wide


def test_how_ready_a_runbook_is_stands_in_the_language_of_the_report() -> None:
    report = HISTORIES["good-month"]()
    line = ReadyLine(
        runbook="billing-down",
        title="Billing",
        state="NOT READY",
        checked_at=NIGHT,
        failed=("deputies", "of another version"),
        total=11,
    )
    annex = replace(report.annex, readiness=(line, replace(line, state="OF ANOTHER VERSION")))
    page = page_from_report(replace(report, annex=annex), speaker_of("es"))
    (shown,) = [one for one in page.blocks if isinstance(one, Table) and one.name == "readiness"]
    cells = [[cell.text for cell in row] for row in shown.rows]

    assert [row[2] for row in cells] == ["NO LISTO", "OF ANOTHER VERSION"]
    assert cells[0][4] == "suplentes, of another version"
