"""Runs of runbooks that ended, as recorded: how long it took to be back, and what was lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, cast  # cast: trusted as far as each conversion goes

from continuity.domain.clock import text_from_time
from continuity.domain.evidence import Record
from continuity.domain.plain import flag_in, list_in, mapping_in, moment_in, number_in, text_in

KEPT_CONDUCTED = 200
"""So many of the last ones are kept."""


class Conducted(NamedTuple):
    """One run; ``at`` is its end, ``hash`` the runbook it followed.

    ``milliseconds`` is the recovery time, from the impact to the service verified, and the parts
    sum up to it. ``measured`` says that it timed a recovery: everything of ``jobs`` was restored
    and the service verified, in earnest or as a full drill. ``lost`` is how much older the
    restored data was than the impact, in milliseconds; None where nothing was restored.
    """

    run: str
    runbook: str
    hash: str
    mode: str
    outcome: str
    incident: int
    at: datetime
    systems: tuple[str, ...]
    jobs: tuple[str, ...]
    measured: bool
    milliseconds: int
    before: int
    people: int
    timers: int
    restore: int
    verify: int
    programs: int
    lost: int | None

    @property
    def drill(self) -> bool:
        """Whether it was only practised."""
        return self.mode != "real"

    @property
    def time(self) -> timedelta:
        """The recovery time."""
        return timedelta(milliseconds=self.milliseconds)


def with_conducted(known: Sequence[Conducted], record: Record) -> tuple[Conducted, ...]:
    """Take the record of a result into account."""
    body, phases = record.body, mapping_in(record.body, "phases")
    lost = body.get("lost_milliseconds")
    new = Conducted(
        run=text_in(body, "run"),
        runbook=text_in(body, "runbook"),
        hash=text_in(body, "hash"),
        mode=text_in(body, "mode"),
        outcome=text_in(body, "outcome"),
        incident=number_in(body, "incident"),
        at=moment_in(body, "ended_at") or record.recorded_at,
        systems=tuple(map(str, list_in(body, "systems"))),
        jobs=tuple(map(str, list_in(body, "jobs"))),
        measured=flag_in(body, "measured"),
        milliseconds=number_in(body, "milliseconds"),
        before=number_in(phases, "before"),
        people=number_in(phases, "people"),
        timers=number_in(phases, "timers"),
        restore=number_in(phases, "restore"),
        verify=number_in(phases, "verify"),
        programs=number_in(phases, "programs"),
        lost=lost if isinstance(lost, int) and not isinstance(lost, bool) else None,
    )
    others = (one for one in known if one.run != new.run)
    return (*others, new)[-KEPT_CONDUCTED:]


def measured_of(
    conducted: Iterable[Conducted], system: str, things: Iterable[Iterable[str]]
) -> tuple[Conducted, ...]:
    """Give the runs that timed the recovery of a whole system, the oldest first.

    ``things`` names for each thing that the system needs the jobs that are copies of it: a run that
    left one of them out says nothing about the system.
    """
    needed = [set(jobs) for jobs in things]
    fitting = (
        one
        for one in conducted
        if one.measured
        and one.milliseconds > 0
        and system in one.systems
        and needed
        and all(jobs & set(one.jobs) for jobs in needed)
    )
    return tuple(sorted(fitting, key=lambda one: one.at))


def plain_from_conducted(one: Conducted) -> list[object]:
    """Reduce a run to a row that JSON can hold."""
    return [text_from_time(value) if isinstance(value, datetime) else value for value in one]


def conducted_from_plain(row: Sequence[object]) -> Conducted:
    """Read such a row back. Raises ValueError, TypeError or IndexError for anything else."""
    if len(row) != len(Conducted._fields):
        raise ValueError("a row of another shape")
    run, runbook, digest, mode, outcome = cast("tuple[str, str, str, str, str]", row[:5])
    incident, at, systems, jobs, measured = cast(
        "tuple[int, str, list[str], list[str], bool]", row[5:10]
    )
    spent = cast("tuple[int, int, int, int, int, int, int]", tuple(row[10:17]))
    return Conducted(
        run,
        runbook,
        digest,
        mode,
        outcome,
        incident,
        datetime.fromisoformat(at),
        tuple(systems),
        tuple(jobs),
        measured,
        *spent,
        lost=cast("int | None", row[17]),
    )
