"""What known texts expect is data with versions, and evidence is counted and never claimed."""

from __future__ import annotations

import pytest

from continuity.domain.light import Light
from continuity.domain.period import period_from_text
from continuity.reports.composing import page_from_report
from continuity.reports.controls import EVIDENCE, standard_from_text, standards
from continuity.reports.page import Cell, Table, texts_of
from continuity.speech.speaker import LANGUAGES, speaker_of
from tests.support.judgement import CORRUPT, HOUR, START, Diary
from tests.support.reported import END, ZONE, a_good_month, reported

EXPECTED = {"cis-v8", "dora", "dora-rts", "iso-22301", "iso-27001", "nis2", "nist-csf-2"}


def table_of(name: str, diary: Diary, period: str = "2026-03") -> Table:
    report = reported(diary, END, period_from_text(period, ZONE))
    page = page_from_report(report, speaker_of("en"))
    return next(one for one in page.blocks if isinstance(one, Table) and one.name == name)


def found(table: Table, number: str) -> Cell:
    return next(row[4] for row in table.rows if row[1].text == number)


def test_every_mapping_has_a_version_and_says_it_in_both_languages() -> None:
    assert {one.id for one in standards()} == EXPECTED
    for standard in standards():
        assert standard.version
        for control in standard.controls:
            assert control.id
            assert all(control.expects[language] for language in LANGUAGES)
            assert set(control.evidence) <= EVIDENCE.keys()


def test_evidence_is_counted_with_how_many_there_were() -> None:
    diary = a_good_month().drill(END - HOUR, START, **CORRUPT)

    assert found(table_of("controls", diary), "11.5").text == "5 of 6"


def test_what_nobody_did_is_no_evidence() -> None:
    cell = found(table_of("controls", Diary()), "11.5")

    assert (cell.text, cell.light) == ("nothing in this report", Light.UNKNOWN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reader_is_told_to_ask_an_adviser(language: str) -> None:
    page = page_from_report(reported(Diary(), END), speaker_of(language))
    sentence = speaker_of(language).text(
        "This helps to find evidence. It is no statement of compliance: have your adviser check the"
        " wording and what applies to you."
    )

    assert sentence in set(texts_of(page))


@pytest.mark.parametrize(
    "text",
    [
        "",
        'format = 2\nid = "x"',
        'format = 1\n[[control]]\nid = "1"\nexpects = "x"\nevidence = ["magic"]',
        'format = 1\n[[control]]\nid = "1"\nexpects = "x"\nevidence = []',
    ],
)
def test_a_mapping_that_leads_nowhere_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong with it
        standard_from_text(text)


def test_a_quarter_shows_what_was_tested_each_month_and_what_was_not() -> None:
    (row,) = table_of("programme", a_good_month(), "2026-Q1").rows

    assert [cell.text for cell in row] == ["billing-files", "none", "none", "5 of 5 L4"]
    assert [cell.light for cell in row[1:]] == [Light.UNKNOWN, Light.UNKNOWN, Light.GREEN]


def test_a_month_in_which_one_test_failed_is_not_green() -> None:
    diary = a_good_month().drill(END - HOUR, START, **CORRUPT)
    (row,) = table_of("programme", diary, "2026-Q1").rows

    assert (row[3].text, row[3].light) == ("5 of 6 L4", Light.RED)
