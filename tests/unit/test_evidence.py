"""The chain of evidence: what it takes, and what it shows."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.audit import (
    AuditAnswer,
    AuditResult,
    Witness,
    explain_audit,
    verdict_from_audit,
    verify_chain,
)
from continuity.domain.clock import text_from_time
from continuity.domain.evidence import (
    GENESIS,
    Draft,
    Head,
    Line,
    RecordKind,
    canonical_bytes,
    chain,
    exported_text,
    hash_line,
    hash_personal,
    hashed_text,
    line_from_draft,
    opening,
    record_from_line,
)
from continuity.domain.failure import RecordError
from continuity.domain.secret import Secret
from continuity.domain.verdict import Verdict

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
keys = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
bodies = st.dictionaries(keys, values, max_size=4)
drafts = st.builds(
    Draft,
    kind=st.sampled_from(RecordKind),
    job=st.none() | texts,
    run_id=st.none() | texts,
    body=bodies,
    personal=st.none() | st.dictionaries(keys, texts, max_size=2),
)
moments = st.timedeltas(timedelta(days=-20_000), timedelta(days=2_000_000)).map(NOW.__add__)


def lines_from(wanted: list[Draft]) -> list[Line]:
    previous, lines = GENESIS, []
    for number, draft in enumerate(wanted, start=1):
        moment = NOW + timedelta(seconds=number)
        lines.append(line_from_draft(draft, previous, number, moment, b"s" * 16))
        previous = lines[-1].hash
    return lines


chains = st.lists(drafts, min_size=1, max_size=6).map(lines_from)


@given(drafts, moments)
def test_a_hash_covers_the_canonical_json_that_others_would_write(
    draft: Draft, moment: datetime
) -> None:
    line = line_from_draft(draft, GENESIS, 7, moment, b"s" * 16)

    whole = {name: getattr(line, name) for name in Line.__slots__ if name != "hash"}
    whole["body"] = json.loads(line.body)
    plain = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashed_text(line).encode() == rfc8785.dumps(whole)
    assert hashed_text(line) == plain
    assert exported_text(line).encode() == rfc8785.dumps({**whole, "hash": line.hash})


@given(drafts, moments)
def test_a_record_says_what_its_draft_said(draft: Draft, moment: datetime) -> None:
    record = chain(draft, GENESIS, 3, moment, b"s" * 16)

    assert (record.kind, record.job, record.run_id) == (draft.kind, draft.job, draft.run_id)
    assert record.body == draft.body
    assert (record.sequence, record.recorded_at, record.previous) == (3, moment, GENESIS)


@pytest.mark.parametrize(
    "value",
    [1.5, float("nan"), b"bytes", Secret("s3cret"), NOW, {1, 2}, [{"deep": 0.1}], {1: "a"}],
    ids=repr,
)
def test_a_body_of_what_json_cannot_state_exactly_is_refused(value: object) -> None:
    with pytest.raises(TypeError) as caught:
        canonical_bytes({"value": value})

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "body", [{"n": 2**53}, {"n": -(2**53)}, {"t": "\udc80"}, {"ñ": 1}, {"a\n": 1}], ids=repr
)
def test_a_body_that_readers_would_understand_differently_is_refused(
    body: dict[str, object],
) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical_bytes(body)


def test_a_time_without_a_zone_and_names_without_salt_are_refused() -> None:
    draft = Draft(kind=RecordKind.SKIP_DECIDED)
    with pytest.raises(ValueError, match="zone"):
        chain(draft, GENESIS, 1, NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="salt"):
        chain(replace(draft, personal={"by": "Ana"}), GENESIS, 1, NOW)
    with pytest.raises(ValueError, match="salt"):
        hash_personal(b"{}", b"short")


def with_other(line: Line, name: str, value: object) -> Line:
    other = replace(line)
    object.__setattr__(other, name, value)
    return other


@given(chains, st.data())
def test_altering_anything_of_any_record_breaks_the_chain(
    lines: list[Line], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(lines) - 1))
    name = data.draw(st.sampled_from([field.name for field in fields(Line)]))
    before = getattr(lines[at], name)
    if isinstance(before, int):
        after: object = data.draw(st.integers(0, 50).filter(lambda value: value != before))
    else:
        after = data.draw((texts | st.none()).filter(lambda value: value != before))
    altered = [*lines[:at], with_other(lines[at], name, after), *lines[at + 1 :]]

    assert verify_chain(altered).answer is not AuditAnswer.INTACT


@given(chains, st.data())
def test_altering_any_byte_of_any_body_breaks_the_chain_there(
    lines: list[Line], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(lines) - 1))
    body = bytearray(lines[at].body.encode())
    position = data.draw(st.integers(0, len(body) - 1))
    body[position] ^= data.draw(st.integers(1, 255))
    text = bytes(body).decode("utf-8", "surrogateescape")
    altered = [*lines[:at], replace(lines[at], body=text), *lines[at + 1 :]]
    result = verify_chain(altered)

    assert (result.answer, result.first, result.last) == (AuditAnswer.ALTERED, at + 1, at + 1)
    with pytest.raises(RecordError, match=f"Record {at + 1} "):
        record_from_line(altered[at])


@given(chains)
def test_an_untouched_chain_is_intact(lines: list[Line]) -> None:
    result = verify_chain(lines, [Witness(sequence=1, hash=lines[0].hash)])

    assert result.answer is AuditAnswer.INTACT
    assert result.head == Head(sequence=len(lines), hash=lines[-1].hash)
    assert (result.records, result.checkpoints, result.witnessed) == (len(lines), 1, 1)


MANY = lines_from([opening("Acme"), *[Draft(kind=RecordKind.SKIP_DECIDED)] * 9])


def witness(number: int) -> Witness:
    return Witness(sequence=number, hash=MANY[number - 1].hash)


@pytest.mark.parametrize(
    ("kept", "first", "last"),
    [([*MANY[:4], *MANY[5:]], 5, 5), ([*MANY[:2], *MANY[6:]], 3, 6), (MANY[3:], 1, 3)],
)
def test_records_taken_out_are_named(kept: list[Line], first: int, last: int) -> None:
    result = verify_chain(kept)

    assert (result.answer, result.first, result.last) == (AuditAnswer.MISSING, first, last)


def test_an_end_cut_off_is_seen_through_a_checkpoint_only() -> None:
    unseen = verify_chain(MANY[:6], [witness(6)])
    seen = verify_chain(MANY[:6], [witness(3), witness(8)])

    assert (unseen.answer, unseen.witnessed) == (AuditAnswer.INTACT, 6)
    assert (seen.answer, seen.first, seen.last) == (AuditAnswer.TRUNCATED, 7, 8)


def test_a_record_of_which_nothing_is_left_is_truncated_and_not_empty() -> None:
    assert verify_chain([], [witness(3)]).answer is AuditAnswer.TRUNCATED
    assert verify_chain([]).answer is AuditAnswer.EMPTY


def test_history_written_anew_is_contradicted_by_a_checkpoint() -> None:
    forged = lines_from([opening("Acme"), *[Draft(kind=RecordKind.RUN_CLOSED)] * 9])
    result = verify_chain(forged, [witness(1), witness(7)])

    assert (result.answer, result.first, result.last) == (AuditAnswer.ALTERED, 2, 7)


def test_two_checkpoints_that_contradict_each_other_are_seen() -> None:
    result = verify_chain(MANY, [witness(7), Witness(sequence=7, hash=GENESIS)])

    assert (result.answer, result.first, result.last) == (AuditAnswer.ALTERED, 7, 7)


def test_a_record_with_a_new_hash_no_longer_fits_its_neighbour() -> None:
    forged = replace(MANY[4], body='{"verdict":"PASS"}')
    forged = replace(forged, hash=hash_line(forged))
    result = verify_chain([*MANY[:4], forged, *MANY[5:]])

    assert (result.answer, result.first, result.last) == (AuditAnswer.ALTERED, 5, 6)


def test_a_record_told_twice_is_not_intact() -> None:
    assert verify_chain([*MANY[:4], *MANY[3:]]).answer is AuditAnswer.ALTERED


@pytest.mark.parametrize(
    ("name", "value"),
    [("kind", "a.new.kind"), ("recorded_at", "yesterday"), ("body", "[]"), ("body", "{")],
)
def test_a_rightly_hashed_line_that_is_not_understood_is_no_record(name: str, value: str) -> None:
    strange = with_other(MANY[0], name, value)
    with pytest.raises(RecordError, match="newer version"):
        record_from_line(replace(strange, hash=hash_line(strange)))


@pytest.mark.parametrize("answer", list(AuditAnswer))
def test_only_an_intact_record_is_a_pass_and_every_answer_is_explained(
    answer: AuditAnswer,
) -> None:
    result = AuditResult(answer=answer, head=Head(sequence=3, hash=GENESIS), first=1, last=2)

    passes = verdict_from_audit(result) is Verdict.PASS
    assert passes == (answer is AuditAnswer.INTACT)
    assert "{" not in str(explain_audit(result))


def test_an_intact_record_without_checkpoints_admits_that_its_end_is_unguarded() -> None:
    assert "no checkpoint" in str(explain_audit(verify_chain(MANY)))
    assert "checkpoints that confirm the first 4: 1" in str(
        explain_audit(verify_chain(MANY, [witness(4)]))
    )


def test_times_are_recorded_in_utc_whatever_zone_they_came_in() -> None:
    elsewhere = NOW.astimezone(tz=None)

    assert line_from_draft(opening("Acme"), GENESIS, 1, elsewhere).recorded_at == text_from_time(
        NOW
    )
