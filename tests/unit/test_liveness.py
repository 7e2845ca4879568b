"""A channel counts as alive only when a person lately saw something by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.evidence import GENESIS, Draft, Record, RecordKind, chain
from continuity.domain.liveness import (
    code_from_bytes,
    examine_liveness,
    found_by_code,
    hash_of_code,
    liveness_from_records,
)
from continuity.domain.verdict import Verdict

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)

Told = tuple[str, int, str]
"""What happened: tested or confirmed, how many days ago, and the outcome or the code."""


def records(*told: Told, kind: str = "email") -> list[Record]:
    found: list[Record] = []
    for what, days, text in told:
        if what == "tested":
            body: dict[str, object] = {"channel": "mail", "kind": kind, "outcome": text}
            body["code_hash"] = hash_of_code(f"CODE{len(found) + 1}")
            draft = Draft(kind=RecordKind.CHANNEL_TESTED, body=body)
        else:
            draft = Draft(kind=RecordKind.CHANNEL_CONFIRMED, body={"test": int(text)})
        found.append(chain(draft, GENESIS, len(found) + 1, NOW - days * DAY))
    return found


@pytest.mark.parametrize(
    ("told", "verdict", "words"),
    [
        ([], Verdict.INCONCLUSIVE, "never tried"),
        ([("tested", 0, "confirmed")], Verdict.INCONCLUSIVE, "Nobody has confirmed"),
        ([("tested", 9, "confirmed"), ("seen", 8, "1")], Verdict.PASS, "A person saw"),
        ([("tested", 9, "uncertain"), ("seen", 8, "1")], Verdict.PASS, "A person saw"),
        ([("tested", 40, "confirmed"), ("seen", 1, "1")], Verdict.INCONCLUSIVE, "last test was"),
        (
            [("tested", 9, "confirmed"), ("seen", 8, "1"), ("tested", 1, "confirmed")],
            Verdict.PASS,
            "A person saw",
        ),
        (
            [("tested", 20, "confirmed"), ("seen", 19, "1"), ("tested", 4, "confirmed")],
            Verdict.INCONCLUSIVE,
            "Nobody has confirmed",
        ),
        (
            [("tested", 9, "confirmed"), ("seen", 8, "1"), ("tested", 0, "rejected")],
            Verdict.INCONCLUSIVE,
            "did not go out",
        ),
        ([("tested", 2, "retryable")], Verdict.INCONCLUSIVE, "did not go out"),
    ],
)
def test_only_a_person_lately_makes_a_channel_alive(
    told: list[Told], verdict: Verdict, words: str
) -> None:
    examined = examine_liveness("mail", "email", liveness_from_records(records(*told)), NOW)

    assert examined.verdict is verdict
    assert words in str(examined.what)
    assert (examined.remedy is None) == (verdict is Verdict.PASS)


def test_a_channel_of_another_kind_or_name_was_never_tried() -> None:
    tests = liveness_from_records(records(("tested", 1, "confirmed"), ("seen", 1, "1")))

    assert examine_liveness("mail", "email", tests, NOW).verdict is Verdict.PASS
    assert examine_liveness("mail", "slack", tests, NOW).verdict is Verdict.INCONCLUSIVE
    assert examine_liveness("post", "email", tests, NOW).verdict is Verdict.INCONCLUSIVE


def test_a_code_of_last_year_proves_nothing_of_today() -> None:
    tests = liveness_from_records(records(("tested", 400, "confirmed"), ("tested", 3, "confirmed")))

    assert found_by_code(tests, "CODE1", NOW) is None
    assert found_by_code(tests, " code-2 ", NOW) == tests[1]
    assert found_by_code(tests, "", NOW) is None


def test_a_confirmation_of_no_test_confirms_nothing() -> None:
    told = records(("tested", 1, "confirmed"), ("seen", 0, "7"))

    assert liveness_from_records(told)[0].confirmed_at is None


@given(st.binary(min_size=8, max_size=8))
def test_a_code_can_be_read_out_over_the_telephone(random: bytes) -> None:
    code = code_from_bytes(random)

    assert len(code) == 6
    assert not set(code) & set("01ILOUilou")
    assert hash_of_code(code) == hash_of_code(f"{code[:3].lower()} {code[3:]}")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["confirmed", "rejected", "retryable"]),
            st.integers(0, 60),
            st.booleans(),
        ),
        max_size=6,
    )
)
def test_without_a_confirmed_test_of_the_last_month_nothing_is_sound(
    told: list[tuple[str, int, bool]],
) -> None:
    rows: list[Told] = []
    for outcome, days, seen in sorted(told, key=lambda one: -one[1]):
        rows.append(("tested", days, outcome))
        rows += [("seen", days, str(len(rows)))] if seen else []
    examined = examine_liveness("mail", "email", liveness_from_records(records(*rows)), NOW)
    lately = any(seen and days <= 31 for _outcome, days, seen in told)

    assert examined.verdict is Verdict.INCONCLUSIVE or lately
