"""A cell: commands wrapped by its walls and run by the machine's host."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from continuity.domain.failure import ToolMissingError
from continuity.domain.text import N_, Message, say, shown
from continuity.hosts.host import Command, Finished, Host
from continuity.sandbox.floor import Floor
from continuity.sandbox.isolation import Isolation
from continuity.sandbox.trial import Wrap
from continuity.sandbox.walls import PATH, Grounds, is_seen


@dataclass(frozen=True, kw_only=True, slots=True)
class Walls:
    """Walls that stand: how a command gets behind them, and why they are no stronger."""

    isolation: Isolation
    wrap: Wrap
    sockets: Path
    why: Message | None = None


class ShutCell:
    """Runs commands on ``host`` behind walls, as long as its floor is respected."""

    def __init__(self, host: Host, grounds: Grounds, walls: Walls, floor: Floor) -> None:
        self._host = host
        self._grounds = grounds
        self._walls = walls
        self._floor = floor

    @property
    def name(self) -> str:
        """What messages call it."""
        return "cell"

    @property
    def isolation(self) -> Isolation:
        """The level that was really reached."""
        return self._walls.isolation

    @property
    def why(self) -> Message | None:
        """Why it is not level A."""
        return self._walls.why

    @property
    def user(self) -> str:
        """The name of the user as whom commands run."""
        return self._grounds.user.name

    @property
    def tree(self) -> Path:
        """What was restored."""
        return self._grounds.tree

    @property
    def home(self) -> Path:
        """A private directory to write in."""
        return self._grounds.home

    @property
    def sockets(self) -> Path:
        """A private directory with a short path."""
        return self._walls.sockets

    def run(self, command: Command) -> Finished:
        """Run to the end. Raises ToolMissingError, TimedOutError, NoSpaceError, ToolError."""
        stop = command.stop or Event()
        with self._floor.kept(stop):
            return self._host.run(self._wrapped(command, stop))

    def stream(self, command: Command, on_line: Callable[[bytes], None]) -> Finished:
        """Run to the end, handing over each line of standard output, without its newline."""
        stop = command.stop or Event()
        with self._floor.kept(stop):
            return self._host.stream(self._wrapped(command, stop), on_line)

    def pieces(self, command: Command) -> Generator[bytes, None, Finished]:
        """Run and hand over standard output in pieces; returns how it ended."""
        stop = command.stop or Event()
        with self._floor.kept(stop):
            return (yield from self._host.pieces(self._wrapped(command, stop)))

    def _wrapped(self, command: Command, stop: Event) -> Command:
        inside = replace(command, argv=(self._program(command), *command.argv[1:]))
        return replace(
            command,
            argv=self._walls.wrap(self._grounds, inside),
            env={},
            cwd=None if self.isolation is Isolation.A else command.cwd or self.home,
            stop=stop,
        )

    def _program(self, command: Command) -> str:
        """Find the program where the cell would. Raises ToolMissingError."""
        name = os.fsdecode(command.argv[0])
        path = dict(command.env).get("PATH", PATH)
        found = name if "/" in name else shutil.which(name, path=path)
        if found is None or not os.path.exists(found) or not self._reachable(found):
            raise ToolMissingError(
                say(
                    N_("The program {program} cannot be seen inside the sandbox."),
                    program=shown(os.fsencode(name)),
                ),
                remedy=say(N_("Install it below /usr, where programs in the sandbox are found.")),
            )
        return found

    def _reachable(self, program: str) -> bool:
        return self.isolation is Isolation.B or is_seen(self._grounds, program)
