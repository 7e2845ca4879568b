"""A year of a service that is switched off, set wrong, killed and started twice."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from continuity.domain.schedule import timetable_from_text
from continuity.domain.slot import Expectation, Key, Slot, SlotKind, SlotState
from continuity.domain.slot_choice import Outcome, settled
from continuity.domain.verdict import Verdict
from continuity.hosts.process import Process
from continuity.store.store import Store
from continuity.workflows.slots import account, begin, finish, follow_up

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MADRID = "Europe/Madrid"
TIMES = (
    ("erp", SlotKind.BACKUP, "every 6h", "near", 0),
    ("erp", SlotKind.DRILL, "weekly on sunday at 02:30", "near", 0),
    ("erp", SlotKind.FULL_DRILL, "monthly on 31 at 02:30", "near", 0),
    ("erp", SlotKind.READ_BACK, "30 2 * * 3", "near", 0),
    ("mail", SlotKind.BACKUP, "daily at 02:30", "near", 1),
    ("mail", SlotKind.DRILL, "0 4 1 * *", "near", 1),
    ("files", SlotKind.BACKUP, "30 2 * * *", "far", 2),
)


def expected_of_all() -> Mapping[Key, Expectation]:
    """What three jobs in two repositories are to do."""
    found = (
        Expectation(
            job=job,
            kind=kind,
            timetable=timetable_from_text(text, MADRID),
            repository=repository,
            rank=rank,
        )
        for job, kind, text, repository, rank in TIMES
    )
    return {one.key: one for one in found}


def planned_in(wanted: Expectation, since: datetime, until: datetime) -> list[datetime]:
    """Every time of a timetable, counted one by one."""
    found, moment = [], wanted.timetable.next_after(since)
    while moment <= until:
        found.append(moment)
        moment = wanted.timetable.next_after(moment)
    return found


@dataclass
class Life:
    """One process of the service: what it was given to run, and when each will be over."""

    process: Process
    running: dict[tuple[Key, datetime], tuple[Slot, datetime]] = field(default_factory=dict)


@dataclass
class Year:
    """The store, true time, the clock that is shown, and whoever lives."""

    store: Store
    draw: random.Random
    expected: Mapping[Key, Expectation]
    true: datetime = NEW_YEAR
    wrong_by: timedelta = timedelta()
    lives: list[Life] = field(default_factory=list)
    begun: Counter[tuple[Key, datetime]] = field(default_factory=Counter)
    ended: Counter[tuple[Key, datetime]] = field(default_factory=Counter)
    slept: timedelta = timedelta()
    pids: int = 0

    @property
    def now(self) -> datetime:
        return self.true + self.wrong_by

    def start(self) -> None:
        """Begin one more process."""
        self.pids += 1
        process = Process(host="vault", boot="b", namespace="n", pid=self.pids, started=self.pids)
        self.lives.append(Life(process=process))

    def kill(self) -> None:
        """End one without a word; what it ran dies with it."""
        if self.lives:
            self.lives.pop(self.draw.randrange(len(self.lives)))

    def sleep(self, span: timedelta) -> None:
        """Nothing runs for a while, and what ran goes on later."""
        self.true += span
        self.slept += span

    def turn(self) -> None:
        """Let everybody who lives look at the clock once."""
        alive = {life.process for life in self.lives}
        for life in self.lives:
            follow_up(self.store, lambda held: held.holder not in alive, self.now)
            self._end(life)
            account(self.store, self.expected, self.now)
            taken = begin(self.store, self.expected, 2, life.process, self.now)
            for slot in taken.slots:
                self.begun[slot.key, slot.planned] += 1
                length = timedelta(minutes=self.draw.randint(1, 90))
                life.running[slot.key, slot.planned] = (slot, self.true + length)

    def _end(self, life: Life) -> None:
        over = [one for one in life.running.values() if one[1] <= self.true]
        for slot, _ in over:
            del life.running[slot.key, slot.planned]
            run_id = f"{slot.job}-{slot.fence}"
            after = settled(slot, Outcome(verdict=Verdict.PASS, run_id=run_id), self.now)
            if finish(self.store, after):
                self.ended[slot.key, slot.planned] += 1

    def rows(self) -> Iterator[Slot]:
        """Everything that was ever planned."""
        with self.store.reading() as reading:
            yield from reading.slots.history(NEW_YEAR - timedelta(days=1))


def lived_through(store: Store, seed: int, step: timedelta, days: int) -> Year:
    """Live through some days in which much goes wrong, and a quiet one at the end."""
    year = Year(store=store, draw=random.Random(seed), expected=expected_of_all())  # noqa: S311 - repeatable
    year.start()
    while year.true < NEW_YEAR + timedelta(days=days):
        _trouble(year)
        year.turn()
        year.true += step
    year.wrong_by = timedelta()
    year.lives = []
    year.start()
    for _ in range(int(timedelta(days=2) / step)):
        year.turn()
        year.true += step
    return year


def _trouble(year: Year) -> None:
    chance = year.draw.random()
    if chance < 0.005:
        year.sleep(timedelta(hours=year.draw.randint(1, 80)))
    elif chance < 0.010:
        year.kill()
    elif chance < 0.014 and len(year.lives) < 3:
        year.start()
    elif chance < 0.016:
        year.wrong_by = timedelta(hours=year.draw.choice([-30, -1, 1, 12, 60]))
    elif chance < 0.022:
        year.wrong_by = timedelta()
    if not year.lives and year.draw.random() < 0.2:
        year.start()


def ran(slots: list[Slot]) -> list[Slot]:
    """Those that were run."""
    return [slot for slot in slots if slot.state is SlotState.RAN]
