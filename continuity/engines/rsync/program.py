"""The rsync that is installed, and how it is called."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from continuity.domain.failure import ToolError, ToolMissingError
from continuity.domain.text import N_, say, shown
from continuity.engines.engine import Tool
from continuity.engines.rsync.output import PRINTING
from continuity.hosts.host import Command, Finished, Host

ONE_COPY = "generations-share-files"
"""The capability that says: all generations together are one copy of an unchanged file."""

EXACT_TIMES = "nanoseconds"
"""The capability to compare and set times to the nanosecond."""

# 3.1 brought --info=progress2 and counts by type, 3.1.3 a window of -1.
_OLDEST = (3, 1)
_OLDEST_EXACT = (3, 1, 3)
_VERSION = re.compile(rb"rsync +version v?(\d+)\.(\d+)\.?(\d*)(\S*) +protocol version \d+")


class Program:
    """rsync on one host. Calls see neither the user's aliases for it nor another language."""

    def __init__(self, host: Host, name: str, scratch: Path, limit: int | None = None) -> None:
        self._host = host
        self._pace = () if limit is None else (f"--bwlimit={limit}",)
        self._name = name
        self._env = {"LC_ALL": "C", "HOME": str(scratch)}
        self._tool: Tool | None = None

    def probe(self) -> Tool:
        """Find the version, once. Raises ToolMissingError."""
        if self._tool is None:
            command = Command(argv=(self._name, "--version"), timeout=30, env=self._env)
            self._tool = _tool_from(self._host.run(command).stdout)
        return self._tool

    def exact_times(self) -> tuple[str, ...]:
        """Give the argument that makes nanoseconds count.

        Otherwise a file that changed twice within a second, and kept its size, is taken for
        unchanged.
        """
        return ("--modify-window=-1",) if EXACT_TIMES in self.probe().capabilities else ()

    def stream(
        self,
        arguments: tuple[bytes | str, ...],
        timeout: float,
        on_line: Callable[[bytes], None],
        stdin: bytes | None = None,
    ) -> Finished:
        """Run rsync on whole trees with everything that a file is, and read what it prints."""
        capabilities = self.probe().capabilities
        kept = tuple(f"--{word}" for word in ("acls", "xattrs") if word in capabilities)
        fixed = (
            "--archive",
            "--hard-links",
            "--sparse",
            "--numeric-ids",
            *kept,
            *PRINTING,
            *self._pace,
        )
        return self._host.stream(
            Command(
                argv=(self._name, *fixed, *arguments), timeout=timeout, env=self._env, stdin=stdin
            ),
            on_line,
        )

    def make_durable(self, path: Path, timeout: float) -> None:
        """Write a file system's cache to its disk: a power cut must not empty a generation."""
        command = Command(argv=("sync", "--file-system", os.fsencode(path)), timeout=timeout)
        finished = self._host.run(command)
        if finished.code != 0:
            raise ToolError(
                say(
                    N_("The copy could not be written to the disk for good: {reason}"),
                    reason=shown(finished.stderr.strip()),
                )
            )


def _tool_from(text: bytes) -> Tool:
    found = _VERSION.match(text)
    if found is None:
        raise ToolMissingError(
            say(N_("The program installed as rsync does not say which version it is.")),
            remedy=say(N_("Install the rsync of rsync.samba.org: apt install rsync")),
        )
    numbers = (int(found[1]), int(found[2]), int(found[3] or 0))
    version = ".".join(map(str, numbers)) + shown(found[4])
    if numbers[:2] < _OLDEST:
        raise ToolMissingError(
            say(N_("rsync {version} is too old: 3.1 or newer is needed."), version=version),
            remedy=say(N_("Install a newer one: apt install rsync")),
        )
    words = {word.strip() for line in text.splitlines() for word in line.split(b",")}
    kept = {ONE_COPY}
    kept |= {name for name, word in (("acls", b"ACLs"), ("xattrs", b"xattrs")) if word in words}
    if numbers >= _OLDEST_EXACT:
        kept.add(EXACT_TIMES)
    return Tool(name="rsync", version=version, capabilities=frozenset(kept))
