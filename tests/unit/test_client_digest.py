"""A provider believes a digest that is signed, sound and newer than any other, and no more."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any  # keys of a dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.client_digest import (
    PAYLOAD_TYPE,
    ClientDigest,
    Held,
    Refusal,
    digest_from_plain,
    digest_from_report,
    judge_client,
    plain_from_digest,
    refusal_of,
)
from continuity.domain.client_signals import Watched, client_signal
from continuity.domain.failure import FailureClass
from continuity.domain.light import Light
from continuity.domain.verdict import Verdict
from continuity.reports.composing import page_from_digest
from continuity.reports.html import html_from_page
from continuity.reports.page import Chart, texts_of
from continuity.reports.page_plain import page_from_plain, plain_from_page
from continuity.reports.text import text_from_page
from continuity.speech.speaker import speaker_of
from continuity.store.dsse import ForgedError, seal, unseal
from tests.support.reported import END, a_good_month, reported

DAY = timedelta(days=1)
REPORT = reported(a_good_month(), END)
DIGEST = digest_from_report(REPORT, 12, "ab" * 32)
NOW = DIGEST.made_at + timedelta(hours=1)
KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def public(*keys: Ed25519PrivateKey) -> list[bytes]:
    return [key.public_key().public_bytes_raw() for key in keys]


def changed(
    plain: dict[str, object], path: Iterable[str | int], value: object
) -> dict[str, object]:
    copy = json.loads(json.dumps(plain))
    *way, last = path
    inside = copy
    for step in way:
        inside = inside[step]
    inside[last] = value
    assert isinstance(copy, dict)
    return copy


def test_a_digest_and_its_page_come_back_as_they_were() -> None:
    page = page_from_digest(REPORT, speaker_of("es"))
    told = [text for text in texts_of(page) if text]
    back = page_from_plain(json.loads(json.dumps(plain_from_page(page))))

    assert digest_from_plain(json.loads(json.dumps(plain_from_digest(DIGEST)))) == DIGEST
    assert not any(isinstance(block, Chart) for block in page.blocks)
    assert told == [text for text in texts_of(back) if text]
    assert (text_from_page(back), html_from_page(back)) == (
        text_from_page(page),
        html_from_page(page),
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["lights", "green"], 7),
        (["lights", "red"], -1),
        (["systems", 0, "light"], "greenish"),
        (["systems", 0, "proven"], -5),
        (["systems", 0, "title"], "x" * 501),
        (["verdict"], "FINE"),
        (["sequence"], 0),
        (["sequence"], "12"),
        (["made_at"], "yesterday"),
        (["format"], "continuity-digest/9"),
        (["systems"], {}),
    ],
)
def test_a_digest_that_contradicts_itself_is_none(path: list[str | int], value: object) -> None:
    with pytest.raises(ValueError, match="digest"):
        digest_from_plain(changed(plain_from_digest(DIGEST), path, value))


@given(json_values)
def test_no_json_does_more_than_be_refused(value: object) -> None:
    if isinstance(value, dict):
        with pytest.raises(ValueError, match="digest"):
            digest_from_plain(value)
        with pytest.raises(ValueError, match="not a page"):
            page_from_plain(value)


@given(st.sampled_from(["title", "blocks", "footer", "language"]), json_values)
def test_a_page_with_something_else_in_it_is_refused_or_can_be_shown(
    key: str, value: object
) -> None:
    plain = {**plain_from_page(page_from_digest(REPORT, speaker_of("en"))), key: value}
    try:
        page = page_from_plain(plain)
    except ValueError:
        return

    assert text_from_page(page)
    assert html_from_page(page)


@given(st.binary(max_size=200))
def test_what_is_sealed_is_what_its_signer_wrote(payload: bytes) -> None:
    sealed = seal(payload, PAYLOAD_TYPE, KEY)

    assert payload == unseal(sealed, PAYLOAD_TYPE, public(OTHER, KEY))
    with pytest.raises(ForgedError):
        unseal(sealed, PAYLOAD_TYPE, public(OTHER))
    with pytest.raises(ValueError, match="another kind"):
        unseal(sealed, "application/vnd.in-toto+json", public(KEY))


@given(st.binary(min_size=1, max_size=50), st.integers(0, 49), st.integers(1, 255))
def test_one_altered_byte_is_seen(payload: bytes, place: int, flip: int) -> None:
    envelope = json.loads(seal(payload, PAYLOAD_TYPE, KEY))
    altered = bytearray(payload)
    altered[place % len(payload)] ^= flip
    envelope["payload"] = base64.b64encode(bytes(altered)).decode()

    with pytest.raises(ForgedError):
        unseal(json.dumps(envelope).encode(), PAYLOAD_TYPE, public(KEY))


@given(st.binary(max_size=80) | json_values.map(lambda value: json.dumps(value).encode()))
def test_what_is_no_envelope_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - JSON, text and envelope each have their words
        unseal(text, PAYLOAD_TYPE, public(KEY))


def later(**changes: Any) -> ClientDigest:
    return replace(DIGEST, **changes)


def test_only_a_higher_number_counts() -> None:
    assert refusal_of(later(sequence=13), DIGEST, NOW) is None
    assert refusal_of(later(sequence=11), DIGEST, NOW) is Refusal.OLDER
    assert refusal_of(later(hash="cd" * 32), DIGEST, NOW) is Refusal.FORKED
    assert refusal_of(later(sequence=13, made_at=NOW + DAY), DIGEST, NOW) is Refusal.AHEAD


def judged(held: Held, now: datetime = NOW) -> Verdict:
    return judge_client(held, DAY, DAY / 2, now).verdict


def test_silence_and_meddling_are_never_good() -> None:
    assert judged(Held(digest=DIGEST)) is Verdict.PASS
    assert judged(Held()) is Verdict.INCONCLUSIVE
    assert judged(Held(digest=DIGEST), NOW + 2 * DAY) is Verdict.OVERDUE
    assert judged(Held(digest=DIGEST, refused=Refusal.FORGED)) is Verdict.INCONCLUSIVE


def test_a_verdict_is_never_better_than_the_lights_beside_it() -> None:
    (system,) = DIGEST.systems
    red = replace(system, light=Light.RED)

    assert judged(Held(digest=later(systems=(red,)))) is Verdict.FAIL


@pytest.mark.parametrize(
    ("held", "after", "failure"),
    [
        (Held(digest=DIGEST), timedelta(hours=1), None),
        (Held(digest=DIGEST), 2 * DAY, FailureClass.OVERDUE),
        (Held(digest=DIGEST, refused=Refusal.OLDER), timedelta(), FailureClass.INTEGRITY),
        (Held(), timedelta(hours=1), None),
        (Held(), 2 * DAY, FailureClass.OVERDUE),
    ],
)
def test_a_client_that_is_silent_or_forged_is_a_fault_of_the_provider(
    held: Held, after: timedelta, failure: FailureClass | None
) -> None:
    watched = Watched(name="acme", held=held, since=DIGEST.made_at, every=DAY, grace=DAY / 2)
    seen = client_signal("Norbit", watched, DIGEST.made_at + after)
    fault = None if seen is None else seen.fault

    assert failure == (None if fault is None else fault.failure)


def test_the_oldest_proof_is_that_of_the_system_without_any() -> None:
    (system,) = DIGEST.systems
    never = replace(system, title="Never", proven=None)
    both = later(systems=(system, never))

    assert both.oldest == never
    assert both.worst == never
    assert NOW.tzinfo is UTC
