"""The ground on a machine before anything of it is replaced: every refusal says why."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from continuity.domain.failure import (
    ConfigurationError,
    ContinuityError,
    NoSpaceError,
    SourceError,
    ToolError,
    ToolMissingError,
)
from continuity.domain.manifest import Entry, Kind
from continuity.domain.text import N_, say, shown
from continuity.hosts.files import Files
from continuity.hosts.host import Command, Host
from continuity.hosts.landing import Inventory
from continuity.hosts.remote_find import LONG

_SECONDS: Final = 60.0
_MARGIN: Final = 1.05
# The directories between the stage and what comes back.
_ENTRIES: Final = 1_000
# Without what is in them nobody enters that machine, and nothing runs there.
_CLOSED: Final = tuple(
    b"/" + name
    for name in b"bin boot dev lib lib32 lib64 proc run sbin sys".split()
    + b"usr/bin usr/lib usr/lib32 usr/lib64 usr/libexec usr/sbin usr/share".split()
)
# A directory of its own in these may be replaced.
_SHARED: Final = (b"/etc", b"/usr", b"/usr/local", b"/var", b"/var/lib")
_PROGRAMS: Final = "perl sync stat readlink"
_SCRIPT: Final = r"""printf '%s\0' "$(for one in $1; do
command -v $one >/dev/null || echo $one; done)"
shift
printf '%s\0' "$(stat -f -c '%S %a %c %d' -- "$1")" "$HOME"
readlink -z -e -- "$@"
cat /proc/self/mountinfo"""
_ESCAPE: Final = re.compile(rb"\\([0-7]{3})")
_NUMBERS: Final = 4
_FIXED: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """What is to be replaced there, and what comes: kinds at these places, bytes, entries.

    ``reserve`` bytes of the disk stay free. ``holds`` names what a place holds and must stay where
    it is, None for nothing. What is ``sent`` comes from another machine.
    """

    lives: tuple[bytes, ...]
    kinds: Mapping[bytes, Kind]
    size: int
    entries: int
    reserve: int
    holds: Callable[[bytes], bytes | None] = lambda _live: None
    sent: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    missing: bytes
    room: bytes
    home: bytes
    paths: tuple[bytes, ...]
    mounts: tuple[bytes, ...]


def above(live: bytes) -> bytes:
    """Give the directory in which something is replaced."""
    return live.rpartition(b"/")[0] or b"/"


def number_of(entry: Entry) -> str:
    """Give the number under which a thing is known on its machine, whatever its name."""
    return f"{entry.device}:{entry.inode}"


def require_ground(host: Host, files: Files, coming: Coming) -> str:
    """Look whether everything can be replaced by one rename each. Raises ContinuityError.

    Gives the number of the directory above the first of them.
    """
    for live in coming.lives:
        require_not_system(live)
        require_unheld(live, coming.holds(live))
    parents = tuple(dict.fromkeys(map(above, coming.lives)))
    found = {entry.path: entry for entry in files.look((*parents, *coming.lives))}
    for parent in parents:
        if parent not in found or found[parent].kind not in {Kind.DIRECTORY, Kind.SYMLINK}:
            raise SourceError(
                say(N_("There is no directory {path} to restore into."), path=shown(parent)),
                remedy=say(N_("Mount its disk, or make the directory if it is the right place.")),
            )
    told = _asked(host, parents, sent=coming.sent)
    _require_direct(parents, told.paths)
    for live in coming.lives:
        _require_free(live, told)
        _require_no_link(live, found.get(live), coming.kinds.get(live))
    if len({found[parent].device for parent in parents}) > 1:
        raise ConfigurationError(
            say(N_("What is to be replaced on {host} is on several file systems."), host=host.name),
            remedy=say(N_("Write a step for each of them, with its paths under include.")),
        )
    _require_room(host, parents[0], told.room, coming)
    return number_of(found[parents[0]])


def inventory(host: Host, paths: Sequence[bytes]) -> Inventory:
    """Count what stands at some paths there, following no link; what is not seen is left out."""
    entries, size, newest = 0, 0, 0.0

    def count(line: bytes) -> None:
        nonlocal entries, size, newest
        length, changed = line.split(b" ")
        entries, size, newest = entries + 1, size + int(length), max(newest, float(changed))

    if paths:
        argv: tuple[bytes | str, ...] = ("find", "-P", *paths, "-printf", r"%s %T@\n")
        host.stream(Command(argv=argv, timeout=LONG, env={"LC_ALL": "C"}), count)
    return Inventory(entries=entries, bytes=size, newest=newest)


def _asked(host: Host, parents: Sequence[bytes], *, sent: bool) -> _Told:
    programs = f"{_PROGRAMS} rsync" if sent else _PROGRAMS
    argv: tuple[bytes | str, ...] = ("sh", "-c", _SCRIPT, "sh", programs, *parents)
    finished = host.run(Command(argv=argv, timeout=_SECONDS, env={"LC_ALL": "C"}, keep=4 << 20))
    parts = finished.stdout.split(b"\0")
    missing = parts[0].split()
    if missing:
        raise ToolMissingError(
            say(
                N_("{host} has not the programs by which something is replaced there: {missing}."),
                host=host.name,
                missing=", ".join(map(shown, missing)),
            ),
            remedy=say(N_("Install there: apt install perl-base rsync coreutils")),
        )
    if finished.code != 0 or finished.truncated or len(parts) != _FIXED + len(parents) + 1:
        raise _not_told(finished.stderr)
    return _Told(
        missing=parts[0],
        room=parts[1],
        home=parts[2],
        paths=tuple(parts[_FIXED:-1]),
        mounts=_mounts(parts[-1]),
    )


def _mounts(text: bytes) -> tuple[bytes, ...]:
    """Name the mount points; proc(5), mountinfo: the fifth field, some bytes as octal numbers."""
    fields = [line.split(b" ") for line in text.splitlines()]
    if not fields or any(len(words) < 5 for words in fields):  # noqa: PLR2004 - its place is fifth
        raise _not_told(text)
    return tuple(_ESCAPE.sub(lambda code: bytes((int(code[1], 8),)), one[4]) for one in fields)


def require_not_system(live: bytes) -> None:
    """Refuse what a machine is made of. Raises ConfigurationError."""
    closed = any(is_at(live, place) for place in _CLOSED)
    if closed or any(is_at(place, live) for place in (*_CLOSED, *_SHARED)):
        raise ConfigurationError(
            say(N_("{path} belongs to the system, and is not replaced."), path=shown(live)),
            remedy=say(N_("Restore beside, or only the paths that are needed.")),
        )


def holding(held: Sequence[bytes]) -> Callable[[bytes], bytes | None]:
    """Give what names the first of some paths that a place is or holds, by their names alone."""
    return lambda live: next((one for one in held if is_at(one, live)), None)


def require_unheld(live: bytes, kept: bytes | None) -> None:
    """Refuse a place that holds what a restore needs. Raises ConfigurationError."""
    if kept is not None:
        raise ConfigurationError(
            say(
                N_("{path} holds {held}, which this restore needs, so it is not replaced."),
                path=shown(live),
                held=shown(kept),
            ),
            remedy=say(N_("Restore beside, or only the paths that are needed.")),
        )


def _require_direct(parents: Sequence[bytes], paths: Sequence[bytes]) -> None:
    for parent, path in zip(parents, paths, strict=True):
        if parent != path:
            raise ConfigurationError(
                say(
                    N_("{path} leads through a link to {true}, and nothing is replaced there."),
                    path=shown(parent),
                    true=shown(path),
                ),
                remedy=say(N_("Let the job name the true path, and back it up once.")),
            )


def _require_free(live: bytes, told: _Told) -> None:
    """Refuse what cannot be renamed, and what must not be: it would take a disk along."""
    mounted = next((one for one in told.mounts if is_at(one, live)), None)
    if mounted is not None:
        raise ConfigurationError(
            say(
                N_("{path} is not replaced, because a disk is mounted at {mount}."),
                path=shown(live),
                mount=shown(mounted),
            ),
            remedy=say(N_("Name what lies beside the mount points, under include of the step.")),
        )
    if is_at(told.home, live):
        raise ConfigurationError(
            say(
                N_("{path} holds the home of the account that enters there; it is not replaced."),
                path=shown(live),
            ),
            remedy=say(N_("Restore beside, or only the paths that are needed.")),
        )


def _require_no_link(live: bytes, there: Entry | None, kind: Kind | None) -> None:
    if there is not None and there.kind is Kind.SYMLINK and kind is not Kind.SYMLINK:
        raise ConfigurationError(
            say(
                N_("{path} is a link to {true} there, and was none when it was copied."),
                path=shown(live),
                true=shown(there.link_target or b""),
            ),
            remedy=say(N_("Look who made it; move the link away, then try the step again.")),
        )


def _require_room(host: Host, place: bytes, told: bytes, coming: Coming) -> None:
    numbers = told.split()
    if len(numbers) != _NUMBERS or not all(number.isdigit() for number in numbers):
        raise _not_told(told)
    size, blocks, nodes, free_nodes = map(int, numbers)
    needed = int(coming.size * _MARGIN) + coming.reserve
    if size * blocks < needed:
        raise NoSpaceError(
            say(
                N_("{place} on {host} has {free} MiB free, and this restore needs {needed} MiB."),
                place=shown(place),
                host=host.name,
                free=size * blocks >> 20,
                needed=(needed >> 20) + 1,
            ),
            remedy=say(N_("Make room there, or restore to another place.")),
        )
    # A file system that counts none has as many as it needs.
    if nodes and free_nodes < coming.entries + _ENTRIES:
        raise NoSpaceError(
            say(
                N_("{place} on {host} takes {free} more files, and this restore has {needed}."),
                place=shown(place),
                host=host.name,
                free=free_nodes,
                needed=coming.entries,
            ),
            remedy=say(N_("Make room there, or restore to another place.")),
        )


def is_at(path: bytes, top: bytes) -> bool:
    """Tell whether a path is another or lies below it."""
    return path == top or path.startswith(top.rstrip(b"/") + b"/")


def _not_told(text: bytes) -> ContinuityError:
    return ToolError(
        say(
            N_("What the machine told of its disk could not be understood: {text}"),
            text=shown(text.strip()[-300:]),
        ),
        remedy=say(N_("Look which programs are installed as stat and readlink there.")),
    )
