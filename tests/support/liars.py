"""Programs that pretend to be a backup tool: they exit 0 and lie, or never end."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path


class Lie(StrEnum):
    """What a false program does instead of its work."""

    NOTHING = "exit 0"
    GARBAGE = "head -c 100000 /dev/urandom; exit 0"
    EMPTY_JSON = "echo '{}'; exit 0"
    EMPTY_LIST = "echo '[]'; exit 0"
    LINES_FOR_EVER = 'exec yes \'{"message_type":"status"}\''
    GARBAGE_FOR_EVER = "exec cat /dev/zero"
    SILENCE = "exec sleep 600"
    DEAF = "trap '' INT TERM; while :; do sleep 1; done"
    UNKNOWN_CODE = "exit 77"
    KILLED = "kill -9 $$"


ENDLESS = (Lie.LINES_FOR_EVER, Lie.GARBAGE_FOR_EVER, Lie.SILENCE, Lie.DEAF)
PROMPT = tuple(lie for lie in Lie if lie not in ENDLESS)


def liar(path: Path, version: str, lie: str) -> Path:
    """Write a program that says this when asked for its version, and else lies."""
    path.write_text(
        "#!/bin/sh\n"
        'for word in "$@"; do\n'
        f"  case $word in version|--version) echo '{version}'; exit 0;; esac\n"
        "done\n"
        f"{lie}\n"
    )
    path.chmod(0o755)
    return path


def witness(path: Path, real: Path, record: Path) -> Path:
    """Write a program that notes how it is called, as others on the machine see it, then works."""
    path.write_text(f'#!/bin/sh\ntr "\\0" "\\n" < /proc/$$/cmdline >> {record}\nexec {real} "$@"\n')
    path.chmod(0o755)
    return path
