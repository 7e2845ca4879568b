"""The catalogue of one language; English is its source."""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from continuity.domain.text import Message
from continuity.speech.decimals import with_decimals

LOCALES = Path(__file__).resolve().parent.parent / "locales"
LANGUAGES = ("en", "es")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says things in one language; what is missing from the catalogue is said in English."""

    language: str
    _catalogue: gettext.NullTranslations

    def text(self, template: str) -> str:
        """Translate a template."""
        return self._catalogue.gettext(template)

    def plural(self, one: str, many: str, count: int) -> str:
        """Translate a template that depends on a count."""
        return self._catalogue.ngettext(one, many, count)

    def sentence(self, message: Message) -> str:
        """Say a message, its values filled in."""
        values = with_decimals(self.language, message)
        return self.text(message.template).format_map(values)


@cache
def speaker_of(language: str) -> Speaker:
    """Give the speaker of a language, such as ``es``."""
    return Speaker(
        language,
        gettext.translation("continuity", localedir=LOCALES, languages=[language], fallback=True),
    )
