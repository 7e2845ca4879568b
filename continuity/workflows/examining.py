"""Look at everything a backup and a drill will need, before they need it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import assert_never

from continuity.domain.examined import Examined, doubtful, examined_from_error, guarded, sound
from continuity.domain.facts import Facts
from continuity.domain.failure import ContinuityError
from continuity.domain.text import N_, Message, say, shown
from continuity.engines.engine import Engine, Lock, LockState
from continuity.engines.registry import engine_kinds
from continuity.workflows.clockwork import clock_doubt
from continuity.workflows.world import Protected, Workbench

_CLOCK = say(N_("clock"))
_STATE_RESERVE = 256 << 20
_MIB = 1 << 20
_FEWEST_INODES = 10_000


def examine_clock(bench: Workbench) -> Examined:
    """Compare the clock with the record."""
    return guarded(_CLOCK, lambda: _clock(bench))


def _clock(bench: Workbench) -> Examined:
    doubt = clock_doubt(bench)
    if doubt is None or doubt.reason is None:
        return sound(_CLOCK, say(N_("Not earlier than anything recorded.")))
    remedy = doubt.remedy or say(N_("Correct the clock of this machine."))
    return doubtful(_CLOCK, doubt.reason, remedy)


def examine_places(bench: Workbench) -> Iterator[Examined]:
    """Look for room where restores and the record go."""
    yield _room(say(N_("sandbox")), bench.sandbox_place, bench.reserve_bytes)
    yield _room(say(N_("state")), bench.keys.parent, _STATE_RESERVE)


def _room(subject: Message, place: Path, least: int) -> Examined:
    name = shown(os.fsencode(place))
    try:
        found = os.statvfs(_existing(place))
    except OSError as error:
        cause = error.strerror or type(error).__name__
        return doubtful(
            subject,
            say(N_("{place} cannot be looked at: {cause}."), place=name, cause=cause),
            say(N_("Correct the place in config/continuity.yaml, or its permissions.")),
        )
    free = found.f_bavail * found.f_frsize
    values: dict[str, str | int] = {
        "place": name,
        "free": free // _MIB,
        "least": least // _MIB,
    }
    if free < least:
        return doubtful(
            subject,
            say(N_("Only {free} MiB are free at {place}; at least {least} are needed."), **values),
            say(N_("Make room on that file system, or choose another place.")),
        )
    # Some file systems, such as btrfs, do not count inodes and say 0 of 0.
    if found.f_files and found.f_favail < _FEWEST_INODES:
        return doubtful(
            subject,
            say(N_("Only {count} more files fit at {place}."), count=found.f_favail, place=name),
            say(N_("Remove files on that file system, or choose another place.")),
        )
    return sound(subject, say(N_("{free} MiB are free at {place}."), **values))


def _existing(place: Path) -> Path:
    return next((path for path in (place, *place.parents) if path.exists()), Path("/"))


def examine_repositories(all_protected: Iterable[Protected], facts: Facts) -> Iterator[Examined]:
    """Open each repository once, as a backup would."""
    seen: set[str] = set()
    for protected in all_protected:
        name = protected.job.repository
        if name not in seen:
            seen.add(name)
            yield from _repository(name, protected, facts)


def _repository(name: str, protected: Protected, facts: Facts) -> Iterator[Examined]:
    subject = say(N_("repository {name}"), name=name)
    try:
        engine = protected.open_engine(True)
        yield _tool(subject, protected, engine)
        if not engine.exists():
            yield _absent(subject, protected, facts)
            return
        yield _identified(subject, name, engine, facts)
        yield from _locks(subject, engine)
    except ContinuityError as error:
        yield examined_from_error(subject, error)


def _tool(subject: Message, protected: Protected, engine: Engine) -> Examined:
    tool = engine.probe()
    recommended = engine_kinds()[protected.repository.engine].recommended
    values = {"name": tool.name, "version": tool.version, "recommended": recommended}
    if recommended and _numbers(tool.version) < _numbers(recommended):
        what = N_("{name} {version} works; from {recommended} on, restore tests are faster.")
    else:
        what = N_("{name} {version}.")
    return sound(subject, say(what, **values))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdecimal() else 0 for part in version.split("."))


def _known_ids(name: str, facts: Facts) -> dict[str, None]:
    return dict.fromkeys(
        run.identity.repository_id
        for job in facts.jobs.values()
        for run in job.backups
        if run.identity.repository == name and run.identity.repository_id
    )


def _absent(subject: Message, protected: Protected, facts: Facts) -> Examined:
    room = Path(protected.repository.location).parent
    if room.is_absolute() and not room.is_dir():
        return doubtful(
            subject,
            say(
                N_("There is no directory {path} to make a repository in."),
                path=shown(bytes(room)),
            ),
            say(N_("Mount its disk, or make the directory if it is the right place.")),
        )
    if not _known_ids(protected.job.repository, facts):
        return sound(subject, say(N_("Not there yet; the first backup makes it.")))
    return doubtful(
        subject,
        say(N_("The repository is gone, but backups into it are recorded.")),
        say(N_("Look whether the right disk or share is mounted.")),
    )


def _identified(subject: Message, name: str, engine: Engine, facts: Facts) -> Examined:
    found, known = engine.identity(), _known_ids(name, facts)
    if known and found != list(known)[-1]:
        return doubtful(
            subject,
            say(N_("This is another repository than the recorded one.")),
            say(N_("Look whether the right disk or share is mounted.")),
        )
    count = len(engine.snapshots())
    return sound(subject, say(N_("Reachable, and opens; snapshots: {count}."), count=count))


def _locks(subject: Message, engine: Engine) -> Iterator[Examined]:
    for lock in engine.locks():
        yield _lock(subject, lock)


def _lock(subject: Message, lock: Lock) -> Examined:
    match lock.state:
        case LockState.ALIVE:
            what = say(N_("In use by {holder}."), holder=lock.holder)
            return sound(subject, what)
        case LockState.DEAD:
            return doubtful(
                subject,
                say(N_("Locked by {holder}, whose process is gone."), holder=lock.holder),
                say(N_("The next backup or drill removes such locks.")),
            )
        case LockState.UNKNOWN:
            return doubtful(
                subject,
                say(
                    N_("Locked by {holder}; whether that still runs cannot be seen from here."),
                    holder=lock.holder,
                ),
                say(N_("Look on that machine; remove the lock by hand only when it is over.")),
            )
        case _:
            assert_never(lock.state)
