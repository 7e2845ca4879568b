"""Ways to see the files of this machine: directly, or as those of another one are seen."""

import os
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

from continuity.domain.failure import UnreachableError
from continuity.domain.text import say
from continuity.hosts.files import Files, LocalFiles
from continuity.hosts.host import Command, Finished, Host
from continuity.hosts.local import LocalHost
from continuity.hosts.remote_files import RemoteFiles


def a_view(kind: str, place: Path) -> Files:
    """Give the files of this machine, seen in this way."""
    return LocalFiles() if kind == "directly" else RemoteFiles(LocalHost(), place)


class Elsewhere:
    """This machine as another one, to which the connection can be lost.

    ``lose`` is asked before each piece of output with the command and how many bytes came.
    Programs in ``before`` are found before those of the machine.
    """

    def __init__(
        self,
        lose: Callable[[Command, int], bool] | None = None,
        before: Path | None = None,
    ) -> None:
        self._host: Host = LocalHost("elsewhere")
        self._lose = lose or (lambda _command, _count: False)
        self._path = {} if before is None else {"PATH": f"{before}:{os.environ['PATH']}"}
        self.commands: list[Command] = []

    @property
    def name(self) -> str:
        return self._host.name

    def run(self, command: Command) -> Finished:
        return self._host.run(self._noted(command))

    def stream(self, command: Command, on_line: Callable[[bytes], None]) -> Finished:
        return self._host.stream(self._noted(command), on_line)

    def pieces(self, command: Command) -> Generator[bytes, None, Finished]:
        return self._cut(self._noted(command))

    def _noted(self, command: Command) -> Command:
        self.commands.append(replace(command, stdin=None))
        if self._lose(command, 0):
            raise lost()
        return replace(command, env={**command.env, **self._path})

    def _cut(self, command: Command) -> Generator[bytes, None, Finished]:
        pieces = self._host.pieces(command)
        count = 0
        while True:
            try:
                piece = next(pieces)
            except StopIteration as ended:
                finished: Finished = ended.value
                return finished
            count += len(piece)
            if self._lose(command, count):
                pieces.close()
                raise lost()
            yield piece


def lost() -> UnreachableError:
    """Make the error of a connection that is lost."""
    return UnreachableError(say("The connection was lost."))
