"""Whether a process of another machine still lives, as that machine tells."""

from __future__ import annotations

from typing import Final

from continuity.hosts.host import Command, Host
from continuity.hosts.process import Life

# Where processes of other users are hidden (hidepid), nobody sees the first one, and what is not
# seen proves nothing.
_SCRIPT: Final = """uname -n
[ -r /proc/1/stat ] || exit 0
if [ -r "/proc/$1/stat" ]; then read -r s <"/proc/$1/stat" && set -- ${s##*) } && echo "$1"
else echo gone; fi"""
_ENDED: Final = frozenset({b"gone", b"Z", b"X"})
_SECONDS: Final = 30


def life_of_holder_there(host: Host, named: str, pid: int) -> Life:
    """Tell whether the process that wrote ``named`` and ``pid`` down on a machine still lives.

    DEAD only when that machine has this name and shows its processes, and none has the number.
    Raises what the host raises.
    """
    finished = host.run(Command(argv=("sh", "-c", _SCRIPT, "sh", str(pid)), timeout=_SECONDS))
    lines = finished.stdout.splitlines()
    told_all = len(lines) == 2 and finished.code == 0  # noqa: PLR2004 - its name, and the process
    if not told_all or lines[0] != named.encode():
        return Life.UNKNOWN
    return Life.DEAD if lines[1] in _ENDED else Life.ALIVE
