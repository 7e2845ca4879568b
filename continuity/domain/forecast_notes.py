"""What must be read with the numbers of a forecast."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from continuity.domain.recovery_time import TimeKind
from continuity.domain.surviving import Survival
from continuity.domain.text import N_, Message, say
from continuity.domain.way_back import Return

_SOME_COMPUTED = N_("{count} of {total} recovery times are computed, not measured.")
_ONLY_COMPUTED = N_("The only recovery time is computed, not measured.")
COMPUTED = frozenset({_SOME_COMPUTED, _ONLY_COMPUTED})
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
            N_("The only system would lose everything, in part or as a whole."),
        ),
        (
            sum(one.survival is Survival.CLAIMED for one in returns),
            N_("{count} of {total} systems come back only from points nobody has proven."),
            N_("The only system comes back only from points nobody has proven."),
        ),
        (
            sum(one.loses_too_much for one in returns),
            N_(
                "Going back to what is proven, {count} of {total} systems would lose more work "
                "than their target allows."
            ),
            N_(
                "Going back to what is proven, the only system would lose more work than its "
                "target allows."
            ),
        ),
        (
            sum(one.takes_too_long is True for one in returns),
            N_("{count} of {total} systems would be back later than their target allows."),
            N_("The only system would be back later than its target allows."),
        ),
        (
            sum(one.back is None for one in returns),
            N_(
                "The recovery time of {count} of {total} systems is unknown; the other times hold "
                "only if those wait."
            ),
            N_("The recovery time of the only system is unknown."),
        ),
        (
            sum(one.kind is TimeKind.EXTRAPOLATED for one in returns),
            _SOME_COMPUTED,
            _ONLY_COMPUTED,
        ),
    )
    for count, sentence, alone in said:
        if count and len(returns) == 1:
            yield say(alone)
        elif count:
            yield say(sentence, count=count, total=len(returns))
