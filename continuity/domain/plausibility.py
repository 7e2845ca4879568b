"""Can this backup be what it says? Compared with those before it that were believed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from continuity.domain.facts import JobFacts
from continuity.domain.failure import FailureClass
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

# Compressed or encrypted bytes come to more than 7.9 bits each, office files and texts to 4 to 6;
# a share of files that crosses over is the mark of encryption.
_MIN_ENTROPY_RISE = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Baseline:
    """What was usual: the believed backups before, oldest first; sizes in bytes."""

    files: tuple[int, ...] = ()
    bytes: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed:
    """What this backup saw; ``size`` in bytes.

    ``changed_percent`` is the share of files that changed since the one before, None for the
    first. ``random_percent_before`` and ``random_percent`` are the shares of looked-at files whose
    bytes look random, None where nobody looked. ``altered_canaries`` changed and never should.
    """

    files: int
    size: int
    changed_percent: int | None = None
    random_percent_before: int | None = None
    random_percent: int | None = None
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
    encryption = tuple(_encryption(observed, baseline, policy))
    reasons = (*encryption, *_emptiness(observed, policy), *_oddness(observed, baseline, policy))
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
    changed = observed.changed_percent
    if changed is None or not baseline.files or changed <= policy.max_changed_percent:
        return
    values = {"percent": changed, "most": policy.max_changed_percent}
    if _entropy_rose(observed):
        message = say(
            N_("{percent} % of the files changed (at most {most} % is usual) and look encrypted."),
            **values,
        )
        yield Reason(Verdict.FAIL, FailureClass.POSSIBLE_ENCRYPTION, message)
    else:
        message = say(
            N_("{percent} % of the files changed; at most {most} % is believed unasked."), **values
        )
        yield Reason(Verdict.INCONCLUSIVE, FailureClass.POSSIBLE_ENCRYPTION, message)


def _entropy_rose(observed: Observed) -> bool:
    before, after = observed.random_percent_before, observed.random_percent
    return before is not None and after is not None and after - before >= _MIN_ENTROPY_RISE


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
    hardly ever changes may change. None when the history is too short to tell.
    """
    if len(usual) < MIN_HISTORY:
        return None
    middle = _median(usual)
    spread = _median([abs(value - middle) for value in usual])
    reach = tolerance * max(spread, ceil(middle * _PERCENT_FLOOR / 100), floor)
    return max(0, middle - reach), middle + reach


def _median(values: Sequence[int]) -> int:
    return sorted(values)[len(values) // 2]
