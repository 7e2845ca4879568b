"""Whole reports, read as files: what changes in one is read as a diff before it is accepted.

``./run golden`` writes them anew; they are then looked at with ``git diff``, and as pictures.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any  # JSON

import pytest

from continuity.domain.report import Report
from continuity.domain.report_plain import plain_from_report
from continuity.reports.composing import page_from_report
from continuity.reports.html import html_from_page
from continuity.reports.page import Page, Table
from continuity.reports.text import text_from_page
from continuity.speech.speaker import LANGUAGES, speaker_of
from tests.support.histories import HISTORIES

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "reports"
FEW_RUNS = 4


@cache
def report_of(history: str) -> Report:
    return HISTORIES[history]()


def page_of(history: str, language: str) -> Page:
    """The whole report; of a large firm its first page, and how long the tables behind it are."""
    page = page_from_report(report_of(history), speaker_of(language))
    return replace(page, blocks=page.sides[0]) if history == "many-systems" else page


def text(history: str, language: str) -> str:
    return text_from_page(page_of(history, language))


def html(history: str, language: str) -> str:
    """Leave out the pictures, which another version of what draws them draws otherwise."""
    written = html_from_page(page_of(history, language))
    return re.sub(r'src="data:image/svg\+xml;base64,[^"]*"', 'src="drawn"', written)


def data(history: str, language: str) -> str:
    """Keep few of the runs: they are all alike, and there are hundreds."""
    speaker = speaker_of(language)
    plain: dict[str, Any] = plain_from_report(report_of(history), speaker.sentence)
    plain["annex"]["runs"] = plain["annex"]["runs"][:FEW_RUNS]
    if history == "many-systems":
        page = page_from_report(report_of(history), speaker)
        tables = [block for block in page.blocks if isinstance(block, Table)]
        plain = {"lights": plain["lights"], "rows": {one.name: len(one.rows) for one in tables}}
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


FORMS = {"txt": text, "html": html, "json": data}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("history", HISTORIES)
def test_a_report_reads_as_it_did_when_it_was_looked_at_last(
    history: str, language: str, form: str, request: pytest.FixtureRequest
) -> None:
    written = FORMS[form](history, language)
    path = GOLDEN / f"{history}.{language}.{form}"
    if request.config.getoption("refresh_golden"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written, "utf-8")

    assert path.read_text("utf-8") == written, "changed; ./run golden, then read the diff"
