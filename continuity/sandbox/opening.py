"""Open a cell in a sandbox: the strongest walls that really stand here."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from continuity.domain.failure import IsolationError
from continuity.domain.text import N_, say
from continuity.hosts.host import Host
from continuity.sandbox.cell import Cell
from continuity.sandbox.ending import await_end
from continuity.sandbox.floor import Floor
from continuity.sandbox.handover import hand_over
from continuity.sandbox.isolation import Isolation
from continuity.sandbox.sandbox import Sandbox
from continuity.sandbox.shut import ShutCell, Walls
from continuity.sandbox.trial import defect_of_walls
from continuity.sandbox.walls import MEETING, Bounds, Grounds, User, words_a, words_b

_PRIVATE = 0o700
# Others may go through, and neither list nor write: what lies below says for itself who may enter.
_PASSABLE = 0o711
_NOBODY = 65_534


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """What a cell must be: the weakest level that will do, and its limits.

    ``reserve_bytes`` stay free on the sandbox's file system: whoever would use them is stopped.
    """

    least: Isolation = Isolation.B
    reserve_bytes: int = 1 << 30
    bounds: Bounds = field(default_factory=Bounds)


@contextmanager
def open_cell(host: Host, sandbox: Sandbox, demand: Demand) -> Iterator[Cell]:
    """Open a cell in a sandbox of this machine; whatever runs in it is gone at the end.

    Compare what was restored first: its owners and modes are changed so that the cell's user can
    read it. ``host`` is this machine. Raises IsolationError when the walls are weaker than
    demanded, or when not even the weakest stand::

        with open_cell(LocalHost(), sandbox, Demand(least=Isolation.A)) as cell:
            cell.run(Command(argv=("sqlite3", f"{cell.tree}/srv/erp.db", ".tables"), timeout=60))

    A server is a command run in a thread of its own, with a ``stop`` to end it by.
    """
    user = _user()
    with contextlib.ExitStack() as opened:
        grounds = _grounds(sandbox, user, demand.bounds)
        hand_over(sandbox.tree, user)
        opened.callback(await_end, grounds.home)
        walls = _strongest(host, sandbox, grounds, demand.least, opened)
        floor = opened.enter_context(Floor(sandbox.path, demand.reserve_bytes))
        yield ShutCell(host, grounds, walls, floor)


def _strongest(
    host: Host,
    sandbox: Sandbox,
    grounds: Grounds,
    least: Isolation,
    opened: contextlib.ExitStack,
) -> Walls:
    why = defect_of_walls(host, grounds, words_a, MEETING, apart=True)
    if why is None:
        return Walls(isolation=Isolation.A, wrap=words_a, sockets=MEETING)
    if least is Isolation.A:
        raise IsolationError(
            say(
                N_("The sandbox must be shut off by namespaces (level A) and cannot be: {why}"),
                why=str(why),
            ),
            remedy=say(
                N_(
                    "Install bubblewrap 0.6 or newer and allow user namespaces, or accept level B"
                    " with sandbox.min_isolation."
                )
            ),
        )
    _let_pass(sandbox, grounds)
    short = opened.enter_context(_short_way(grounds.meeting))
    defect = defect_of_walls(host, grounds, words_b, short, apart=False)
    if defect is not None:
        raise IsolationError(
            say(
                N_("Nothing can be run in the sandbox. Level A: {why} Level B: {defect}"),
                why=str(why),
                defect=str(defect),
            ),
            remedy=say(
                N_(
                    "Install bubblewrap and util-linux, and choose a place for the sandbox that"
                    " every user may pass through."
                )
            ),
        )
    return Walls(isolation=Isolation.B, wrap=words_b, sockets=short, why=why)


def _user() -> User:
    """Choose as whom commands run: nobody when this is root, else ourselves."""
    if os.geteuid() != 0:
        name = f"user-{os.geteuid()}"
        with contextlib.suppress(KeyError):  # an id without an account is named by its number
            name = pwd.getpwuid(os.geteuid()).pw_name
        return User(name=name, uid=os.geteuid(), gid=os.getegid(), switch=False)
    try:
        found = pwd.getpwnam("nobody")
    except KeyError:
        return User(name="nobody", uid=_NOBODY, gid=_NOBODY, switch=True)
    return User(name="nobody", uid=found.pw_uid, gid=found.pw_gid, switch=True)


def _grounds(sandbox: Sandbox, user: User, bounds: Bounds) -> Grounds:
    """Furnish a cell in the sandbox; it goes with the sandbox."""
    place = Path(tempfile.mkdtemp(prefix="cell-", dir=sandbox.path))
    home, papers = place / "home", place / "papers"
    papers.mkdir(_PRIVATE)
    for name, text in _papers(user, home).items():
        (papers / name).write_text(text)
        (papers / name).chmod(0o644)
    for directory in (home, home / "sockets"):
        directory.mkdir(_PRIVATE)
        if user.switch:
            os.chown(directory, user.uid, user.gid)
    return Grounds(
        tree=sandbox.tree,
        home=home,
        meeting=home / "sockets",
        papers=papers,
        user=user,
        bounds=bounds,
    )


def _papers(user: User, home: Path) -> dict[str, str]:
    """Write what stands for /etc; initdb, for one, looks its own user up."""
    group = "nogroup" if user.switch else user.name
    return {
        "passwd": (
            "root:x:0:0:root:/:/usr/sbin/nologin\n"
            f"{user.name}:x:{user.uid}:{user.gid}::{home}:/bin/sh\n"
        ),
        "group": f"root:x:0:\n{group}:x:{user.gid}:\n",
        "hosts": "127.0.0.1 localhost cell\n::1 localhost cell\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }


def _let_pass(sandbox: Sandbox, grounds: Grounds) -> None:
    """Let the cell's user pass to what is its own; without a mount it has to walk there."""
    if grounds.user.switch:
        for place in (sandbox.path.parent, sandbox.path, grounds.home.parent):
            place.chmod(_PASSABLE)


@contextmanager
def _short_way(place: Path) -> Iterator[Path]:
    """Give a directory another, short path; killed in between, a link to nowhere is left."""
    link = Path(tempfile.gettempdir(), f"cell-{secrets.token_hex(6)}")
    link.symlink_to(place)
    try:
        yield link
    finally:
        link.unlink(missing_ok=True)
