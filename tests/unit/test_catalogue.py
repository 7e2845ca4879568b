"""Every sentence for people is there in Spanish, with the same values in it."""

from __future__ import annotations

import string
from collections.abc import Iterable
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from continuity.cli.language import choose_language

ROOT = Path(__file__).resolve().parents[2]
SPANISH = ROOT / "continuity/locales/es/LC_MESSAGES/continuity.po"
KEYWORDS = {"_": None, "N_": None, "plural": (1, 2)}


def templates(message: object) -> tuple[str, ...]:
    return tuple(message) if isinstance(message, list | tuple) else (str(message),)


def spanish() -> dict[tuple[str, ...], Message]:
    with SPANISH.open("rb") as file:
        return {templates(message.id): message for message in read_po(file) if message.id}


def written() -> set[tuple[str, ...]]:
    return {
        templates(found[2])
        for folder in ("continuity", "demo")
        for found in extract_from_dir(ROOT / folder, keywords=KEYWORDS)
    }


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_sentence_in_the_program_is_translated() -> None:
    catalogue = spanish()

    missing = {
        sentence
        for sentence in written()
        if sentence not in catalogue or not all(templates(catalogue[sentence].string))
    }

    assert missing == set()


def test_no_translation_drops_or_invents_a_value() -> None:
    for original, message in spanish().items():
        for source, translated in zip(original, templates(message.string), strict=True):
            assert placeholders(translated) == placeholders(source), original


def test_verdicts_are_the_same_words_in_every_language() -> None:
    verdicts = ("PASS", "FAIL", "INCONCLUSIVE", "SKIPPED", "OVERDUE")
    for original, message in spanish().items():
        for word in verdicts:
            if word in original[0]:
                assert all(word in text for text in templates(message.string)), original


@pytest.mark.parametrize(
    ("arguments", "environ", "expected"),
    [
        ([], {}, "en"),
        ([], {"LANG": "es_ES.UTF-8"}, "es"),
        ([], {"LANG": "es_MX.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        (["--lang", "es"], {"LANG": "en_GB.UTF-8"}, "es"),
        (["--lang=en"], {"LANGUAGE": "es:en"}, "en"),
        (["--lang"], {"LANG": "fr_FR.UTF-8"}, "en"),
        ([], {"LANG": "C", "LANGUAGE": "fr:es"}, "es"),
    ],
)
def test_the_language_is_the_asked_one_then_the_usual_one_then_english(
    arguments: Iterable[str], environ: dict[str, str], expected: str
) -> None:
    assert choose_language(list(arguments), environ) == expected
