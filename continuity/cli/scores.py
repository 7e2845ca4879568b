"""The 3-2-1-1-0 of each system, as people read it and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from continuity.cli.columns import left, plain, width, wrapped
from continuity.cli.language import _, sentence, speaker
from continuity.cli.paint import painted
from continuity.cli.storage_table import age_text
from continuity.domain.clock import text_from_time
from continuity.domain.kept import RECORD, Known
from continuity.domain.scorecard import Answer, Part, Score, Scorecard
from continuity.domain.text import N_
from continuity.speech.names import seen_of_storage

_PARTS = {
    Part.COPIES: N_("3 copies, with the source"),
    Part.MEDIA: N_("2 kinds of storage"),
    Part.OFFSITE: N_("1 off-site"),
    Part.IMMUTABLE: N_("1 that refuses deletion"),
    Part.VERIFIED: N_("0 errors when restored"),
}
_ANSWERS = {
    Answer.YES: (N_("yes"), "green"),
    Answer.UNKNOWN: (N_("unknown"), "yellow"),
    Answer.NO: (N_("no"), "red"),
}
_INDENT = "      "


def score_lines(cards: Sequence[Scorecard], now: datetime, columns: int) -> Iterator[str]:
    """Give each system with its answers, why, and what each rests on."""
    for card in cards:
        yield f"3-2-1-1-0  {answer_text(card.answer)}  {plain(card.title)}"
        wide = max(map(width, (_(name) for name in _PARTS.values())))
        for score in card.scores:
            name = left(_(_PARTS[score.part]), wide)
            yield f"  {name}  {answer_text(score.answer)}"
            yield from wrapped(sentence(score.reason), _INDENT, columns)
            rests = "; ".join(dict.fromkeys(_rest(one, now) for one in score.known))
            if rests:
                yield from wrapped(f"({rests})", _INDENT, columns)
        yield ""


def answer_text(answer: Answer) -> str:
    """Write an answer: always the word, and a colour where a terminal shows one."""
    word, colour = _ANSWERS[answer]
    return painted(_(word), colour)


def _rest(one: Known, now: datetime) -> str:
    """Name what is known of a repository, how old that is and where it comes from."""
    told = f"{plain(one.what)} {plain(seen_of_storage(speaker(), one.value))}"
    source = _("restore test") if one.source == RECORD else plain(one.source)
    if one.at is None:
        return f"{told}, {source}"
    return f"{told}, {age_text(one.at, now)}, {source}"


def plain_card(card: Scorecard, now: datetime) -> dict[str, object]:
    """Reduce a scorecard to what JSON can hold."""
    return {
        "system": card.system,
        "title": card.title,
        "answer": card.answer.value,
        "parts": [_plain_score(score, now) for score in card.scores],
    }


def _plain_score(score: Score, now: datetime) -> dict[str, object]:
    return {
        "part": score.part.value,
        "answer": score.answer.value,
        "found": score.found,
        "needed": score.needed,
        "reason": sentence(score.reason),
        "known": [
            {
                "repository": one.what,
                "value": one.value,
                "observed_at": None if one.at is None else text_from_time(one.at),
                "age_seconds": None if one.at is None else int((now - one.at).total_seconds()),
                "source": one.source,
            }
            for one in score.known
        ],
    }
