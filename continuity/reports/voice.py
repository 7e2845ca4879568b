"""Says a report in one language and time zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from continuity.domain.period import Cadence, Period
from continuity.domain.text import N_, Message
from continuity.reports.page import harmless
from continuity.speech import wording
from continuity.speech.decimals import with_decimals
from continuity.speech.names import NOUNS
from continuity.speech.speaker import Speaker

_LONGEST_NAME = 120
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


MONTHS = (
    *(N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June")),
    *(N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December")),
)


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker who knows the zone in which times are told."""

    speaker: Speaker
    zone: ZoneInfo

    def text(self, template: str, **values: str | int) -> str:
        """Translate a template and fill it; values are made harmless, and none is too long."""
        return self.speaker.text(template).format_map(self._named(values))

    def whole(self, template: str, **values: str) -> str:
        """Translate a template and fill it with what people wrote, however long that is."""
        return self.speaker.text(template).format_map(values)

    def plural(self, one: str, many: str, count: int) -> str:
        """Translate a template that depends on a count, and fill the count in."""
        return self.speaker.plural(one, many, count).format(count=self.number(count))

    def sentence(self, message: Message) -> str:
        """Say a message; one whose values are not all there is said in its own bare words."""
        try:
            values = with_decimals(self.speaker.language, message)
            return self.text(message.template, **self._with_phase(values))
        except (KeyError, IndexError, ValueError, AttributeError):
            return harmless(message.template)

    def _with_phase(self, values: Mapping[str, str | int]) -> dict[str, str | int]:
        phase = values.get("phase")
        if not isinstance(phase, str) or phase not in NOUNS:
            return dict(values)
        return {**values, "phase": self.speaker.text(NOUNS[phase])}

    def word(self, words: Mapping[Enum, str], what: Enum) -> str:
        """Name a member of a closed list."""
        return self.speaker.text(words[what])

    def name(self, text: str) -> str:
        """Show what somebody else wrote."""
        return harmless(text, _LONGEST_NAME)

    def number(self, value: float, decimals: int = 0) -> str:
        """Write a number."""
        return wording.number(self.speaker, value, decimals)

    def size(self, count: int) -> str:
        """Write bytes."""
        return wording.size(self.speaker, count)

    def span(self, span: timedelta | None, instead: str) -> str:
        """Write a span of time; where there is none, what is said instead."""
        return self.text(instead) if span is None else wording.brief(self.speaker, span)

    def milliseconds(self, count: int) -> str:
        """Write how long something took."""
        return wording.duration(self.speaker, count / 1000)

    def moment(self, when: datetime | None) -> str:
        """Write a time; nothing where there is none."""
        return "" if when is None else wording.moment(self.speaker, when, self.zone)

    def period(self, period: Period) -> str:
        """Name a period as people do; a day and any span by their dates."""
        year = f"{period.first.year:04d}"
        if period.cadence is Cadence.MONTH:
            month = self.text(MONTHS[period.first.month - 1])
            return self.text(N_("{month} {year}"), month=month, year=year)
        if period.cadence is Cadence.QUARTER:
            quarter = (period.first.month + 2) // 3
            return self.text(N_("quarter {quarter} of {year}"), quarter=quarter, year=year)
        return period.name

    def day(self, when: date) -> str:
        """Write a day."""
        return when.strftime("%d/%m/%Y" if self.speaker.language == "es" else "%Y-%m-%d")

    def _named(self, values: Mapping[str, str | int]) -> dict[str, str]:
        return {name: self._said(value) for name, value in values.items()}

    def _said(self, value: str | int) -> str:
        if not isinstance(value, str):
            return self.number(value)
        return self._dated(value) if _DAY.fullmatch(value) else self.name(value)

    def _dated(self, text: str) -> str:
        try:
            return self.day(date.fromisoformat(text))
        except ValueError:
            return text
