"""Texts for ticket systems keep their words and their marker, whatever is in them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.secret import Secret
from continuity.domain.ticket import Severity, TicketDraft
from continuity.domain.verdict import Verdict
from continuity.hosts.web_way import examine_way
from continuity.hosts.web_words import (
    Redaction,
    json_bytes,
    multipart,
    path_from_parts,
    patience_from_headers,
)
from continuity.tickets.jira.adf import document_from_text, text_from_document
from continuity.tickets.markdown import markdown_from_text, text_from_markdown
from continuity.tickets.reading import complaint_from_keys, moment, number
from continuity.tickets.writing import (
    body_of,
    clean,
    file_name,
    has_key,
    is_ours,
    last_line,
    marker_line,
    note_of,
    one_line,
)

ANY_TEXT = st.text(st.characters(), max_size=200)
KEYS = st.text("abcXYZ019-_:/#", min_size=1, max_size=40)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def draft(body: str) -> TicketDraft:
    return TicketDraft(
        marker="continuity-acme-0042",
        number="CONT-0042",
        title="t",
        body=body,
        severity=Severity.S1,
        system="accounting",
    )


@given(ANY_TEXT)
def test_clean_text_has_nothing_that_a_terminal_or_a_database_trips_over(text: str) -> None:
    cleaned = clean(text)

    assert re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", cleaned) is None
    assert cleaned.encode().decode() == cleaned
    assert clean(cleaned) == cleaned


@given(ANY_TEXT, st.integers(1, 50))
def test_a_title_is_one_line_and_fits(text: str, limit: int) -> None:
    title = one_line(text, limit)

    assert len(title) <= limit
    assert "\n" not in title


@given(st.text(max_size=2_000), st.integers(200, 400))
def test_a_body_fits_and_ends_with_the_marker(text: str, limit: int) -> None:
    body = body_of(draft(text), limit)

    assert len(body) <= limit
    assert last_line(body) == marker_line("continuity-acme-0042")
    assert is_ours(body)


@given(ANY_TEXT, KEYS, KEYS)
def test_a_note_is_known_by_its_key_and_no_other(text: str, key: str, other: str) -> None:
    note = note_of(text, key, 500)

    assert is_ours(note)
    assert has_key(note, key)
    assert has_key(note, other) == (key == other)


@pytest.mark.parametrize(
    "text", ["", "done", "> [continuity: k1]", "[continuity: k1] thanks", "see [continuity-a-1]"]
)
def test_whoever_quotes_us_is_not_taken_for_us(text: str) -> None:
    assert not is_ours(text)


@given(ANY_TEXT)
def test_markdown_shows_exactly_the_text_and_calls_nobody(text: str) -> None:
    written = clean(text).replace("\u00a0", " ").replace("\t", " ")

    markdown = markdown_from_text(written)

    assert text_from_markdown(markdown) == written or "&nbsp;" in written or "<!--" in written
    assert re.search(r"@[A-Za-z0-9]", markdown.replace("https://", "")) is None or "http" in written


@given(ANY_TEXT)
def test_a_document_gives_its_text_back(text: str) -> None:
    written = clean(text).strip("\n")

    document = document_from_text(written)

    assert text_from_document(document) == written
    assert '"text": ""' not in json.dumps(document)


def test_a_document_without_an_end_is_read_without_one() -> None:
    deep: dict[str, object] = {"type": "text", "text": "deep"}
    for _ in range(500):
        deep = {"type": "paragraph", "content": [deep]}

    assert text_from_document(deep) == ""


@given(ANY_TEXT)
def test_a_name_of_a_file_is_one_that_no_system_changes(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9 ._()-]{1,100}", file_name(text))
    assert file_name(file_name(text)) == file_name(text)


@given(st.lists(ANY_TEXT, min_size=1, max_size=4))
def test_a_name_in_a_path_stays_in_its_place(parts: list[str]) -> None:
    path = path_from_parts(*parts)

    assert path.count("/") == len(parts) - 1
    assert not {".", ".."} & set(path.split("/"))
    assert path.isascii()


@given(ANY_TEXT)
def test_json_is_always_utf8(text: str) -> None:
    written = json_bytes({"a": text})

    assert json.loads(written.decode()).keys() == {"a"}


@given(ANY_TEXT, st.binary(max_size=100))
def test_a_name_cannot_leave_its_place_in_a_form(name: str, content: bytes) -> None:
    body, kind = multipart("file", name, "text/plain", content)
    boundary = kind.partition("boundary=")[2].encode()

    assert body.count(boundary) == 2
    assert body.split(b"\r\n\r\n", 1)[0].count(b"\r\n") == 2


@given(st.text('abc/+=%"\\é ', min_size=4, max_size=20), ANY_TEXT)
def test_a_secret_is_taken_out_of_a_line(secret: str, text: str) -> None:
    line = Redaction((Secret(secret),)).line(f"{text}{secret}{text}")

    assert secret not in line or secret.strip() == "" or secret in text


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2026-03-02T09:00:00.000+0000", NOW),
        ("2026-03-02T10:00:00+01:00", NOW),
        ("2026-03-02 09:00:00", NOW),
        ("2026-03-02T09:00:00Z", NOW),
        ("0001-01-01T00:00:00+14:00", datetime(1970, 1, 1, tzinfo=UTC)),
        ("yesterday", datetime(1970, 1, 1, tzinfo=UTC)),
        (None, datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_every_way_in_which_they_are_written(
    value: object, read: datetime
) -> None:
    assert moment(value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [(3, 3), ("42", 42), ("²", 0), ("-1", 0), ("9" * 400, 0), (10**30, 0), (True, 0), ([], 0)],
)
def test_numbers_are_read_and_nothing_else(value: object, read: int) -> None:
    assert number(value) == read


@given(st.text(max_size=30))
def test_patience_has_an_end(text: str) -> None:
    span = patience_from_headers({"retry-after": text}, lambda: NOW)

    assert span is None or timedelta(0) <= span <= timedelta(days=1)


@given(st.binary(max_size=200))
def test_any_error_can_be_read(content: bytes) -> None:
    told = complaint_from_keys(content, "message")

    assert isinstance(told.line, str)


@pytest.mark.parametrize(
    ("address", "verdict"),
    [
        ("https://acme.example", Verdict.PASS),
        ("http://127.0.0.1:8080/api", Verdict.PASS),
        ("http://glpi.acme.lan/apirest.php", Verdict.INCONCLUSIVE),
    ],
)
def test_a_way_on_which_others_read_along_is_named(address: str, verdict: Verdict) -> None:
    assert examine_way(address).verdict is verdict
