"""What a command becomes so that it runs shut off: the words of bubblewrap and of util-linux."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from continuity.hosts.host import Command

Words = tuple[bytes | str, ...]

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where programs are looked for inside."""

INSIDE = Path(__file__).parent / "inside"
"""Our own programs that run in a cell; they need nothing but a Python."""

MEETING = Path("/run/cell")
"""Where the sockets are at level A: the address of a socket must be short."""

_PACKAGE = Path(__file__).parents[1]
_KEEPER = Path(__file__).with_name("keeper.py")
_GIB = 1 << 30
# Merged into /usr nearly everywhere, directories of their own on some old installations.
_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")
# What programs need to find their libraries, each other and the local time.
_SETTINGS = (
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
)
# Made before anything is bound below them.
_MADE = ("/", "/dev", "/dev/shm", "/etc", "/tmp", "/usr")  # noqa: S108 - those inside
# What a host passes on to its programs and what no program in a cell should know.
_UNSET = ("SSH_AUTH_SOCK", "TZ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """What the programs of a cell may use at most, in bytes where nothing else is said.

    ``memory`` is the address space of one process; ``processes`` counts all those of the user;
    ``temporary`` is the size of /tmp and of /dev/shm, each.
    """

    memory: int = 8 * _GIB
    processes: int = 512
    file_size: int = 1024 * _GIB
    temporary: int = _GIB // 2


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """As whom commands run; ``switch`` when this process is somebody else, that is root."""

    name: str
    uid: int
    gid: int
    switch: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Grounds:
    """The places and limits of one cell; ``papers`` holds the files that stand for /etc."""

    tree: Path
    home: Path
    meeting: Path
    papers: Path
    user: User
    bounds: Bounds


def words_a(grounds: Grounds, command: Command) -> Words:
    """Wrap a command for level A.

    bubblewrap ignores the interrupt, so that the program inside can end by itself and its code is
    told; SIGKILL ends bubblewrap, and with it everything inside.
    """
    user = grounds.user
    rights = ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP")
    return (
        *("env", "--ignore-signal=INT", "bwrap", "--die-with-parent"),
        *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--hostname", "cell"),
        *(rights if user.switch else ("--unshare-user",)),
        *_system(),
        *_bounded("/dev/shm", grounds),  # noqa: S108 - the one inside
        *_bounded("/tmp", grounds),  # noqa: S108 - the one inside
        *_seen(grounds),
        *("--remount-ro", "/dev", "--remount-ro", "/"),
        *("--chdir", command.cwd or grounds.home, "--"),
        *("env", "--default-signal=INT"),
        *_payload(grounds, command, "/tmp"),  # noqa: S108 - the one inside
    )


def words_b(grounds: Grounds, command: Command) -> Words:
    """Wrap a command for level B, where our keeper takes the place of a process namespace."""
    keeper = (sys.executable, "-I", "-S", os.fspath(_KEEPER), str(command.grace))
    return (*keeper, "env", *_payload(grounds, command, os.fspath(grounds.home)))


def is_seen(grounds: Grounds, program: str) -> bool:
    """Tell whether a program that exists here can be seen behind walls of level A as well."""
    system = map(Path, ("/usr", *_SYSTEM))
    shown = (*system, grounds.tree, grounds.home, *_our_python())
    return any(Path(program).is_relative_to(place) for place in shown)


def _system() -> Iterator[str]:
    yield from ("--perms", "0755", "--dir", "/etc", "--ro-bind", "/usr", "/usr")
    for place in _SYSTEM:
        if os.path.islink(place):
            yield from ("--symlink", os.readlink(place), place)
        elif os.path.isdir(place):
            yield from ("--ro-bind", place, place)
    yield from ("--proc", "/proc", "--dev", "/dev")
    for place in _SETTINGS:
        yield from ("--ro-bind-try", place, place)


def _bounded(place: str, grounds: Grounds) -> Words:
    return ("--perms", "1777", "--size", str(grounds.bounds.temporary), "--tmpfs", place)


def _seen(grounds: Grounds) -> Iterator[str]:
    """Bind what the cell sees; what lies above is made first, or only root could pass it."""
    read_only = {place: place for place in (grounds.tree, _PACKAGE, *_our_python())}
    for paper in sorted(grounds.papers.iterdir()):
        read_only[paper] = Path("/etc") / paper.name
    writable = {grounds.home: grounds.home, grounds.meeting: MEETING}
    shown = (*read_only.values(), *writable.values())
    for parent in sorted({parent for place in shown for parent in place.parents}):
        if os.fspath(parent) not in _MADE:
            yield from ("--perms", "0755", "--dir", os.fspath(parent))
    for source, place in read_only.items():
        yield from ("--ro-bind", os.fspath(source), os.fspath(place))
    for source, place in writable.items():
        yield from ("--bind", os.fspath(source), os.fspath(place))


def _our_python() -> Iterator[Path]:
    """Name what our own Python consists of, and nothing that may lie beside it."""
    parts = ("bin", "lib", "lib64", "pyvenv.cfg")
    for root in dict.fromkeys((Path(sys.base_prefix), Path(sys.prefix))):
        if not root.is_relative_to("/usr"):
            yield from (root / part for part in parts if (root / part).exists())


def _payload(grounds: Grounds, command: Command, temporary: str) -> Iterator[bytes | str]:
    """Set the environment, give up every right, set the limits, run the command."""
    own = {
        "PATH": PATH,
        "HOME": os.fspath(grounds.home),
        "USER": grounds.user.name,
        "LOGNAME": grounds.user.name,
        "TMPDIR": temporary,
        "LANG": "C.UTF-8",
    }
    for name in _UNSET:
        yield from ("-u", name)
    yield from (f"{name}={value}" for name, value in (own | dict(command.env)).items())
    yield from ("setpriv", "--no-new-privs", "--inh-caps=-all")
    if grounds.user.switch:
        yield from (f"--reuid={grounds.user.uid}", f"--regid={grounds.user.gid}")
        yield from ("--clear-groups", "--bounding-set=-all")
    yield "prlimit"
    yield from _limits(grounds.bounds)
    yield from ("--", *command.argv)


def _limits(bounds: Bounds) -> Iterator[str]:
    wanted = (
        ("as", resource.RLIMIT_AS, bounds.memory),
        ("nproc", resource.RLIMIT_NPROC, bounds.processes),
        ("fsize", resource.RLIMIT_FSIZE, bounds.file_size),
        ("core", resource.RLIMIT_CORE, 0),
    )
    for name, number, value in wanted:
        # Nobody without rights may raise a limit that this process was given.
        highest = resource.getrlimit(number)[1]
        least = value if highest == resource.RLIM_INFINITY else min(value, highest)
        yield f"--{name}={least}"
