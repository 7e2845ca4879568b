"""A machine whose program of a swap dies, or is late, at a moment of one's choice."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace

from continuity.hosts.exchange import NOTHING
from continuity.hosts.host import Command, Finished, Host
from continuity.hosts.local import LocalHost

BEFORE = "CORE::kill(9, $$) if ++$main::n == {number}; CORE::rename($_[0], $_[1])"
"""It dies before its rename of this number."""

AFTER = "my $done = CORE::rename($_[0], $_[1]); CORE::kill(9, $$) if ++$main::n == {number}; $done"
"""It dies after its rename of this number."""

IMPATIENT = "BEGIN { *CORE::GLOBAL::sleep = sub {} }"
"""It does not wait."""

REFUSED = "++$main::n == {number} ? do {{ $! = 13; 0 }} : CORE::rename($_[0], $_[1])"
"""Its rename of this number is refused."""


def number_of(path: bytes) -> str:
    """Give the number under which a thing of this machine is known."""
    if not os.path.lexists(path):
        return NOTHING
    found = os.lstat(path)
    return f"{found.st_dev}:{found.st_ino}"


def renaming(how: str, number: int) -> str:
    """Write the words of perl that let each rename be another one."""
    body = how.format(number=number)
    return f"BEGIN {{ *CORE::GLOBAL::rename = sub ($$) {{ {body} }} }}"


@dataclass
class CutShort:
    """Runs everything on this machine, with words of perl before each program of one mode.

    ``before`` is what else happens first; what it raises, the caller meets.
    """

    words: str = ""
    mode: str = "swap"
    before: Callable[[], None] = lambda: None
    name: str = "web1"
    _host: Host = field(default_factory=LocalHost)

    def run(self, command: Command) -> Finished:
        self.before()
        return self._host.run(self._worded(command))

    def stream(self, command: Command, on_line: Callable[[bytes], None]) -> Finished:
        return self._host.stream(command, on_line)

    def pieces(self, command: Command) -> Generator[bytes, None, Finished]:
        return self._host.pieces(command)

    def _worded(self, command: Command) -> Command:
        program, *rest = command.argv
        if program != "perl" or not self.words or self.mode not in rest:
            return command
        return replace(command, argv=(program, "-e", self.words, *rest))
