"""Machines over SSH as a workspace knows them: real servers, and how they are written down."""

from __future__ import annotations

import json
from typing import Any  # JSON, or keys of any dataclass

from tests.support.sshd import Sshd
from tests.support.worlds import World


def written(server: Sshd, name: str = "nas", **more: str) -> str:
    """Write a server down as people do; it is in no file of known hosts."""
    keys = {
        "kind": "ssh",
        "address": server.address,
        "port": str(server.port),
        "user": server.user,
        "key": json.dumps(str(server.key)),
        **more,
    }
    return "".join([f"{name}:\n", *(f"  {key}: {value}\n" for key, value in keys.items())])


def kept_on(server: Sshd, world: World) -> None:
    """Let the server keep the repository of the job `erp`, and nothing else change."""
    world.write({"config/hosts.yaml": written(server)})
    world.edit(
        "config/repositories.yaml",
        f"  location: {world.vault}\n",
        f"  host: nas\n  location: sftp:nas:{world.vault}\n  options: {{patience: 5s}}\n",
    )


def accepted(server: Sshd, world: World, *words: str) -> None:
    """Accept the server's present key."""
    ran = world.run("hosts", "accept", "nas", "--fingerprint", server.fingerprint, *words)
    assert ran.code == 0, ran


def seen(world: World, name: str = "nas") -> dict[str, Any]:
    """Give what `hosts` says of one machine."""
    (one,) = [each for each in world.run("hosts", "--json").result["hosts"] if each["name"] == name]
    return dict(one)


def copied_from(server: Sshd, world: World) -> None:
    """Let the files of the job `files` be fetched from the server."""
    world.write({"config/hosts.yaml": written(server)})
    world.edit("jobs/files.yaml", "source:\n", "source:\n  host: nas\n")


def let_nobody_in(server: Sshd) -> None:
    """Take every key away from those that the server lets in."""
    (server.home / "authorized_keys").write_text("")
