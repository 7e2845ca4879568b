"""Sending a tree to another machine, as it is."""

from __future__ import annotations

import os
from pathlib import Path

from continuity.domain.failure import NoSpaceError
from continuity.domain.text import N_, say
from continuity.engines.rsync.failures import failure_from, require_connection
from continuity.engines.rsync.output import Reading, ignore_progress
from continuity.engines.rsync.program import Program
from continuity.engines.rsync.reaching import bracketed, command_line
from continuity.hosts.host import Host
from continuity.hosts.transport import Transport

_PROGRAM = "rsync"


def send_tree(
    host: Host, scratch: Path, tree: Path, transport: Transport, folder: bytes, timeout: float
) -> None:
    """Copy what is in a directory of this machine into an empty one that the transport leads to.

    Single files may have failed: whoever sends has to compare. Raises ContinuityError.
    """
    program = Program(host, _PROGRAM, scratch)
    words = (*program.exact_times(), f"--rsh={command_line(transport)}", "-s", "--")
    goal = os.fsencode(bracketed(transport.target)) + b":" + folder + b"/"
    arguments: tuple[bytes | str, ...] = (*words, os.fsencode(tree) + b"/", goal)
    finished = program.stream(arguments, timeout, Reading(ignore_progress).take)
    require_connection(finished, transport)
    error = failure_from(finished)
    if isinstance(error, NoSpaceError):
        raise NoSpaceError(
            say(N_("The disk of {host} is full."), host=transport.target),
            remedy=say(N_("Make room there, or restore to another place.")),
        )
    if error is not None:
        raise error
