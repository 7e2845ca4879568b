"""How long a run took, and what the time went into: people, programs, waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.conduct import OVER, Conduct, Entry, RunState, StepState, Waits
from continuity.domain.conduct_changes import after


@dataclass(frozen=True, kw_only=True, slots=True)
class Phases:
    """The recovery time in its parts, each second in one of them.

    ``before`` is from the beginning of the impact to that of the run; ``programs`` while a program
    worked, ``people`` while only people were waited for, ``timers`` while only time passed.
    """

    before: timedelta
    programs: timedelta
    people: timedelta
    timers: timedelta

    @property
    def total(self) -> timedelta:
        """The recovery time itself."""
        return self.before + self.programs + self.people + self.timers


def phases(entries: Sequence[Entry], until: datetime, impact: datetime | None = None) -> Phases:
    """Measure a run by its entries; ``until`` counts where it is not over yet."""
    conduct = Conduct(run="")
    spent = {"programs": timedelta(), "people": timedelta(), "timers": timedelta()}
    at = entries[0].at if entries else until
    began = at
    for entry in entries:
        _spend(spent, conduct, entry.at - at)
        conduct, at = after(conduct, (entry,)), entry.at
    _spend(spent, conduct, until - at)
    before = timedelta() if impact is None else max(timedelta(), began - impact)
    return Phases(
        before=before,
        programs=spent["programs"],
        people=spent["people"],
        timers=spent["timers"],
    )


def _spend(spent: dict[str, timedelta], conduct: Conduct, span: timedelta) -> None:
    if conduct.state in OVER or conduct.state is RunState.PREPARED:
        return
    spent[_whose(conduct)] += max(timedelta(), span)


def _whose(conduct: Conduct) -> str:
    if conduct.state is RunState.PAUSED:
        return "people"
    if any(one.state is StepState.RUNNING for one in conduct.steps):
        return "programs"
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
