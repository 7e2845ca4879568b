"""The restic program itself: which version it is and what that version can do."""

from __future__ import annotations

import re

from continuity.domain.failure import ToolError, ToolMissingError
from continuity.domain.text import N_, say, shown
from continuity.engines.engine import CONTENT_HASHES, Tool
from continuity.engines.restic.answers import Gathered
from continuity.hosts.host import Command, Host

_VERSION = re.compile(rb"restic (\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?")
_OLDEST = (0, 14)
# What each version brought, as its change log says and as was seen; a newer one keeps it all.
_BROUGHT: tuple[tuple[tuple[int, int], frozenset[str]], ...] = (
    ((0, 17), frozenset({"exit-codes", "subfolder", "full-id", "rest-environment"})),
    ((0, 18), frozenset({"check-json"})),
)
_SECONDS = 30
_ANSWER_BYTES = 1 << 14


def probe_program(host: Host, program: str) -> Tool:
    """Ask the program for its version. Raises ToolMissingError also when it is too old."""
    gathered = Gathered(_ANSWER_BYTES)
    command = Command(argv=(program, "version"), timeout=_SECONDS, grace=1, longest_line=4096)
    finished = host.stream(command, gathered.take)
    found = _VERSION.match(gathered.answer())
    if finished.code != 0 or found is None:
        raise ToolError(
            say(
                N_("{program} does not say which version of restic it is."),
                program=shown(program.encode("utf-8", "surrogateescape")),
            ),
            remedy=say(N_("Install the real program: apt install restic")),
        )
    numbers = tuple(int(part or 0) for part in found.groups())
    version = ".".join(str(number) for number in numbers)
    if numbers[:2] < _OLDEST:
        raise _too_old(version)
    return Tool(name="restic", version=version, capabilities=_capabilities(numbers[:2]))


def _capabilities(version: tuple[int, ...]) -> frozenset[str]:
    brought = (words for since, words in _BROUGHT if version >= since)
    return frozenset({CONTENT_HASHES}).union(*brought)


def _too_old(version: str) -> ToolMissingError:
    return ToolMissingError(
        say(N_("restic {version} is too old: 0.14 or newer is needed."), version=version),
        remedy=say(N_("Install a newer restic, for example from Debian 12 or 13.")),
    )
