"""How the programs that bring their own network code reach a machine."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Final

from continuity.hosts.reach import Reach

# As many signs of life may be missing before a connection counts as lost.
MISSED: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Transport:
    """The ``ssh`` program with everything that one machine needs.

    ``words`` are the program and its options, made of the same definition as the commands that run
    there: known hosts, key, port, jump host. ``target`` is ``user@address``, apart from them.
    ``host`` is the machine's name in the workspace; empty for one that is in none.
    """

    words: tuple[str, ...]
    target: str
    host: str = ""


def transport_from_reach(reach: Reach) -> Transport:
    """Write the ``ssh`` command for a machine; it asks nothing and trusts only known keys.

    No configuration file of ssh is read, so that both ways lead to the same machine. A jump host
    is a command of its own (ssh_config(5), ProxyCommand), because ``-J`` would reach it without
    these options.
    """
    options = [
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        f"UserKnownHostsFile={_quoted(str(reach.known_hosts))}",
        "GlobalKnownHostsFile=/dev/null",
        # Otherwise a key known for the standard port would count for every other port as well.
        f"HostKeyAlias={reach.known_as.lower()}",
        "UpdateHostKeys=no",
        f"ConnectTimeout={reach.connect_timeout}",
        f"ServerAliveInterval={reach.keepalive}",
        f"ServerAliveCountMax={MISSED}",
        f"Port={reach.port}",
    ]
    if reach.key is not None:
        options += [f"IdentityFile={_quoted(str(reach.key))}", "IdentitiesOnly=yes"]
    if reach.jump is not None:
        options.append(f"ProxyCommand={_way_through(reach.jump, reach)}")
    words = ["ssh", "-F", "none"]
    for option in options:
        words += ["-o", option]
    return Transport(words=tuple(words), target=f"{reach.user}@{reach.address}", host=reach.name)


def _quoted(path: str) -> str:
    """Write a path as a value of ssh's configuration: a blank separates, a percent sign expands."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"' if any(character in path for character in ' "\\') else escaped


def _way_through(jump: Reach, goal: Reach) -> str:
    through = transport_from_reach(jump)
    address = f"[{goal.address}]" if ":" in goal.address else goal.address
    words = (*through.words, "-W", f"{address}:{goal.port}", through.target)
    return shlex.join(words).replace("%", "%%")
