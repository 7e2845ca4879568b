"""Real servers for the demonstration, each private to this machine and gone with it."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ADDRESS = "127.0.0.1"
_SSHD = "/usr/sbin/sshd"
_SSHD_CONFIGURATION = """\
Port {port}
ListenAddress 127.0.0.1
HostKey "{home}/host_key"
AuthorizedKeysFile "{home}/client_key.pub"
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
"""
_POSTGRESQL_CONFIGURATION = """\
listen_addresses = ''
unix_socket_directories = '{home}'
fsync = off
"""
_PATIENCE = 30.0


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A machine reached over SSH: this one, by its loopback; ``fingerprint`` is of its key."""

    port: int
    user: str
    key: Path
    fingerprint: str


@contextmanager
def machine(home: Path) -> Iterator[Machine]:
    """Run an OpenSSH server that lets one key in."""
    home.mkdir(mode=0o700)
    # sshd(8) wants its privilege separation directory, which only a running service makes.
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    for name in ("host_key", "client_key"):
        _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(home / name))
    port = _free_port()
    configuration = home / "sshd_config"
    configuration.write_text(_SSHD_CONFIGURATION.format(port=port, home=home))
    with _running(_SSHD, "-D", "-e", "-f", str(configuration), log=home / "log") as server:
        _await_port(port, server)
        yield Machine(
            port=port,
            user=getpass.getuser(),
            key=home / "client_key",
            fingerprint=_fingerprint(home),
        )


def _fingerprint(home: Path) -> str:
    asked = ["ssh-keygen", "-lf", str(home / "host_key.pub")]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()[1]


@contextmanager
def bucket(root: Path, *, user: str, secret: str) -> Iterator[int]:
    """Serve a directory as S3, its folders as buckets; gives the port."""
    root.mkdir(mode=0o700)
    port = _free_port()
    # A list of pairs: the quotes keep the comma of one pair.
    environment = {**os.environ, "RCLONE_AUTH_KEY": f'"{user},{secret}"'}
    words = ("serve", "s3", "--addr", f"{ADDRESS}:{port}", "--vfs-cache-mode", "off")
    program = str(Path(sys.executable).with_name("rclone"))
    nowhere = ("--config", str(root.with_name("rclone.conf")))
    with _running(
        program, *words, *nowhere, str(root), log=root.with_name("s3.log"), env=environment
    ) as server:
        _await_port(port, server)
        yield port


@dataclass(frozen=True, kw_only=True)
class Database:
    """A PostgreSQL server, reached by its socket in ``home``."""

    home: Path
    user: str
    programs: Path

    def execute(self, database: str, statements: str) -> None:
        """Run statements."""
        _run(
            *(str(self.programs / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1"),
            *("-h", str(self.home), "-U", self.user, "-d", database, "-c", statements),
        )


@contextmanager
def database() -> Iterator[Database]:
    """Run a PostgreSQL server as a user without rights: it refuses root."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda at: int(at.parent.name))
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    # Beside the workspace, which that user may not enter.
    home = Path(tempfile.mkdtemp(prefix="continuity-demo-pg-"))
    try:
        os.chown(home, account.pw_uid, account.pw_gid)
        _run(
            *(
                str(programs / "initdb"),
                "-D",
                str(home / "data"),
                "-A",
                "trust",
                "-N",
                "-E",
                "UTF8",
            ),
            account=account,
        )
        more = home / "data" / "postgresql.auto.conf"
        more.write_text(_POSTGRESQL_CONFIGURATION.format(home=home))
        control = (
            str(programs / "pg_ctl"),
            "-D",
            str(home / "data"),
            "-w",
            "-l",
            str(home / "log"),
        )
        _run(*control, "start", account=account)
        try:
            yield Database(home=home, user=account.pw_name, programs=programs)
        finally:
            _run(*control, "-m", "immediate", "stop", account=account)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _run(*argv: str, account: pwd.struct_passwd | None = None) -> None:
    switch = account is not None and os.geteuid() == 0
    subprocess.run(
        argv,
        user=account.pw_uid if account is not None and switch else None,
        group=account.pw_gid if account is not None and switch else None,
        extra_groups=[] if switch else None,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=120,
        check=True,
    )


@contextmanager
def _running(
    *argv: str, log: Path, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as written:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            env=env,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((ADDRESS, 0))
        port: int = found.getsockname()[1]
        return port


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with socket.create_connection((ADDRESS, port), 1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nobody listens at port {port}")
