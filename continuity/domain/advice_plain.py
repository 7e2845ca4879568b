"""Recommendations as they are kept in the record of a report that was sent, and read back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from continuity.domain.advice import Advice, Rule, Size
from continuity.domain.plain import list_in, mapping_in, text_in
from continuity.domain.text import message_from_plain, plain_from_message


def plain_from_advice(advice: Iterable[Advice]) -> list[dict[str, object]]:
    """Reduce recommendations to what a record holds; who was to act is no part of it."""
    return [
        {
            "rule": one.rule.value,
            "subject": one.subject,
            "title": one.title,
            "what": plain_from_message(one.what),
            "because": plain_from_message(one.because),
            "effect": plain_from_message(one.effect),
            "impact": one.impact.value,
            "effort": one.effort.value,
            "by": one.by.isoformat(),
        }
        for one in advice
    ]


def advice_in(body: Mapping[str, object]) -> tuple[Advice, ...]:
    """Read them back; what cannot be understood is left out."""
    return tuple(_read(body))


def _read(body: Mapping[str, object]) -> Iterator[Advice]:
    for plain in list_in(body, "advice"):
        if not isinstance(plain, Mapping):
            continue
        try:
            yield _advice(plain)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue


def _advice(plain: Mapping[str, object]) -> Advice:
    what, because, effect = (
        message_from_plain(mapping_in(plain, name)) for name in ("what", "because", "effect")
    )
    return Advice(
        rule=Rule(text_in(plain, "rule")),
        subject=text_in(plain, "subject"),
        title=text_in(plain, "title"),
        what=what,
        because=because,
        effect=effect,
        impact=Size(text_in(plain, "impact")),
        effort=Size(text_in(plain, "effort")),
        owner="",
        by=date.fromisoformat(text_in(plain, "by")),
    )
