"""Cells for tests, of either level, whatever this machine could reach."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from continuity.hosts.host import Command, Finished, Host
from continuity.hosts.local import LocalHost
from continuity.sandbox.cell import Cell
from continuity.sandbox.interlocks import Interlocks
from continuity.sandbox.isolation import Isolation
from continuity.sandbox.opening import Demand, open_cell
from continuity.sandbox.sandbox import Room, Sandbox, open_sandbox
from continuity.sandbox.teardown import tear_down
from continuity.sandbox.walls import Bounds
from tests.support.passable import let_others_pass
from tests.support.programs import missing

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
SMALL = Bounds(memory=1 << 30, processes=200, file_size=16 << 20, temporary=4 << 20)
BROKEN = "#!/bin/sh\necho 'No permissions to create new namespace' >&2\nexit 1\n"


class HostWith:
    """This machine, with one program in the way of the real one."""

    def __init__(self, folder: Path, name: str, script: str) -> None:
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
        self._path = f"{folder}:{os.environ['PATH']}"
        self._real = LocalHost()

    @property
    def name(self) -> str:
        return "local"

    def run(self, command: Command) -> Finished:
        return self._real.run(self._misled(command))

    def stream(self, command: Command, on_line: Callable[[bytes], None]) -> Finished:
        return self._real.stream(self._misled(command), on_line)

    def pieces(self, command: Command) -> Generator[bytes, None, Finished]:
        return self._real.pieces(self._misled(command))

    def _misled(self, command: Command) -> Command:
        return replace(command, env={**command.env, "PATH": self._path})


def host_of(level: Isolation, folder: Path) -> Host:
    """A host on which this level is the strongest."""
    if level is Isolation.A:
        return LocalHost()
    return HostWith(folder / "bin", "bwrap", BROKEN)


@contextmanager
def a_sandbox(place: Path) -> Iterator[Sandbox]:
    """An open sandbox, cleared away afterwards."""
    room = Room(expected_bytes=0, reserve_bytes=0)
    sandbox = open_sandbox(place, run_id="r", interlocks=Interlocks(), room=room, now=NOW)
    let_others_pass(place.parent)
    try:
        yield sandbox
    finally:
        assert tear_down(sandbox).left == 0


@contextmanager
def a_cell(
    folder: Path,
    level: Isolation,
    fill: Callable[[Path], None] = lambda _tree: None,
    demand: Demand | None = None,
) -> Iterator[Cell]:
    """An open cell of this level over what ``fill`` puts into the tree."""
    demand = demand or Demand(reserve_bytes=0, bounds=SMALL)
    with a_sandbox(folder / "place") as sandbox:
        fill(sandbox.tree)
        with open_cell(host_of(level, folder), sandbox, demand) as cell:
            if cell.isolation is not level:
                missing(f"level {level} is not reached here: {cell.why}")
            yield cell


def shell(cell: Cell, script: str, **how: float) -> Finished:
    """Run a script in a cell."""
    timeout, grace = how.get("timeout", 30.0), how.get("grace", 1.0)
    return cell.run(Command(argv=("/bin/sh", "-c", script), timeout=timeout, grace=grace))


def told(cell: Cell, script: str) -> str:
    """Run a script in a cell and give what it printed."""
    ended = shell(cell, script)
    assert ended.code == 0, ended
    return ended.stdout.decode().strip()


def quoted(path: Path) -> str:
    """Write a path for a script."""
    return shlex.quote(str(path))


def running(marker: str) -> list[int]:
    """List the processes of this machine in whose command line the marker stands."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if marker.encode() in words:
                found.append(int(entry.name))
    return found
