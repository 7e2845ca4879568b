"""A small firm whose files are on another machine, which is this one over a real SSH server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.programs import program
from tests.support.sshd import Sshd, running_sshd
from tests.support.worlds import World, furnished

HOST = "web1"


@dataclass(frozen=True, kw_only=True, slots=True)
class There:
    """A world whose two jobs protect files of the machine ``web1``.

    restic runs there for job `erp`; rsync fetches from there for job `files`. What is in ``bin``
    is found before the programs of that machine, and nothing of ours is on it.
    """

    world: World
    server: Sshd

    @property
    def bin(self) -> Path:
        return self.world.root / "bin-there"

    def install(self, name: str, script: str) -> None:
        """Put a program in the way of the real one of that machine."""
        path = self.bin / name
        path.write_text(f"#!/bin/sh\nreal={program(name)}\nroot={self.world.root}\n{script}\n")
        path.chmod(0o755)

    def uninstall(self) -> None:
        """Let that machine have its real programs again."""
        for path in self.bin.iterdir():
            path.unlink()

    def without(self, name: str) -> None:
        """Let that machine have all programs but one."""
        self._let_find(self.bin, *_folders_without(self.world.root / "without", name))

    def let_in(self) -> None:
        """Let the key in, and find programs in ``bin`` first."""
        self.bin.mkdir(exist_ok=True)
        self._let_find(self.bin, *os.environ["PATH"].split(":"))

    def _let_find(self, *folders: Path | str) -> None:
        path = ":".join(map(str, folders))
        key = self.server.key.with_suffix(".pub").read_text()
        (self.server.home / "authorized_keys").write_text(f'environment="PATH={path}" {key}')


@contextmanager
def there(root: Path) -> Iterator[There]:
    """Start the server and write the workspace; nothing has been run in it."""
    world = furnished(root)
    with running_sshd(root / "sshd", "PermitUserEnvironment yes") as server:
        found = There(world=world, server=server)
        found.let_in()
        _move_away(world, server)
        yield found


def _move_away(world: World, server: Sshd) -> None:
    world.write(
        {
            "config/hosts.yaml": (
                f"{HOST}:\n  kind: ssh\n  address: {server.address}\n  port: {server.port}\n"
                f"  user: {server.user}\n  key: {server.key}\n"
                f"  known_hosts: {server.known_hosts}\n"
                "  keepalive: 1s\n  connect_timeout: 3s\n"
            )
        }
    )
    for job in ("erp", "files"):
        world.edit(f"jobs/{job}.yaml", "source:\n", f"source:\n  host: {HOST}\n")
    world.edit(
        "config/repositories.yaml",
        f"  location: {world.vault}\n",
        f"  location: {world.vault}\n  seen_from: {{{HOST}: {world.vault}}}\n",
    )


def _folders_without(place: Path, name: str) -> list[Path]:
    """Make folders of links to every program but one."""
    folders = []
    for number, folder in enumerate(os.environ["PATH"].split(":")):
        if not Path(folder).is_dir():
            continue
        links = place / name / str(number)
        links.mkdir(parents=True)
        for path in Path(folder).iterdir():
            if path.name != name:
                (links / path.name).symlink_to(path)
        folders.append(links)
    return folders
