"""What every examination of a ticket system says in the same words."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from continuity.domain.examined import Examined, doubtful, guarded, sound
from continuity.domain.text import N_, Message, say

_LONGEST_LIST = 400


def examine_label(name: str, exists: Callable[[], bool]) -> Examined:
    """Look whether a label exists."""
    subject = say(N_("label {name}"), name=name)

    def look() -> Examined:
        if exists():
            return sound(subject, say(N_("It exists.")))
        return doubtful(
            subject,
            say(N_("There is no such label.")),
            say(N_("Make it there, or name one that exists.")),
        )

    return guarded(subject, look)


def examine_words(
    subject: Message, name: str, wanted: Iterable[str], known: Iterable[str]
) -> Examined:
    """Look whether the other side knows every word that the settings use for it."""
    there = {" ".join(word.split()) for word in known}
    strange = sorted(set(wanted) - there)
    if not strange:
        return sound(subject, say(N_("Everything that is chosen exists.")))
    return doubtful(
        subject,
        say(N_("{name} does not know: {what}"), name=name, what=", ".join(strange)),
        say(N_("It knows: {known}"), known=", ".join(sorted(there))[:_LONGEST_LIST]),
    )
