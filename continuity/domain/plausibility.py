"""Can this backup be what it says? Compared with those before it that were believed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from continuity.domain.facts import JobFacts
from continuity.domain.failure import FailureClass
from continuity.domain.looks import Looks, Turn, compare_looks
from continuity.domain.reason import Reason
from continuity.domain.text import N_, Message, say, shown
from continuity.domain.verdict import Verdict

if TYPE_CHECKING:
    # What people write needs pydantic, and judging must start without it.
    from continuity.domain.job import Plausibility

MIN_HISTORY = 5
"""Fewer believed backups than this say nothing about what is usual."""

_HISTORY = 30
_PERCENT_FLOOR = 2
_FILES_FLOOR = 3
_BYTES_FLOOR = 2**16

# A share of files that crosses over to noise is the mark of encryption.
_MIN_ENTROPY_RISE = 20

# Of the files that were readable so many turn to noise, or all of them: three are no accident, and
# with fewer than a tenth somebody may have packed some old files.
_FEW_TURNED, _TURNED_SHARE = 3, 10

# Where files vanish and others come, as when everything gets a new name, the two choices have no
# file in common: twenty of each and a rise of thirty points are beyond chance (2 sigma at worst).
_ENOUGH_LOOKED_AT = 20
_REPLACED_RISE = 30
_REPLACED_PERCENT = 25
_CHURN_PERCENT = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class Baseline:
    """What was usual: the believed backups before, oldest first; sizes in bytes."""

    files: tuple[int, ...] = ()
    bytes: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed:
    """What this backup saw; ``size`` in bytes.

    ``changed_percent`` is the share of files that changed since the one before, None for the
    first; ``churn_percent`` adds up those of the nights before. ``looks`` are how some files
    look now, ``looks_before`` how they looked in the backup before and ``looks_once`` weeks
    before; None where nobody looked. ``altered_canaries`` changed and never should.
    """

    files: int
    size: int
    changed_percent: int | None = None
    churn_percent: int = 0
    looks: Looks | None = None
    looks_before: Looks | None = None
    looks_once: Looks | None = None
    altered_canaries: Sequence[bytes] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Plausible:
    """What was found odd. ``quarantined`` values never enter the baseline until a person says so.

    ``hold`` says why nothing may be pruned; None when pruning may go on.
    """

    reasons: tuple[Reason, ...]
    quarantined: bool
    hold: Message | None


def baseline_from_facts(facts: JobFacts) -> Baseline:
    """Take the last believed backups; quarantined ones are not among them."""
    points = [point for point in facts.points if point.whole and not point.quarantined]
    return Baseline(
        files=tuple(point.files for point in points[-_HISTORY:]),
        bytes=tuple(point.bytes for point in points[-_HISTORY:]),
    )


def judge_plausibility(observed: Observed, baseline: Baseline, policy: Plausibility) -> Plausible:
    """Find what a backup that claims success cannot be believed in."""
    changed = tuple(_encryption(observed, baseline, policy))
    encryption = [one for one in changed if one.failure is FailureClass.POSSIBLE_ENCRYPTION]
    reasons = (*changed, *_emptiness(observed, policy), *_oddness(observed, baseline, policy))
    return Plausible(
        reasons=reasons,
        quarantined=bool(reasons),
        hold=encryption[0].message if encryption else None,
    )


def _encryption(observed: Observed, baseline: Baseline, policy: Plausibility) -> Iterator[Reason]:
    for path in observed.altered_canaries[:1]:
        message = say(
            N_("The canary {path}, which nobody ever changes, was changed or removed."),
            path=shown(path),
        )
        yield Reason(Verdict.FAIL, FailureClass.POSSIBLE_ENCRYPTION, message)
    turned = _turned(observed)
    if turned is not None and baseline.files:
        yield Reason(Verdict.FAIL, FailureClass.POSSIBLE_ENCRYPTION, turned)
    changed = observed.changed_percent
    if changed is None or not baseline.files or changed <= policy.max_changed_percent:
        return
    yield _much_changed(observed, changed, policy)


def _turned(observed: Observed) -> Message | None:
    """Say what speaks for encryption by a few files at a time, or all at once."""
    for before in (observed.looks_before, observed.looks_once):
        if before is None or observed.looks is None:
            continue
        turn = compare_looks(before, observed.looks)
        if _many_turned(turn):
            return say(
                N_(
                    "Files that could be read before look encrypted now: {count} of {total} that "
                    "were looked at."
                ),
                count=turn.turned,
                total=turn.ordinary,
            )
        if _replaced_by_noise(turn, observed.churn_percent):
            return say(
                N_(
                    "Files are vanishing, and those that come look encrypted: {rise} % more than "
                    "before."
                ),
                rise=turn.rise,
            )
    return None


def _many_turned(turn: Turn) -> bool:
    many = turn.turned >= _FEW_TURNED and turn.turned * _TURNED_SHARE >= turn.ordinary
    return many or 0 < turn.turned == turn.ordinary


def _replaced_by_noise(turn: Turn, churn: int) -> bool:
    return (
        min(turn.before, turn.after) >= _ENOUGH_LOOKED_AT
        and turn.gone * 100 >= turn.before * _REPLACED_PERCENT
        and turn.rise >= _REPLACED_RISE
        and churn >= _CHURN_PERCENT
    )


def _much_changed(observed: Observed, changed: int, policy: Plausibility) -> Reason:
    """Judge a jump of changes by what the files look like: it is encryption only with noise."""
    values = {"percent": changed, "most": policy.max_changed_percent}
    turn = None
    if observed.looks_before and observed.looks:
        turn = compare_looks(observed.looks_before, observed.looks)
    if turn is not None and turn.rise >= _MIN_ENTROPY_RISE:
        message = say(
            N_("{percent} % of the files changed (at most {most} % is usual) and look encrypted."),
            **values,
        )
        return Reason(Verdict.FAIL, FailureClass.POSSIBLE_ENCRYPTION, message)
    message = say(
        N_("{percent} % of the files changed; at most {most} % is believed unasked."), **values
    )
    harmless = turn is not None and _is_readable(turn)
    failure = FailureClass.SOURCE_SUSPECT if harmless else FailureClass.POSSIBLE_ENCRYPTION
    return Reason(Verdict.INCONCLUSIVE, failure, message)


def _is_readable(turn: Turn) -> bool:
    """Tell whether so much can be read that what changed cannot all have been encrypted."""
    return min(turn.before, turn.after) >= _ENOUGH_LOOKED_AT and turn.readable * 2 >= turn.after


def _emptiness(observed: Observed, policy: Plausibility) -> Iterator[Reason]:
    if observed.files >= policy.min_files:
        return
    message = say(
        N_("The backup holds {files} files; at least {least} are expected."),
        files=observed.files,
        least=policy.min_files,
    )
    yield Reason(Verdict.FAIL, FailureClass.SOURCE_SUSPECT, message)


def _oddness(observed: Observed, baseline: Baseline, policy: Plausibility) -> Iterator[Reason]:
    for value, usual, floor, sentence in (
        (
            observed.files,
            baseline.files,
            _FILES_FLOOR,
            N_("The backup holds {value} files; between {least} and {most} are usual."),
        ),
        (
            observed.size,
            baseline.bytes,
            _BYTES_FLOOR,
            N_("The backup holds {value} bytes; between {least} and {most} are usual."),
        ),
    ):
        bounds = usual_bounds(usual, policy.tolerance, floor)
        if bounds is not None and not bounds[0] <= value <= bounds[1]:
            message = say(sentence, value=value, least=bounds[0], most=bounds[1])
            yield Reason(Verdict.INCONCLUSIVE, FailureClass.SOURCE_SUSPECT, message)


def usual_bounds(usual: Sequence[int], tolerance: int, floor: int) -> tuple[int, int] | None:
    """Give the range of the usual: the median and so many median deviations to either side.

    A deviation is never taken as less than 2 % of the median or the floor, so that a source that
    hardly ever changes may change. Upwards it reaches at least to twice the median: a firm that
    moves in a year of photos gains and loses nothing. None when the history is too short to tell.
    """
    if len(usual) < MIN_HISTORY:
        return None
    middle = _median(usual)
    spread = _median([abs(value - middle) for value in usual])
    reach = tolerance * max(spread, ceil(middle * _PERCENT_FLOOR / 100), floor)
    return max(0, middle - reach), middle + max(reach, middle)


def _median(values: Sequence[int]) -> int:
    return sorted(values)[len(values) // 2]
