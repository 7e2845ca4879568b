"""A report says what a sample implies for packs, beside what it implies for files."""

from __future__ import annotations

import json
from typing import Any  # keys of a record

from continuity.domain.pack_confidence import Touched, state_pack_confidence
from continuity.domain.report_plain import plain_from_report
from continuity.domain.text import plain_from_message
from continuity.reports.composing import page_from_report
from continuity.reports.text import text_from_page
from continuity.speech.speaker import speaker_of
from tests.support.judgement import HOUR, START, Diary
from tests.support.reported import END, SAMPLED, reported


def a_test_of(**more: Any) -> Diary:
    return Diary().backup(START).drill(START + HOUR, START, **SAMPLED, **more)


def packs() -> dict[str, object]:
    seen = Touched(packs=200, touched=59, bad=0, bytes=3, of_bytes=10)
    stated = state_pack_confidence(seen)
    assert stated is not None
    return {"pack_confidence": {"sentence": plain_from_message(stated.sentence)}}


def told(diary: Diary) -> str:
    page = page_from_report(reported(diary, END), speaker_of("en"))
    return " ".join(text_from_page(page).split())


def test_both_sentences_stand_side_by_side_with_what_each_supposes() -> None:
    text = told(a_test_of(**packs()))

    assert "All 100 files were compared; 0 were bad." in text
    assert "Files in one pack fail together." in text
    assert "at most 8 of them are bad (4.00 %)" in text
    assert "not on those drawn at random alone" in text


def test_where_nothing_is_known_of_packs_nothing_is_said_of_them() -> None:
    text = told(a_test_of())

    assert "All 100 files were compared" in text
    assert "in one pack" not in text
    assert "not on those drawn at random alone" not in text


def test_the_data_for_tools_has_the_sentence() -> None:
    plain = json.dumps(plain_from_report(reported(a_test_of(**packs()), END)), default=str)

    assert "Files in one pack fail together" in plain
