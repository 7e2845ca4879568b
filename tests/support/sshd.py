"""A real OpenSSH server of one's own: its keys, its log, and ways to hurt its connections."""

from __future__ import annotations

import getpass
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.ports import ADDRESS, free_port
from tests.support.programs import missing, program

_SSHD = Path("/usr/sbin/sshd")
_PRIVILEGE_SEPARATION = Path("/run/sshd")
# Debian's bash reads ~/.bashrc for each command of sshd unless it seems to run below another shell;
# a developer's may take a quarter of a second.
_CONFIGURATION = """\
SetEnv SHLVL=2
ListenAddress 127.0.0.1
HostKey "{home}/host_key"
AuthorizedKeysFile "{home}/authorized_keys"
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
MaxStartups 100
MaxSessions 10
LogLevel VERBOSE
Subsystem sftp internal-sftp
"""


@dataclass(kw_only=True)
class Sshd:
    """A running server on 127.0.0.1, which lets ``user`` in with ``key``.

    ``known_hosts`` holds its right key for its address and port. ``extra`` are more lines for its
    configuration.
    """

    home: Path
    port: int
    extra: str = ""
    user: str = field(default_factory=getpass.getuser)
    address: str = ADDRESS
    _process: subprocess.Popen[bytes] | None = None

    @property
    def key(self) -> Path:
        """The private key that is let in."""
        return self.home / "client_key"

    @property
    def known_hosts(self) -> Path:
        """A file that knows this server."""
        return self.home / "known_hosts"

    @property
    def name(self) -> str:
        """The server as a file of known hosts names it."""
        return f"[{self.address}]:{self.port}"

    @property
    def host_key(self) -> str:
        """The kind and the public key of the server, as a file of known hosts holds them."""
        kind, key, *_ = (self.home / "host_key.pub").read_text().split()
        return f"{kind} {key}"

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the server's key, as people compare it: ``SHA256:…``."""
        asked = ["ssh-keygen", "-lf", str(self.home / "host_key.pub")]
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()[1]

    def log(self) -> str:
        """What the server wrote so far."""
        return (self.home / "log").read_text()

    def ssh(self, *words: str) -> list[str]:
        """Give the ``ssh`` command that reaches it."""
        options = (
            "BatchMode=yes",
            "StrictHostKeyChecking=yes",
            f'UserKnownHostsFile="{self.known_hosts}"',
            "IdentitiesOnly=yes",
        )
        spread = [word for option in options for word in ("-o", option)]
        target = f"{self.user}@{self.address}"
        return [
            *("ssh", "-F", "none", *spread),
            *("-i", str(self.key), "-p", str(self.port), target),
            *words,
        ]

    def start(self) -> None:
        """Begin to listen."""
        configuration = self.home / "sshd_config"
        own = f"Port {self.port}\n{_CONFIGURATION.format(home=self.home)}"
        configuration.write_text(f"{own}{self.extra}\n")
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [_SSHD, "-D", "-e", "-f", configuration],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until(listens=True)

    def stop(self) -> None:
        """Listen no more, and cut every connection."""
        if self._process is not None:
            connections = self.connections()
            self._process.terminate()
            self._process.wait(10)
            _kill(connections)
            self._process = None
            # One that was just begun for a connection holds the listening socket as well.
            self._wait_until(listens=False)

    def connections(self) -> list[int]:
        """Find the processes that serve connections."""
        return [] if self._process is None else _descendants_named_sshd(self._process.pid)

    def cut(self) -> None:
        """Break every connection, as a pulled cable would be noticed: by a reset or an end."""
        _kill(self.connections())

    def freeze(self) -> None:
        """Let every connection fall silent without an end."""
        for pid in self.connections():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let the connections go on."""
        for pid in self.connections():
            os.kill(pid, signal.SIGCONT)

    def change_host_key(self) -> None:
        """Come back with another key, as after a new installation or from another machine."""
        self.stop()
        (self.home / "host_key").unlink()
        make_key(self.home / "host_key")
        self.start()

    def know(self) -> None:
        """Write the present key where clients look."""
        self.known_hosts.write_text(f"{self.name} {self.host_key}\n")

    def _wait_until(self, *, listens: bool) -> None:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with socket.socket() as probe:
                if (probe.connect_ex((self.address, self.port)) == 0) is listens:
                    return
            time.sleep(0.02)
        raise AssertionError(self.log())


@contextmanager
def running_sshd(home: Path, extra: str = "") -> Iterator[Sshd]:
    """Start a server that keeps its keys in ``home``, or give the test up without OpenSSH.

    ``extra`` are more lines of its configuration.
    """
    program("ssh-keygen")
    if not _SSHD.exists():
        missing("the OpenSSH server is not installed")
    if os.geteuid() == 0:
        _PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
    home.mkdir(parents=True, exist_ok=True)
    make_key(home / "host_key")
    make_key(home / "client_key")
    (home / "authorized_keys").write_bytes((home / "client_key.pub").read_bytes())
    server = Sshd(home=home, port=free_port(), extra=extra)
    server.know()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def make_key(path: Path, kind: str = "ed25519", passphrase: str = "") -> None:
    """Make a key pair at a path that is free."""
    asked = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "", "-f", str(path)]
    subprocess.run(asked, check=True, timeout=30)


def _kill(pids: list[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _descendants_named_sshd(server: int) -> list[int]:
    """Find the processes below the server that are still sshd; what they run is left alone."""
    found: list[int] = []
    waiting = [server]
    while waiting:
        for pid in _children(waiting.pop()):
            if _name(pid).startswith("sshd"):
                found.append(pid)
                waiting.append(pid)
    return found


def _children(pid: int) -> list[int]:
    try:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(child) for child in told.split()]


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""
