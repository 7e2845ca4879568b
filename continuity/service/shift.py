"""A shift: look at the slots, begin what is due, write what became of it. Again and again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

from continuity.app import App
from continuity.config.expecting import broken_jobs, expectations_of
from continuity.config.workspace import Workspace
from continuity.domain.slot import Expectation, Key, Slot
from continuity.domain.slot_choice import Outcome, Under, made_way, settled
from continuity.domain.verdict import Verdict
from continuity.hosts.process import Life, life_of
from continuity.service.child import Nursery, last_words
from continuity.service.errand import Errand, begin_errand, outcome_of
from continuity.service.escort import Escort
from continuity.store.slots import Held
from continuity.workflows.slots import account, begin, end_left, finish, follow_up

Told = Callable[[str, Slot], None]
"""Hears what happens to slots: ``began``, ``ended``, ``put back`` or ``missed``."""


_LONGEST_REST = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Account:
    """When all slots were accounted for, what was expected then, and when there may be more."""

    workspace: Workspace
    expected: Mapping[Key, Expectation]
    at: datetime
    again: datetime


@dataclass(kw_only=True)
class Shift:
    """What one process of the service runs; ``wake`` is set when a run is over."""

    app: App
    told: Told
    environ: Mapping[str, str]
    wake: Event = field(default_factory=Event)
    under_way: dict[int, Errand] = field(default_factory=dict)
    escort: Escort = field(default_factory=Escort)
    ending: bool = False
    _last: _Account | None = None

    def turn(self) -> None:
        """Look once. Raises StoreError when the database cannot be used; nothing is lost by it."""
        bench, now = self.app.bench, self.app.bench.now()
        self._settle_finished()
        follow_up(bench.store, self._is_gone, now)
        expected = self._account(now)
        if self.under_way:
            with bench.store.transaction() as transaction:
                transaction.slots.renew(self.under_way, now)
        if not self.ending:
            self._begin(expected, now)
            self.escort.turn(self.app, self._nursery())

    @property
    def is_busy(self) -> bool:
        """Tell whether anything is under way."""
        return bool(self.under_way or self.escort.under_way)

    def _account(self, now: datetime) -> Mapping[Key, Expectation]:
        """Account for all slots, as soon as there can be a new one."""
        workspace, last = self.app.workspace, self._last
        if last is not None and last.workspace is workspace and last.at <= now < last.again:
            return last.expected
        expected = expectations_of(workspace, now)
        for slot in account(self.app.bench.store, expected, now, broken_jobs(workspace)):
            self.told("missed", slot)
        following = (one.next_after(now) for one in {e.timetable for e in expected.values()})
        again = min((now + _LONGEST_REST, *following))
        self._last = _Account(workspace=workspace, expected=expected, at=now, again=again)
        return expected

    def _begin(self, expected: Mapping[Key, Expectation], now: datetime) -> None:
        bench, most = self.app.bench, self.app.workspace.settings.service.at_once
        taken = begin(bench.store, expected, most, bench.process, now)
        for slot in taken.slots:
            repository = expected[slot.key].repository
            self.under_way[slot.fence] = begin_errand(self._nursery(), slot, repository)
            self.told("began", slot)
        for errand in self.under_way.values():
            if _under(errand) in taken.yielding:
                errand.make_way()

    def end(self, patience: float = 0.0) -> None:
        """Begin nothing more, wait so many seconds for what is under way, then stop it.

        What it did is recorded; a slot that was stopped is due again. What a runbook does and
        could not simply do again is waited for in any case, as long as people wrote.
        """
        self.ending = True
        longest = self.app.workspace.settings.service.wait.total_seconds()
        last = self.app.bench.monotonic() + max(patience, longest)
        until = self.app.bench.monotonic() + patience
        while self.under_way and self.app.bench.monotonic() < until:
            self._wait()
        for errand in self.under_way.values():
            errand.make_way()
        while self.under_way:
            self._wait()
        self.escort.end(self.app, last)

    def _wait(self) -> None:
        self.wake.wait(1.0)
        self.wake.clear()
        self._settle_finished()

    def _nursery(self) -> Nursery:
        workspace = self.app.workspace
        return Nursery(
            root=workspace.root,
            language=workspace.settings.language,
            environ=self.environ,
            over=self.wake.set,
        )

    def _settle_finished(self) -> None:
        now = self.app.bench.now()
        for fence, errand in list(self.under_way.items()):
            if errand.is_over:
                after = self._after(errand, now)
                finish(self.app.bench.store, after)
                del self.under_way[fence]
                self.told("ended" if after.run_id else "put back", after)

    def _after(self, errand: Errand, now: datetime) -> Slot:
        outcome = outcome_of(errand)
        if outcome is None or not outcome.run_id:
            if errand.made_way:
                return made_way(errand.slot, now)
            # Stopped by somebody else, it left its end in the record only.
            outcome = end_left(self.app.bench.store, errand.slot) or outcome
        if outcome is None:
            outcome = Outcome(verdict=Verdict.INCONCLUSIVE, reason=last_words(errand.child))
        return settled(errand.slot, outcome, now)

    def _is_gone(self, held: Held) -> bool:
        if held.holder == self.app.bench.process:
            return held.slot.fence not in self.under_way
        life = life_of(held.holder)
        if life is Life.UNKNOWN:
            return held.lease_until < self.app.bench.now()
        return life is Life.DEAD


def _under(errand: Errand) -> Under:
    return Under(job=errand.slot.job, kind=errand.slot.kind, repository=errand.repository)
