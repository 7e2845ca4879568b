"""The plain form of a report is what its published schema says."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from continuity.domain.report_plain import plain_from_report
from continuity.domain.report_schema import report_schema
from tests.support.incidents import opened
from tests.support.json_schemas import misfits
from tests.support.judgement import START, Diary, diaries
from tests.support.reported import END, a_good_month, reported

PUBLISHED = Path(__file__).resolve().parents[2] / "docs" / "report.schema.json"


def test_the_published_schema_is_that_of_the_program() -> None:
    assert report_schema() == json.loads(PUBLISHED.read_text())


@settings(max_examples=40)
@given(diaries(), st.integers(1, 60_000))
def test_every_report_fits_the_published_schema(diary: Diary, minutes: int) -> None:
    now = (diary.facts().newest or START) + timedelta(minutes=minutes)
    plain = json.loads(json.dumps(plain_from_report(reported(diary, now))))
    schema = report_schema()

    assert misfits(plain, schema, schema) == []


def test_an_incident_and_a_scorecard_fit_the_schema_too() -> None:
    _, incident = opened()
    assert incident.opened_at is not None
    report = reported(a_good_month(), END, incidents=[incident])
    plain = json.loads(json.dumps(plain_from_report(report)))
    schema = report_schema()

    assert misfits(plain, schema, schema) == []
    assert plain["annex"]["cards"][0]["scores"]


def test_a_span_says_in_its_name_that_it_counts_seconds() -> None:
    plain = json.loads(json.dumps(plain_from_report(reported(a_good_month(), END))))

    line = plain["systems"][0]
    assert (line["back_seconds"], line["loss_seconds"]) == (600, 11_100)
