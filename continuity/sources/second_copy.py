"""Is there room for a second copy of a database on the disk of its server, where that is seen?"""

from __future__ import annotations

import re

from continuity.domain.failure import NoSpaceError
from continuity.domain.text import N_, say
from continuity.hosts.host import Command, Host

_HERE = (None, "127.0.0.1", "::1", "localhost")
_FREE = re.compile(rb"\s(\d+)\s+\d+%\s")
_SECONDS = 60.0
_MARGIN = 1.05


def is_there(address: str | None) -> bool:
    """Tell whether a server at this address runs on the machine on which it is asked for."""
    return address in _HERE or str(address).startswith("/")


def free_bytes(host: Host, directory: str) -> int | None:
    """Tell how much room a directory's disk has; None where nobody can see it."""
    asked = ("df", "-Pk", "--", directory)
    done = host.run(Command(argv=asked, timeout=_SECONDS, env={"LC_ALL": "C"}))
    found = _FREE.search(done.stdout)
    return None if done.code != 0 or found is None else int(found[1]) << 10


def require_second(free: int | None, needed: int, reserve: int, host: str) -> None:
    """Refuse what is known not to fit beside what is there. Raises NoSpaceError."""
    wanted = int(needed * _MARGIN) + reserve
    if free is not None and free < wanted:
        raise NoSpaceError(
            say(
                N_("The server on {host} has {free} MiB free; a second copy needs {needed} MiB."),
                host=host,
                free=free >> 20,
                needed=(wanted >> 20) + 1,
            ),
            remedy=say(N_("Make room on its disk; what is replaced is kept, so both must fit.")),
        )
