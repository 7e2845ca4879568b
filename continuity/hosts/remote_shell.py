"""What a shell of another machine is told, so that a program runs there as it would here.

The login shell is given one fixed line, the same for every program. The script with arguments,
environment and secrets follows through standard input: it stands in no command line of that
machine and in no file, and a program's arguments may be as long and as odd as here.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Final

from continuity.hosts.host import Command

# A program never gets these bytes before the shell has read exactly its script: `dd` with blocks
# of one byte is the only stock reader that promises to take no more (head and read may not).
_BOOT: Final = b"""read -r s </proc/$$/stat; set -- "$0" ${s##*) }; \
[ "$4" = $$ ] || exec setsid sh -c "$1" "$1"; eval "$1\""""

# Kept of the login's environment; anything else could change what a program prints or writes.
_KEPT: Final = "PATH|HOME|USER|LOGNAME|TMPDIR|TZ|SSH_AUTH_SOCK"
# A shell refuses to unset these, and ends.
_UNALTERABLE: Final = "BASH*|SHELLOPTS|PPID|UID|EUID|IFS|OPTIND"
_DEFAULT_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# execve(2): MAX_ARG_STRLEN is 32 pages with the closing NUL, on every Linux with pages of 4 KiB.
LONGEST_ARGUMENT: Final = 32 * 4096 - 1

# Tells whether the process that was started still has its number, by its start time.
_SAME: Final = """same() { [ -e /proc/$p/stat ] || return 0
{ read -r s </proc/$p/stat; } 2>/dev/null || return 0
set -- ${s##*) }; [ "${20}" = "$b" ]; }"""
_MEMBERS: Final = """members() { for f in /proc/[0-9]*/stat; do
{ read -r s <"$f"; } 2>/dev/null || continue
set -- "${s%% *}" ${s##*) }
[ "$5" = "$p" ] && [ "$2" != Z ] && echo "$1"; done; }"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Leader:
    """A process that was started there: its number, and when, in clock ticks after boot."""

    pid: int
    started: int


def boot_line(length: int) -> bytes:
    """Write the line for the login shell, which then reads a script of so many bytes.

    Any login shell understands it. Where the server makes no session for a command (dropbear),
    one is made.
    """
    reader = b'eval "$(dd bs=1 count=%d 2>/dev/null)"' % length
    return b"exec sh -c " + quoted(_BOOT) + b" " + quoted(reader)


def script(command: Command, token: str) -> bytes:
    """Write the script that becomes a command's program; it first says ``token`` and a word.

    The word is ``runs`` with number and start time, ``missing`` or ``folder``. A script that was
    cut is no whole block, so that nothing of it runs. Raises ValueError for what no program can
    be given.
    """
    environment = {"LANG": "C.UTF-8", **command.env}
    secret = {name: value.reveal() for name, value in command.secrets.items()}
    program, *arguments = [os.fsencode(word) for word in command.argv]
    lines = [
        b"{ set -f",
        _CLEAR,
        f"PATH=${{PATH:-{_DEFAULT_PATH}}}:/usr/local/sbin:/usr/sbin:/sbin; export PATH".encode(),
        *(_exported(name, value) for name, value in {**environment, **secret}.items()),
        *_entered(command, token),
        _FOUND % (quoted(program), token.encode()),
        b"read -r s </proc/$$/stat; set -- ${s##*) }",
        b'echo "%s runs $$ ${20}"' % token.encode(),
        b"unset s d PWD OLDPWD SHLVL _ 2>/dev/null",
        b" ".join([b'exec "$P"', *map(quoted, arguments), *_input(command)]),
        b"}",
    ]
    return b"\n".join(lines)


_CLEAR: Final = f"""for s in $(env | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/\\1/p'); do
case $s in {_KEPT}|{_UNALTERABLE}) ;; *) unset "$s" ;; esac; done""".encode()
_FOUND: Final = b"""set -- %s; P=
case $1 in */*) [ -f "$1" ] && [ -x "$1" ] && P=$1 ;;
*) IFS=:; for d in $PATH; do
[ -f "$d/$1" ] && [ -x "$d/$1" ] && { P=$d/$1; break; }; done; unset IFS
esac
[ -n "$P" ] || { echo "%s missing"; exit 127; }"""


def signal_script(leader: Leader, name: str) -> bytes:
    """Write the line that sends a signal to a program's group, if it is still the same one."""
    return _told(leader, f'same && kill -{name} "-$p" 2>/dev/null')


def kill_script(leader: Leader) -> bytes:
    """Write the line that ends a program's group and every member of its session."""
    return _told(leader, 'same && { kill -KILL "-$p"; kill -KILL $(members); } 2>/dev/null')


def end_script(leader: Leader, grace: float) -> bytes:
    """Write the line that asks a group to stop, waits for it as long as it may take, and ends it.

    For when nobody is connected any more who could wait.
    """
    seconds = max(1, round(grace))
    return _told(
        leader,
        f"""same || exit 0; kill -INT "-$p"; n=0
while [ -n "$(members)" ] && [ $n -lt {seconds} ]; do sleep 1; n=$((n+1)); done
kill -KILL "-$p"; kill -KILL $(members)""",
    )


def _told(leader: Leader, words: str) -> bytes:
    text = f"p={leader.pid}; b={leader.started}\n{_SAME}\n{_MEMBERS}\n{words}\ntrue"
    return b"exec sh -c " + quoted(text.encode())


def quoted(word: bytes) -> bytes:
    """Quote bytes for any shell; a single quote is the only one that needs care."""
    return b"'" + word.replace(b"'", b"'\\''") + b"'"


def _exported(name: str, value: str) -> bytes:
    if not _NAME.fullmatch(name):
        raise ValueError("a name of the environment that no shell takes")
    return b"export %s=%s" % (name.encode(), quoted(_without_nul(os.fsencode(value))))


def _entered(command: Command, token: str) -> list[bytes]:
    if command.cwd is None:
        return [b"cd"]
    folder = quoted(_without_nul(os.fsencode(command.cwd)))
    return [
        b'CDPATH= cd -- %s 2>/dev/null || { echo "%s folder"; exit 126; }'
        % (folder, token.encode())
    ]


def _input(command: Command) -> list[bytes]:
    return [b"</dev/null"] if command.stdin is None else []


def _without_nul(value: bytes) -> bytes:
    if b"\0" in value:
        raise ValueError("embedded null byte")
    return value
