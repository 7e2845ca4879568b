"""Visit a machine: is it there, is it the known one, how are its clock and its programs."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from continuity.domain.clock import Now
from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.examined import Examined, doubtful, examined_from_error, sound
from continuity.domain.failure import AuthenticationError, ContinuityError, HostKeyError
from continuity.domain.text import N_, Message, say, shown
from continuity.domain.verdict import Verdict, worst
from continuity.hosts.host import Host
from continuity.hosts.host_keys import Acquaintance, accept_key, acquaintance, read_known
from continuity.hosts.known_hosts import HostKey, known_keys
from continuity.hosts.offset import Offset, clock_offset
from continuity.hosts.programs import Program, find_programs
from continuity.hosts.reach import Reach
from continuity.hosts.ssh_host import SshHost
from continuity.hosts.ssh_trouble import other_key
from continuity.workflows.world import Workbench

PROGRAMS = (
    "restic",
    "rsync",
    "pg_dump",
    "mariadb-dump",
    "mysqldump",
    "sqlite3",
    "find",
    "sha256sum",
)
"""What is looked for on every machine, needed or not."""

# restic and rsync judge files by their times, and a point's data time is told by that clock.
_MOST_SECONDS_OFF = 5.0
_TRIPS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """A machine of the workspace; ``needs`` are programs and the jobs that take them there."""

    host: Host
    site: str | None = None
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """What was found; None is what could not be asked. ``latency`` is in seconds."""

    machine: Machine
    trouble: ContinuityError | None = None
    key: HostKey | None = None
    acquaintance: Acquaintance | None = None
    latency: float | None = None
    offset: Offset | None = None
    programs: tuple[Program, ...] | None = None

    @property
    def reach(self) -> Reach | None:
        """How the machine is reached; None for this one."""
        host = self.machine.host
        return host.reach if isinstance(host, SshHost) else None

    @property
    def verdict(self) -> Verdict:
        """The worst of what was found."""
        return worst([one.verdict for one in examine_visit(self)])

    @property
    def missing(self) -> Mapping[str, tuple[str, ...]]:
        """Programs that jobs need and that are not there; nothing when nobody could ask."""
        if self.programs is None:
            return {}
        there = {program.name for program in self.programs}
        needs = self.machine.needs
        return {name: jobs for name, jobs in needs.items() if shown(name.encode()) not in there}


def visit(machine: Machine, now: Now) -> Visit:
    """Look at a machine. What cannot be seen is said in the answer, never raised."""
    found = Visit(machine=machine)
    try:
        if isinstance(machine.host, SshHost):
            found = _met(found, machine.host)
            found = replace(found, offset=clock_offset(machine.host, now))
        names = tuple(dict.fromkeys((*PROGRAMS, *machine.needs)))
        return replace(found, programs=find_programs(machine.host, names))
    except (HostKeyError, AuthenticationError) as error:
        return _refused(replace(found, trouble=error))
    except ContinuityError as error:
        return replace(found, trouble=error)


def _met(found: Visit, host: SshHost) -> Visit:
    connection = host.connection()
    return replace(
        found,
        key=connection.host_key,
        acquaintance=Acquaintance.KNOWN,
        latency=min(connection.round_trip() for _ in range(_TRIPS)),
    )


def _refused(found: Visit) -> Visit:
    """Ask for the key alone; that of a machine behind an unknown one cannot be seen."""
    host = found.machine.host
    if not isinstance(host, SshHost):
        return found
    with contextlib.suppress(ContinuityError):  # no key to show: it stays unknown
        key = host.shown_key()
        known = acquaintance(key, read_known(host.reach))
        return replace(found, key=key, acquaintance=known)
    return found


def examine_machines(machines: Iterable[Machine], now: Now) -> Iterator[Examined]:
    """Visit the machines that are elsewhere, one after the other."""
    for machine in machines:
        if isinstance(machine.host, SshHost):
            yield from examine_visit(visit(machine, now))


def examine_visit(visit: Visit) -> Iterator[Examined]:
    """Judge what was found."""
    subject = say(N_("host {name}"), name=visit.machine.host.name)
    if visit.key is not None and visit.latency is not None:
        what = say(
            N_("Reachable in {milliseconds} ms, and known by {kind} {fingerprint}."),
            milliseconds=math.ceil(visit.latency * 1000),
            kind=visit.key.kind,
            fingerprint=visit.key.fingerprint,
        )
        yield sound(subject, what)
    if visit.offset is not None:
        yield _clock(subject, visit.offset)
    if visit.programs is not None:
        yield from _programs(subject, visit)
    if visit.trouble is not None:
        yield examined_from_error(subject, visit.trouble)


def _clock(subject: Message, offset: Offset) -> Examined:
    if offset.least <= _MOST_SECONDS_OFF:
        most = math.ceil(abs(offset.seconds) + offset.margin)
        return sound(
            subject, say(N_("Its clock agrees with this one within {seconds} s."), seconds=most)
        )
    seconds = round(abs(offset.seconds))
    what = N_("Its clock is {seconds} s behind this one.")
    if offset.seconds > 0:
        what = N_("Its clock is {seconds} s ahead of this one.")
    remedy = say(N_("Find out which of the two is wrong, and let both follow a time server."))
    return doubtful(subject, say(what, seconds=seconds), remedy)


def _programs(subject: Message, visit: Visit) -> Iterator[Examined]:
    for name, jobs in visit.missing.items():
        what = say(
            N_("{program} is not installed there; jobs that need it: {jobs}."),
            program=shown(name.encode()),
            jobs=", ".join(jobs),
        )
        yield doubtful(subject, what, say(N_("Install it there, or name where it is in the job.")))
    if not visit.missing:
        told = ", ".join(f"{one.name} {one.version or '?'}" for one in visit.programs or ())
        yield sound(subject, say(N_("Programs there: {programs}."), programs=told or "-"))


def is_known_to_user(reach: Reach, key: HostKey) -> bool:
    """Tell whether the ssh program of this user would believe the key as well."""
    try:
        known = known_keys(Path.home() / ".ssh/known_hosts", reach.known_as)
    except OSError:
        return False
    return acquaintance(key, known) is Acquaintance.KNOWN


def accept(
    bench: Workbench, host: SshHost, key: HostKey, *, expected: str | None, replace: bool
) -> None:
    """Let the key that a machine showed be known, and record who decided it.

    Raises HostKeyError when it is not the expected one, is revoked, or takes the place of another
    without ``replace``.
    """
    if expected is not None and expected.rstrip("=") != key.fingerprint:
        raise other_key(host.reach, key, expected)
    was = accept_key(host.reach, key, replace=replace)
    if was is not Acquaintance.KNOWN:
        body = {
            "host": host.name,
            "known_as": host.reach.known_as,
            "key": key.kind,
            "fingerprint": key.fingerprint,
            "replaced": was is Acquaintance.CHANGED,
        }
        personal = {"actor": bench.actor}
        bench.store.append(Draft(kind=RecordKind.HOST_ACCEPTED, body=body, personal=personal))
