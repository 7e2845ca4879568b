"""How it is said that a program could not be started, or took too long."""

from __future__ import annotations

import math
import os

from continuity.domain.failure import TimedOutError, ToolError, ToolMissingError
from continuity.domain.text import N_, say, shown
from continuity.hosts.host import Command

# Debian packages of the programs whose name differs from their package's.
_PACKAGES = {
    "bwrap": "bubblewrap",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "pg_dump": "postgresql-client",
    "pg_restore": "postgresql-client",
    "psql": "postgresql-client",
    "fusermount": "fuse3",
}


def program_name(command: Command) -> str:
    """Name a command's program without its directory, safe to show."""
    return shown(os.path.basename(os.fsencode(command.argv[0])))


def tool_missing(command: Command, host: str | None = None) -> ToolMissingError:
    """Say that the program is not there, on this machine or on another ``host``."""
    name = program_name(command)
    if host is None:
        what = say(N_("The program {program} is not installed on this machine."), program=name)
    else:
        what = say(
            N_("The program {program} is not installed on the host {host}."),
            program=name,
            host=host,
        )
    package = _PACKAGES.get(name, name)
    return ToolMissingError(
        what, remedy=say(N_("Install it: apt install {package}"), package=package)
    )


def not_started(command: Command, reason: str) -> ToolError:
    """Say that the system did not take the program, its arguments or its folder."""
    return ToolError(
        say(
            N_("{program} could not be started: {reason}."),
            program=program_name(command),
            reason=reason,
        )
    )


def no_folder(command: Command, host: str) -> ToolError:
    """Say that the folder in which a program was to run is not there on another machine."""
    return ToolError(
        say(
            N_("{program} could not be started on the host {host}: no folder {folder} there."),
            program=program_name(command),
            host=host,
            folder=shown(os.fsencode(command.cwd or "")),
        ),
        remedy=say(N_("Make that folder there, or let the user of that host enter it.")),
    )


def timed_out(command: Command) -> TimedOutError:
    """Say that the program was stopped because of its time or its silence."""
    if command.silence is not None:
        what = say(
            N_("{program} was stopped: silent for {silence} s, or longer than {seconds} s."),
            program=program_name(command),
            silence=math.ceil(command.silence),
            seconds=math.ceil(command.timeout),
        )
    else:
        what = say(
            N_("{program} was stopped because it took longer than {seconds} s."),
            program=program_name(command),
            seconds=math.ceil(command.timeout),
        )
    return TimedOutError(
        what,
        remedy=say(
            N_("Look for what it was waiting for: network, disk or a lock; or allow more time.")
        ),
    )
