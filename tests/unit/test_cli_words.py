"""Numbers, times and sentences in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.cli.columns import plain
from continuity.cli.conduct_ready import short_line
from continuity.cli.language import choose_language, language, sentence, speak
from continuity.cli.wording import duration, moment, number, size
from continuity.domain.confidence import state_confidence
from continuity.domain.readiness import Check, Finding, Readiness, Ready
from continuity.domain.text import say

MADRID = ZoneInfo("Europe/Madrid")


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    """Leave the language of the process as the other tests expect it."""
    yield
    speak("en")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("en", "restic 0.14 read 4.42 % of 1.5 GiB from 0.14."),
        ("es", "restic 0.14 read 4,42 % of 1,5 GiB from 0.14."),
    ],
)
def test_a_sentence_writes_shares_and_sizes_as_its_language_and_leaves_versions_alone(
    code: str, told: str
) -> None:
    speak(code)
    message = say(
        "restic {version} read {share} % of {size} from {host}.",
        version="0.14",
        share="4.42",
        size="1.5 GiB",
        host="0.14",
    )

    assert sentence(message) == told


def test_the_confidence_of_a_sample_is_told_with_the_decimal_sign_of_the_reader() -> None:
    stated = state_confidence(drawn=59, bad=0, population=1_000)
    assert stated is not None
    written = str(stated.sentence.values["percent"])

    told = {}
    for code in ("en", "es"):
        speak(code)
        told[code] = sentence(stated.sentence)

    assert "." in written
    assert f"({written} %)" in told["en"]
    assert f"({written.replace('.', ',')} %)" in told["es"]


def test_numbers_have_the_separators_of_their_language() -> None:
    told = {}
    for code in ("en", "es"):
        speak(code)
        told[code] = (number(1_234_567), number(1_234.5, 1), size(1_536_000))

    assert told == {
        "en": ("1,234,567", "1,234.5", "1.5 MiB"),
        "es": ("1.234.567", "1.234,5", "1,5 MiB"),
    }


def test_moments_are_local_and_say_their_offset() -> None:
    when = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    told = {}
    for code in ("en", "es"):
        speak(code)
        told[code] = moment(when, MADRID)

    assert told == {"en": "2026-10-25 02:30 +0200", "es": "25/10/2026 02:30 +0200"}


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0.0 s"),
        (1.26, "1.3 s"),
        (59, "59 s"),
        (60, "1 min 00 s"),
        (3_599, "59 min 59 s"),
        (3_600, "1 h 00 min"),
        (86_399, "23 h 59 min"),
        (90_000, "1 d 1 h"),
        (None, "unknown"),
    ],
)
def test_durations_have_two_units_at_most(seconds: float | None, told: str) -> None:
    assert duration(seconds) == told


@given(st.integers(0, 2**70))
def test_a_size_has_a_unit_and_is_never_wordy(count: int) -> None:
    told = size(count)

    assert re.fullmatch(r"[\d,]+(\.\d)? ([KMGTP]i)?B", told)
    assert size(count) == told


@pytest.mark.parametrize(
    ("arguments", "environ", "chosen"),
    [
        ([], {}, "en"),
        ([], {"LANG": "es_ES.UTF-8"}, "es"),
        ([], {"LANG": "C.UTF-8"}, "en"),
        ([], {"LANG": "fr_FR.UTF-8"}, "en"),
        ([], {"LANGUAGE": "fr:es:en", "LANG": "en_GB.UTF-8"}, "es"),
        ([], {"LC_ALL": "en_US.UTF-8", "LANG": "es_ES.UTF-8"}, "en"),
        ([], {"LC_MESSAGES": "es_MX.UTF-8", "LANG": "en_US.UTF-8"}, "es"),
        (["--lang", "es", "status"], {"LANG": "en_GB.UTF-8"}, "es"),
        (["--lang=en", "status"], {"LANG": "es_ES.UTF-8"}, "en"),
        (["--lang", "ES-mx"], {}, "es"),
        (["--lang"], {"LANG": "es"}, "es"),
    ],
)
def test_the_language_is_the_one_asked_for_or_else_that_of_the_machine(
    arguments: list[str], environ: dict[str, str], chosen: str
) -> None:
    assert choose_language(arguments, environ) == chosen


@given(st.lists(st.text()), st.dictionaries(st.sampled_from(("LANG", "LC_ALL")), st.text()))
def test_whatever_is_asked_for_some_language_is_spoken(
    arguments: list[str], environ: dict[str, str]
) -> None:
    assert choose_language(arguments, environ) in {"en", "es"}


def test_a_language_without_a_catalogue_still_speaks() -> None:
    speak("es")

    assert language() == "es"
    assert "42" in sentence(say("Here are {count}.", count=42))


def test_values_are_not_read_as_templates() -> None:
    assert sentence(say("Named {path}.", path="{oops} {0} %s")) == "Named {oops} {0} %s."


@given(st.text().filter(lambda text: text.isascii() or text.isprintable()))
def test_what_people_named_cannot_steer_a_terminal(text: str) -> None:
    assert all(character.isprintable() for character in plain(text))


@pytest.mark.parametrize("state", Ready)
def test_how_ready_a_runbook_is_is_said_in_the_readers_words(state: Ready) -> None:
    speak("es")
    findings = tuple(Finding(check=check, good=False, what=say("-")) for check in Check)
    ready = Readiness(runbook="fire", state=state, findings=findings, reasons=(), basis={})

    words = set(re.findall(r"[\w-]+", short_line(ready)))

    assert words & {one.value for one in Check} == set()
    assert state.value not in short_line(ready)
