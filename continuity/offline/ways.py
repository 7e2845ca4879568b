"""How machines are entered with the kit alone: a script for each, and their accepted keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from continuity.config.reaching import Hosts
from continuity.domain.by_hand import line, quoted
from continuity.hosts.known_hosts import known_keys, known_line
from continuity.hosts.reach import Reach

KNOWN_HOSTS = "known_hosts"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ways:
    """The scripts by name, and the content of the file with the keys of machines."""

    scripts: dict[str, bytes] = field(default_factory=dict)
    known: bytes = b""


def script_name(host: str) -> str:
    """Name the script that leads to a machine."""
    return f"ssh-{host}"


def key_variable(host: str) -> str:
    """Name the variable with the path of the private key for a machine."""
    return f"SSH_KEY_{host.replace('-', '_').upper()}"


def target_of(reach: Reach) -> str:
    """Tell who enters where."""
    return f"{reach.user}@{reach.address}"


def ways_of(hosts: Hosts) -> Ways:
    """Write a script for every machine; it runs in the directory of the kit."""
    scripts: dict[str, bytes] = {}
    known: list[bytes] = []
    for name in hosts.names:
        reach = hosts.reach(name)
        if reach is not None:
            scripts[script_name(name)] = _script(reach)
            known += _known(reach)
    return Ways(scripts=scripts, known=b"".join(known))


def _known(reach: Reach) -> Iterator[bytes]:
    try:
        keys = known_keys(reach.known_hosts, reach.known_as).accepted
    except OSError:
        return
    for key in keys:
        yield known_line(reach.known_as.lower(), key).encode() + b"\n"


def _script(reach: Reach) -> bytes:
    """Call ssh as the workspace says; a person may be asked for a passphrase."""
    options = [
        "StrictHostKeyChecking=yes",
        f"UserKnownHostsFile={KNOWN_HOSTS}",
        "GlobalKnownHostsFile=/dev/null",
        f"HostKeyAlias={reach.known_as.lower()}",
        f"ConnectTimeout={reach.connect_timeout}",
        f"ServerAliveInterval={reach.keepalive}",
        f"Port={reach.port}",
    ]
    if reach.jump is not None:
        through = f"sh ./{script_name(reach.jump.name)} -W '[%h]:%p' {target_of(reach.jump)}"
        options.append(f"ProxyCommand={through}")
    words: list[str] = ["ssh", "-F", "none"]
    for option in options:
        words += ["-o", option]
    lines = [b"#!/bin/sh", b"# " + target_of(reach).encode()]
    if reach.key is not None:
        lines += _with_key(reach.name, reach.key)
    return b"\n".join([*lines, b"exec " + line(*words) + b' "$@"']) + b"\n"


def _with_key(host: str, key: Path) -> Iterator[bytes]:
    variable = key_variable(host).encode()
    yield b"key=${" + variable + b":-}"
    yield b'[ -n "$key" ] || key=' + quoted(str(key))
    yield b'[ ! -r "$key" ] || set -- -o IdentitiesOnly=yes -i "$key" "$@"'
