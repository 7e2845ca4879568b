"""The machines that people wrote about, reached when something is to run on them."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import TYPE_CHECKING

from continuity.config.host_problems import LOCAL
from continuity.config.problem import text_shown
from continuity.config.workspace import Workspace
from continuity.domain import system
from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say
from continuity.hosts.host import Host
from continuity.hosts.local import LocalHost
from continuity.hosts.reach import Reach
from continuity.hosts.transport import Transport, transport_from_reach

if TYPE_CHECKING:
    from continuity.hosts.ssh_host import SshHost

KNOWN_HOSTS = "config/known_hosts"
"""The accepted keys of machines, in the workspace, where nothing else is said."""


class Hosts:
    """Every machine of a workspace by name; ``local`` is always this one.

    Connections are made when they are needed, used by everything that runs on a machine, and ended
    together. Each method raises ConfigurationError for a name that no usable host has.
    """

    def __init__(self, root: Path, written: Mapping[str, system.Host]) -> None:
        self._root = root
        self._written = written
        self._reached: dict[str, SshHost] = {}
        self._lock = RLock()

    def __enter__(self) -> Hosts:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, sorted."""
        return tuple(sorted({LOCAL, *self._written}))

    def host(self, name: str) -> Host:
        """Give the machine, over the same connections each time."""
        return LocalHost(name) if self.reach(name) is None else self.ssh(name)

    def ssh(self, name: str) -> SshHost:
        """Give another machine. Raises ConfigurationError for this one too."""
        # paramiko takes a fifth of a second that jobs of this machine need not pay.
        from continuity.hosts.ssh_host import SshHost

        reach = self.reach(name)
        if reach is None:
            raise _not_elsewhere(name)
        with self._lock:
            if name not in self._reached:
                jump = None if reach.jump is None else self.ssh(reach.jump.name)
                self._reached[name] = SshHost(reach, jump)
            return self._reached[name]

    def reach(self, name: str) -> Reach | None:
        """Tell how another machine is reached; None for this one."""
        written = self._named(name)
        if written.kind == "local":
            return None
        return Reach(
            name=name,
            address=written.address or "",
            port=written.port,
            user=written.user or getpass.getuser(),
            key=None if written.key is None else Path(written.key),
            known_hosts=Path(written.known_hosts or self._root / KNOWN_HOSTS),
            jump=None if written.jump is None else self.reach(written.jump),
            keepalive=_seconds(written.keepalive.total_seconds()),
            connect_timeout=_seconds(written.connect_timeout.total_seconds()),
        )

    def transport(self, name: str) -> Transport | None:
        """Tell how programs with network code of their own get there; None for this machine."""
        reach = self.reach(name)
        return None if reach is None else transport_from_reach(reach)

    def close(self) -> None:
        """End every connection."""
        with self._lock:
            # Those behind a jump host first.
            for host in reversed(self._reached.values()):
                host.close()
            self._reached.clear()

    def _named(self, name: str) -> system.Host:
        if name in self._written:
            return self._written[name]
        if name == LOCAL:
            return system.Host()
        raise ConfigurationError(
            say(
                N_("There is no usable host named {name} in this workspace."), name=text_shown(name)
            ),
            remedy=say(
                N_("Usable hosts: {names}. Run: continuity check"), names=", ".join(self.names)
            ),
        )


def hosts_of(workspace: Workspace) -> Hosts:
    """Make the hosts of a workspace; whoever does closes them."""
    return Hosts(workspace.root, workspace.hosts)


def _seconds(span: float) -> int:
    return max(1, round(span))


def _not_elsewhere(name: str) -> ConfigurationError:
    return ConfigurationError(
        say(N_("The host {name} is this machine: nothing is reached over SSH."), name=name),
        remedy=say(N_("Name a host of kind ssh from config/hosts.yaml.")),
    )
