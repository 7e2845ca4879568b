"""What must be read with the numbers of a forecast."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from continuity.domain.recovery_time import TimeKind
from continuity.domain.surviving import Survival
from continuity.domain.text import N_, Message, say
from continuity.domain.way_back import Return

COMPUTED = N_("{count} of {total} recovery times are computed, not measured.")
"""Of the times in a forecast; those of a report say themselves how they are known."""


def notes_on(
    returns: Sequence[Return],
    waiting: Sequence[str],
    at_risk: Sequence[str],
    unplaced: Sequence[str] = (),
) -> tuple[Message, ...]:
    """Say what is lost, unproven, unknown, computed or beyond its target, who waits, and on what.

    ``at_risk`` are the repositories that an intruder could delete as well, ``unplaced`` those that
    count as lost because nobody wrote where they stand.
    """
    notes = list(_counted(returns))
    if waiting:
        sentence = N_("Not lost, but waiting for what is: {systems}.")
        notes.append(say(sentence, systems=", ".join(waiting)))
    if unplaced:
        sentence = N_(
            "Nobody wrote at which site they stand, so they count as lost: {repositories}. "
            "Write it in config/repositories.yaml."
        )
        notes.append(say(sentence, repositories=", ".join(unplaced)))
    if at_risk:
        sentence = N_(
            "Not known to refuse deletions, so whoever steals the credentials of the backups can "
            "delete them too: {repositories}."
        )
        notes.append(say(sentence, repositories=", ".join(at_risk)))
    return tuple(notes)


def _counted(returns: Sequence[Return]) -> Iterator[Message]:
    said = (
        (
            sum(one.survival is Survival.LOST for one in returns),
            N_("{count} of {total} systems would lose everything, in part or as a whole."),
        ),
        (
            sum(one.survival is Survival.CLAIMED for one in returns),
            N_("{count} of {total} systems come back only from points nobody has proven."),
        ),
        (
            sum(one.loses_too_much for one in returns),
            N_(
                "Going back to what is proven, {count} of {total} systems would lose more work "
                "than their target allows."
            ),
        ),
        (
            sum(one.takes_too_long is True for one in returns),
            N_("{count} of {total} systems would be back later than their target allows."),
        ),
        (
            sum(one.back is None for one in returns),
            N_(
                "The recovery time of {count} of {total} systems is unknown; the other times hold "
                "only if those wait."
            ),
        ),
        (
            sum(one.kind is TimeKind.EXTRAPOLATED for one in returns),
            COMPUTED,
        ),
    )
    for count, sentence in said:
        if count:
            yield say(sentence, count=count, total=len(returns))
