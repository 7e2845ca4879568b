"""What goes wrong in the soak: at once, or for a while; each with the hand that mends it."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from tests.soak.scene import Place, PostOffice, full
from tests.support.postgresql import Cluster, kill_server, start_server, stop_server
from tests.support.terminal import argv, environ_of

_ALWAYS = 1_000_000
_LONGEST_WATCH = 20.0
_LONGEST_START = 60.0
LONGEST_END = 200.0
"""Seconds that services may take to end what is under way."""

_AT_ONCE = ("kill service", "stop service", "second service", "kill a run", "change a file")


@dataclass(kw_only=True)
class Torment:
    """A firm whose services are made miserable, and a count of what was done.

    ``enough`` ends it early.
    """

    place: Place
    draw: random.Random
    done: Counter[str] = field(default_factory=Counter)
    services: list[subprocess.Popen[bytes]] = field(default_factory=list)
    enough: Event = field(default_factory=Event)
    _until: float = 0.0
    _lasting: dict[str, tuple[ExitStack, float]] = field(default_factory=dict)

    def go_on(self, minutes: float) -> None:
        """Do something bad every few seconds; at the end everything is as it should be again."""
        self._until = time.monotonic() + minutes * 60
        try:
            while time.monotonic() < self._until and not self.enough.is_set():
                self.tend()
                self._act()
                self.enough.wait(self.draw.uniform(2, 12))
        finally:
            self._until = 0.0
            with ExitStack() as all_of_them:  # one that cannot be mended keeps none from it
                for stack, _ in self._lasting.values():
                    all_of_them.push(stack)
                self._lasting.clear()

    def told(self) -> str:
        """Say in a line how far it is, and what is out at the moment."""
        left = max(0.0, self._until - time.monotonic()) / 60
        done = dict(self.done)
        troubles = sum(count for name, count in done.items() if not name.startswith("services "))
        begun, out = done.get("services begun", 0), ", ".join(list(self._lasting)) or "nothing"
        still = f"{left:.0f} min left, " if left else ""
        return f"{still}{troubles} troubles, {begun} services begun, out: {out}"

    def tend(self) -> None:
        """Mend what has been broken for long enough, and let a service run, as systemd does."""
        for name, (stack, until) in list(self._lasting.items()):
            if until < time.monotonic():
                del self._lasting[name]
                stack.close()
        codes = [one.poll() for one in self.services]
        self.done.update(f"services ended with {code}" for code in codes if code)
        self.services = [one for one in self.services if one.returncode is None]
        if not self.services:
            self._begin()

    def stop(self) -> list[int | None]:
        """End all services in good order; gives their exit codes, None for one that did not end."""
        until = time.monotonic() + LONGEST_END
        for one in self.services:
            one.terminate()
        codes: list[int | None] = []
        for one in self.services:
            try:
                codes.append(one.wait(max(1.0, until - time.monotonic())))
            except subprocess.TimeoutExpired:
                codes.append(None)
        self.abandon()
        return codes

    def abandon(self) -> None:
        """Leave no service behind, whatever became of it."""
        for one in self.services:
            if one.poll() is None:
                one.kill()
                one.wait()

    def _begin(self) -> None:
        firm, place = self.place.firm, self.place.log
        with place.open("ab") as told:
            self.services.append(
                subprocess.Popen(
                    argv(firm, "serve", "--port", "0"),
                    env=environ_of(firm),
                    stdin=subprocess.DEVNULL,
                    stdout=told,
                    stderr=told,
                )
            )
        self.done["services begun"] += 1

    def _act(self) -> None:
        lasting = _lasting_troubles(self.place)
        name = self.draw.choice((*_AT_ONCE, *lasting))
        if any(name.split()[0] == other.split()[0] for other in self._lasting):
            return
        self.done[name] += 1
        if name in lasting:
            stack = ExitStack()
            stack.enter_context(lasting[name]())
            self._lasting[name] = stack, time.monotonic() + self.draw.uniform(5, 60)
        else:
            self._at_once(name)

    def _at_once(self, name: str) -> None:
        firm = self.place.firm
        match name:
            case "kill service":
                self.draw.choice(self.services).kill()
            case "stop service":
                self.draw.choice(self.services).terminate()
            case "second service":
                self._begin()
            case "kill a run":
                _kill_a_run(firm.workspace, self.draw)
            case "change a file":
                name = f"file {self.draw.randrange(30):02d}"
                (firm.source(self.draw.choice(firm.jobs)) / name).write_text(f"{time.time()}\n")


def _lasting_troubles(place: Place) -> dict[str, Callable[[], AbstractContextManager[None]]]:
    room = place.office.room
    found: dict[str, Callable[[], AbstractContextManager[None]]] = {
        "mail server stopped": lambda: _shut(place.office),
        "mail not taken now": lambda: _nasty(place.office, "throttled"),
        "mail lost in between": lambda: _nasty(place.office, "cuts"),
        "mail taken, not confirmed": lambda: _nasty(place.office, "drops"),
        "mail greylisted": lambda: _set(room, "greylisted", 3),
        "mail refused for ever": lambda: _set(room, "unknown", 1),
        "broken file": lambda: _broken(place),
    }
    for disk in place.disks:
        found[f"{disk.name} disk full"] = lambda disk=disk: full(disk)  # type: ignore[misc]  # a default binds the loop's value
    cluster = place.cluster
    if cluster is None:
        found["database locked"] = lambda: _locked(place.firm.state / "record.db")
    else:
        found["database stopped"] = lambda: _down(cluster, lambda: stop_server(cluster, "fast"))
        found["database killed"] = lambda: _down(cluster, lambda: kill_server(cluster))
    return found


@contextmanager
def _shut(office: PostOffice) -> Iterator[None]:
    office.shut()
    try:
        yield
    finally:
        office.open()


@contextmanager
def _nasty(office: PostOffice, name: str) -> Iterator[None]:
    setattr(office.room.nasty, name, _ALWAYS)
    try:
        yield
    finally:
        setattr(office.room.nasty, name, 0)


@contextmanager
def _set(room: object, name: str, value: int) -> Iterator[None]:
    before = getattr(room, name)
    setattr(room, name, type(before)(value))
    try:
        yield
    finally:
        setattr(room, name, before)


@contextmanager
def _broken(place: Place) -> Iterator[None]:
    job = place.firm.workspace / "jobs" / f"{place.firm.jobs[0]}.yaml"
    good = job.read_text()
    job.write_text("name: [\n")
    try:
        yield
    finally:
        job.write_text(good)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Keep everybody from writing."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        with suppress(sqlite3.OperationalError):  # somebody writes: no outage this time
            connection.execute("BEGIN IMMEDIATE")
        yield
        with suppress(sqlite3.OperationalError):  # none was begun, see above
            connection.execute("ROLLBACK")


@contextmanager
def _down(cluster: Cluster, end: Callable[[], None]) -> Iterator[None]:
    end()
    try:
        yield
    finally:
        _start_patiently(cluster)


def _start_patiently(cluster: Cluster) -> None:
    """The children of a killed server hold its memory for a moment."""
    until = time.monotonic() + _LONGEST_START
    while True:
        try:
            start_server(cluster)
        except subprocess.SubprocessError:
            if time.monotonic() > until:
                raise
            time.sleep(1)
        else:
            return


def _kill_a_run(workspace: Path, draw: random.Random) -> None:
    """Kill the process of a run, not the service that began it."""
    until = time.monotonic() + _LONGEST_WATCH
    while not (runs := list(_processes(workspace))) and time.monotonic() < until:
        time.sleep(0.2)
    if runs:
        time.sleep(draw.uniform(0, 3))
        with suppress(ProcessLookupError):  # it ended by itself meanwhile
            os.kill(draw.choice(runs), signal.SIGKILL)


def _processes(workspace: Path) -> Iterator[int]:
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if os.fsencode(workspace) in words and (b"backup" in words or b"drill" in words):
            yield int(place.name)
