"""How long a run took, and what the time went into: people, programs, waiting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum

from continuity.domain.conduct import OVER, Conduct, Entry, RunState, StepState, Waits
from continuity.domain.conduct_changes import after


class Work(StrEnum):
    """What the time goes into while a program does a step."""

    RESTORE = "restore"
    VERIFY = "verify"
    PROGRAMS = "programs"


@dataclass(frozen=True, kw_only=True, slots=True)
class Phases:
    """The recovery time in its parts, each second in one of them.

    ``before`` is from the beginning of the impact to that of the run; ``restore`` and ``verify``
    while a program restored or verified, ``programs`` while one did anything else; ``people`` while
    only people were waited for, ``timers`` while only time passed.
    """

    before: timedelta = timedelta()
    restore: timedelta = timedelta()
    verify: timedelta = timedelta()
    programs: timedelta = timedelta()
    people: timedelta = timedelta()
    timers: timedelta = timedelta()

    @property
    def parts(self) -> Mapping[str, timedelta]:
        """Each part by its name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @property
    def total(self) -> timedelta:
        """The recovery time itself."""
        return sum(self.parts.values(), timedelta())


def phases(
    entries: Sequence[Entry],
    until: datetime,
    impact: datetime | None = None,
    work: Mapping[str, Work] | None = None,
) -> Phases:
    """Measure a run by its entries, up to ``until``; ``work`` tells what each step is."""
    conduct = Conduct(run="")
    spent: dict[str, timedelta] = {}
    at = entries[0].at if entries else until
    began = at
    for entry in entries:
        _spend(spent, conduct, min(entry.at, until) - at, work or {})
        conduct, at = after(conduct, (entry,)), max(at, min(entry.at, until))
    _spend(spent, conduct, until - at, work or {})
    before = timedelta() if impact is None else max(timedelta(), began - impact)
    return Phases(before=before, **spent)


def _spend(
    spent: dict[str, timedelta], conduct: Conduct, span: timedelta, work: Mapping[str, Work]
) -> None:
    if conduct.state in OVER or conduct.state is RunState.PREPARED:
        return
    whose = _whose(conduct, work)
    spent[whose] = spent.get(whose, timedelta()) + max(timedelta(), span)


def _whose(conduct: Conduct, work: Mapping[str, Work]) -> str:
    if conduct.state is RunState.PAUSED:
        return "people"
    running = [one.step for one in conduct.steps if one.state is StepState.RUNNING]
    if running:
        # Side by side the restore counts: what is verified meanwhile does not hold it up.
        doing = {work.get(name, Work.PROGRAMS) for name in running}
        return next(one for one in Work if one in doing).value
    waits = {one.waits for one in conduct.steps if one.state is StepState.WAITING}
    only_time = waits - {Waits.STEPS} == {Waits.TIMER}
    return "timers" if only_time else "people"


def lost(conduct: Conduct, entries: Sequence[Entry], impact: datetime) -> timedelta | None:
    """Tell the real loss of data: how much older the restored point is than the impact.

    Of several restores the worst counts; None when nothing was restored.
    """
    done = {one.step for one in conduct.steps if one.state is StepState.DONE}
    moments = [
        datetime.fromisoformat(str(entry.details["point_time"]))
        for entry in entries
        if entry.step in done and entry.details.get("point_time")
    ]
    return max((impact - moment for moment in moments), default=None)
