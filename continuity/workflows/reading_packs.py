"""Read whole packs back a second way, on a budget, and remember which."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from continuity.domain.evidence import RecordKind
from continuity.domain.pack_ledger import (
    Load,
    Most,
    Pace,
    PackCoverage,
    Round,
    measure_packs,
    pace_from,
    plan_round,
)
from continuity.domain.packs_plain import plain_from_packs, plain_from_round
from continuity.domain.plain import mapping_in, number_in
from continuity.domain.price import plain_cost
from continuity.domain.schedule import timetable_from_text
from continuity.domain.text import N_, Message, plain_from_message, say
from continuity.engines.engine import Progress
from continuity.witness.readback import PackRead, read_packs, stored_packs
from continuity.witness.repository import Repository
from continuity.workflows.pack_memory import PackMemory
from continuity.workflows.running import Running
from continuity.workflows.world import Protected, Workbench

_RECORDED = 100
_MILLISECONDS = 1_000
_LOOKED_AT = 10
_TELLING_BYTES = 1 << 26
"""How much must have been read until its time tells how fast a storage is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PacksRead:
    """What reading packs back gave; ``read`` is how many were."""

    read: int
    problems: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PackPlan:
    """What the next round of a job reads; ``opening`` is what it took to know that.

    ``speed`` are bytes in a second by the last check, None while none tells it.
    """

    round: Round
    coverage: PackCoverage
    pace: Pace
    opening: Load
    speed: int | None


@dataclass(kw_only=True, slots=True)
class _Reading:
    """Packs that are being read: how far it has come, and for how long it may go on."""

    bench: Workbench
    run: Running
    packs: Mapping[bytes, int]
    planned: Round
    most_seconds: float | None
    began: float
    read: int = 0
    bytes: int = 0
    is_out_of_time: bool = False

    def through(self, repository: Repository) -> Iterator[PackRead]:
        """Read one after the other, as long as there is time."""
        due = self.planned.due
        for position, one in enumerate(read_packs(repository, due), 1):
            self.read, self.bytes = position, self.bytes + one.size
            self._tell()
            yield one
            if position < len(due) and self._would_be_late(self.packs[due[position]]):
                self.is_out_of_time = True
                return

    def plain(self) -> dict[str, object]:
        """Reduce it to what is recorded."""
        return {
            "read": self.read,
            "bytes": self.bytes,
            "milliseconds": self.milliseconds,
            "out_of_time": self.is_out_of_time,
        }

    @property
    def milliseconds(self) -> int:
        """How long it took so far."""
        return round((self.bench.monotonic() - self.began) * _MILLISECONDS)

    @property
    def speed(self) -> int | None:
        """How many bytes in a second; None where too little was read to tell."""
        if self.bytes < _TELLING_BYTES:
            return None
        return self.bytes * _MILLISECONDS // max(self.milliseconds, 1)

    def _would_be_late(self, size: int) -> bool:
        if self.most_seconds is None:
            return False
        took = self.bench.monotonic() - self.began
        return took + took * size / max(self.bytes, 1) > self.most_seconds

    def _tell(self) -> None:
        progress = Progress(
            files=self.read,
            bytes=self.bytes,
            total_files=len(self.planned.due),
            total_bytes=self.planned.takes.bytes,
        )
        self.run.watch.progress(progress)


def pace_of(protected: Protected) -> Pace:
    """Count the rounds there are for everything, by deadline and timetable."""
    job, text = protected.job, protected.job.schedule.read_back
    gap = None if text is None else timetable_from_text(text, protected.zone).widest_gap()
    return pace_from(job.check_slices, job.read_back.within, gap)


def plan_packs(
    bench: Workbench, protected: Protected, open_witness: Callable[[], Repository]
) -> PackPlan:
    """Look at a repository and plan the next round; nothing is read of its packs.

    Raises what opening raises.
    """
    with open_witness() as repository:
        packs, pace = stored_packs(repository), pace_of(protected)
        ledger, now = PackMemory(bench, repository.id).ledger, bench.now()
        opening, speed = _taken(repository), _speed(bench, protected)
    most = _left(protected, opening, speed, 0)
    return PackPlan(
        round=plan_round(packs, ledger, pace, most, now),
        coverage=measure_packs(packs, ledger, pace.within, now),
        pace=pace,
        opening=opening,
        speed=speed,
    )


def read_due_packs(
    bench: Workbench,
    run: Running,
    protected: Protected,
    open_witness: Callable[[], Repository],
) -> PacksRead:
    """Read what is due of the packs of a repository. Raises what reading raises."""
    began, pace = bench.monotonic(), pace_of(protected)
    with open_witness() as repository:
        packs = stored_packs(repository)
        memory = PackMemory(bench, repository.id)
        memory.meet(packs)
        opening, spent = _taken(repository), bench.monotonic() - began
        most = _left(protected, opening, _speed(bench, protected), spent)
        reading = _Reading(
            bench=bench,
            run=run,
            packs=packs,
            planned=plan_round(packs, memory.ledger, pace, most, bench.now()),
            most_seconds=_seconds_left(protected, spent),
            began=bench.monotonic(),
        )
        troubles = (*repository.problems, *_read(reading, repository, memory))
        # The index may have been read again: somebody took packs away meanwhile.
        packs = {id: size for id, size in packs.items() if repository.index.names_pack(id)}
        taken = _taken(repository)
    if reading.speed is not None:
        most = _left(protected, opening, reading.speed, spent)
    now = bench.now()
    ahead = plan_round(packs, memory.ledger, pace, most, now + (pace.gap or timedelta()))
    coverage = measure_packs(packs, memory.ledger, pace.within, now)
    run.body["packs"] = {
        **reading.plain(),
        "requests": taken.requests,
        "transferred": taken.bytes,
        **plain_from_packs(coverage, pace.within),
        "ahead": plain_from_round(ahead),
        **plain_cost(protected.repository.prices, taken),
        "problems": [plain_from_message(problem) for problem in troubles[:_RECORDED]],
    }
    return PacksRead(read=reading.read, problems=troubles)


def _read(reading: _Reading, repository: Repository, memory: PackMemory) -> tuple[Message, ...]:
    """Read, remember, and give what is wrong, also what was wrong before and was not read."""
    unread, troubles = set(memory.ledger.wrong), list[Message]()
    try:
        for one in reading.through(repository):
            memory.note(one)
            unread.discard(one.id)
            troubles += () if one.trouble is None else (one.trouble,)
    finally:
        memory.write()
    unread = {id for id in unread if repository.index.names_pack(id)}
    if unread:
        sentence = N_("Found damaged before and not read again, for lack of budget: {count} packs.")
        troubles.append(say(sentence, count=len(unread)))
    return tuple(troubles)


def _taken(repository: Repository) -> Load:
    return Load(repository.objects.bytes, repository.objects.requests)


def _left(protected: Protected, taken: Load, speed: int | None, spent: float) -> Most:
    """Tell what the budget leaves for packs, once what opening took is off it."""
    policy = protected.job.read_back
    bounds = [] if policy.max_bytes is None else [policy.max_bytes - taken.bytes]
    seconds = _seconds_left(protected, spent)
    if seconds is not None and speed is not None:
        bounds.append(int(speed * seconds))
    requests = policy.max_requests
    return Most(
        max(min(bounds), 0) if bounds else None,
        None if requests is None else max(requests - taken.requests, 0),
    )


def _seconds_left(protected: Protected, spent: float) -> float | None:
    most = protected.job.read_back.max_time
    return None if most is None else max(most.total_seconds() - spent, 0)


def _speed(bench: Workbench, protected: Protected) -> int | None:
    """Give the bytes a second of the last check that read enough to tell."""
    kinds = (RecordKind.CHECK_FINISHED,)
    latest = bench.store.records(
        job=protected.job.name, kinds=kinds, limit=_LOOKED_AT, newest_first=True
    )
    for record in latest:
        packs = mapping_in(record.body, "packs")
        read, took = number_in(packs, "bytes"), number_in(packs, "milliseconds")
        if read >= _TELLING_BYTES and took:
            return read * _MILLISECONDS // took
    return None
