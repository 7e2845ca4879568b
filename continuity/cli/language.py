"""The language in which people are addressed: one gettext catalogue, English as its source."""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping, Sequence

from continuity.domain.text import Message
from continuity.speech.speaker import LANGUAGES, LOCALES, Speaker, speaker_of


class _Chosen:
    """The language of this process, set once before any command is loaded."""

    speaker = Speaker("en", gettext.NullTranslations())


def choose_language(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """Pick the language from ``--lang``, else from the usual variables, else English.

    The arguments are read before click reads them, because help texts are made while commands load.
    """
    for wanted in (*_asked(arguments), *_usual(environ)):
        code = wanted.replace("-", "_").split("_")[0].split(".")[0].lower()
        if code in LANGUAGES:
            return code
    return "en"


def _asked(arguments: Sequence[str]) -> list[str]:
    asked: list[str] = []
    for position, argument in enumerate(arguments):
        if argument == "--lang" and position + 1 < len(arguments):
            asked.append(arguments[position + 1])
        elif argument.startswith("--lang="):
            asked.append(argument.removeprefix("--lang="))
    return asked


def _usual(environ: Mapping[str, str]) -> list[str]:
    listed = environ.get("LANGUAGE", "").split(":")
    others = [environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    return [name for name in (*listed, *others) if name]


def speak(code: str) -> None:
    """Use this language from here on, also for what the library of commands says by itself."""
    _Chosen.speaker = speaker_of(code)
    os.environ["LANGUAGE"] = code
    gettext.bindtextdomain("continuity", LOCALES)
    gettext.textdomain("continuity")


def speaker() -> Speaker:
    """Give who speaks the language in use."""
    return _Chosen.speaker


def language() -> str:
    """Tell the language in use."""
    return _Chosen.speaker.language


def _(template: str) -> str:
    """Translate a template."""
    return _Chosen.speaker.text(template)


def plural(one: str, many: str, count: int) -> str:
    """Translate a template that depends on a count."""
    return _Chosen.speaker.plural(one, many, count)


def sentence(message: Message) -> str:
    """Show a message in the language in use."""
    return _Chosen.speaker.sentence(message)
