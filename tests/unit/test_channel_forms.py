"""The forms that letters take for chats and programs, without anybody at the other end."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.delivery import Rejected
from continuity.domain.secret import Secret
from continuity.notify.address import refused_address
from continuity.notify.paragraphs import banner_of, link_of, plain_text
from continuity.notify.slack.message import escaped, message_from_letter
from continuity.notify.teams import message_from_letter as card_from_letter
from continuity.notify.webhook import signed_headers
from tests.simulators.chats import blocks_trouble, seen_in_slack
from tests.support.letters import ENDLESS, LETTER, OVER, URL

NOW = datetime(2026, 11, 21, 3, 12, tzinfo=UTC)


@given(st.text())
def test_no_text_calls_anybody_or_leads_anywhere_in_slack(text: str) -> None:
    message = message_from_letter(
        replace(LETTER, happened=text, subject=text, facts=((text, text),))
    )
    seen = seen_in_slack(message)

    assert blocks_trouble(message["blocks"] if isinstance(message["blocks"], list) else []) == ""
    assert (seen.called, seen.links) == ((), (URL,))


@given(st.text())
def test_an_escaped_text_has_no_sign_left_that_means_something(text: str) -> None:
    assert not {"<", ">"} & set(escaped(text))


@pytest.mark.parametrize("letter", [LETTER, ENDLESS, replace(ENDLESS, happened="𐍈" * 100_000)])
def test_a_card_is_never_larger_than_teams_takes(letter: object) -> None:
    card = card_from_letter(letter if isinstance(letter, type(LETTER)) else LETTER)

    assert len(card.decode().encode("utf-16-le")) <= 28 * 1024
    assert json.loads(card)["attachments"][0]["content"]["actions"][0]["url"] == URL


@given(st.binary(), st.text())
def test_a_signature_is_the_one_that_the_standard_asks_for(content: bytes, name: str) -> None:
    key = base64.b64encode(b"a key of thirty-two bytes or more").decode()
    made = signed_headers(Secret(f"whsec_{key}"), name, content, NOW)
    signed = f"{made['webhook-id']}.{made['webhook-timestamp']}.".encode() + content
    seal = hmac.new(base64.b64decode(key), signed, hashlib.sha256).digest()

    assert made["webhook-signature"] == f"v1,{base64.b64encode(seal).decode()}"
    assert made["webhook-timestamp"] == "1795230720"


def test_a_signature_changes_with_the_text_and_the_id_with_the_letter() -> None:
    key = Secret("plain words")
    one, other = (signed_headers(key, "k1", content, NOW) for content in (b"a", b"b"))

    assert one["webhook-id"] == other["webhook-id"]
    assert one["webhook-signature"] != other["webhook-signature"]
    assert signed_headers(key, "k2", b"a", NOW)["webhook-id"] != one["webhook-id"]


@pytest.mark.parametrize(
    "address",
    ["https://hooks.example/a", "http://127.0.0.1:1/a", "http://10.0.0.7/a", "http://n8n.lan/a"],
)
def test_an_address_of_the_house_or_an_encrypted_one_is_used(address: str) -> None:
    assert refused_address("webhook", Secret(address)) is None


@pytest.mark.parametrize(
    "address",
    [
        *("http://hooks.example/s3cret", "http://8.8.8.8/s3cret", "ftp://hooks.example/s3cret"),
        *("s3cret", "", "https://", "https://a:99999/s3cret", "https://a b/s3cret"),
    ],
)
def test_an_address_that_lets_others_read_along_is_refused_and_not_shown(address: str) -> None:
    refused = refused_address("webhook", Secret(address))

    assert isinstance(refused, Rejected)
    assert "s3cret" not in repr(refused)


def test_a_drill_says_so_before_anything_else() -> None:
    assert banner_of(replace(OVER, drill=True)) == "DRILL · Over · critical (S1) · CONT-0042"


def test_plain_text_reads_well_by_itself() -> None:
    assert plain_text(LETTER).splitlines()[:5] == [
        "Critical (S1) · CONT-0042",
        "",
        "WHAT HAPPENED",
        LETTER.happened,
        "",
    ]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://", "https://a b", 'x"onclick="', ""]
)
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    assert link_of(replace(LETTER, url=url)) == ""
