"""Try the walls of a cell before anything depends on them: what a program inside really sees."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from continuity.domain.failure import ContinuityError
from continuity.domain.text import N_, Message, say, shown
from continuity.hosts.host import Command, Host
from continuity.sandbox.walls import Grounds, Words

_SECONDS = 20.0
_SPACES = ("net", "pid", "ipc", "uts", "mnt")
_LONGEST = 300
# Told from inside, because a program that pretends to shut off can exit with 0 as well.
_SCRIPT = """\
echo uid $(id -u)
for space in net pid ipc uts mnt; do echo $space $(readlink /proc/self/ns/$space); done
while read name value; do
  case $name in CapEff:|CapPrm:|CapAmb:|NoNewPrivs:) echo $name $value;; esac
done < /proc/self/status
test -r "$1" && echo tree yes
: > "$2/.trial" && rm "$2/.trial" && echo home yes
: > "$3/.trial" && rm "$3/.trial" && echo sockets yes
test -w /usr || echo system closed
"""
_NO_RIGHTS = ("CapEff:", "CapPrm:", "CapAmb:")

Wrap = Callable[[Grounds, Command], Words]


def defect_of_walls(
    host: Host, grounds: Grounds, wrap: Wrap, sockets: Path, *, apart: bool
) -> Message | None:
    """Run a trial inside; None when the walls stand, else why they do not.

    ``apart`` demands namespaces of its own.
    """
    places = (str(grounds.tree), str(grounds.home), str(sockets))
    argv = ("/bin/sh", "-c", _SCRIPT, "sh", *places)
    command = Command(argv=argv, timeout=_SECONDS, grace=1.0)
    try:
        ended = host.run(replace(command, argv=wrap(grounds, command)))
    except ContinuityError as error:
        return error.what
    if ended.code:
        said = shown(b" ".join(ended.stderr.split())[-_LONGEST:]) or "-"
        return say(N_("A trial inside ended with code {code}: {said}"), code=ended.code, said=said)
    seen = _seen(ended.stdout)
    found = (*_weak(seen, grounds), *(_shared(seen) if apart else ()), *_closed(seen))
    return say(N_("A trial inside found: {wrong}"), wrong=str(found[0])) if found else None


def _seen(output: bytes) -> dict[str, str]:
    parts = (line.partition(" ") for line in output.decode(errors="replace").splitlines())
    return {name: rest for name, _, rest in parts}


def _weak(seen: dict[str, str], grounds: Grounds) -> Iterator[Message]:
    if seen.get("uid") != str(grounds.user.uid):
        yield say(N_("commands do not run as the user {user}"), user=grounds.user.name)
    kept = any(int(seen.get(name, "1"), 16) for name in _NO_RIGHTS)
    if kept or seen.get("NoNewPrivs:") != "1":
        yield say(N_("commands keep rights of this process, or may get new ones"))
    if seen.get("system") != "closed":
        yield say(N_("commands may write to /usr"))


def _shared(seen: dict[str, str]) -> Iterator[Message]:
    for space in _SPACES:
        if seen.get(space, "") in {"", os.readlink(f"/proc/self/ns/{space}")}:
            yield say(N_("commands share the namespace {space} with the machine"), space=space)


def _closed(seen: dict[str, str]) -> Iterator[Message]:
    for name in ("tree", "home", "sockets"):
        if seen.get(name) != "yes":
            yield say(N_("what is the sandbox's own ({name}) cannot be reached"), name=name)
