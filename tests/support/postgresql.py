"""A PostgreSQL server of one's own: reached by a socket only, and gone when the tests are."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.support.programs import postgresql_programs

_CONFIGURATION = (
    "listen_addresses = ''\nfsync = off\nfull_page_writes = off\nmax_connections = 40\n"
    "shared_buffers = 32MB\n"
)


@dataclass(frozen=True)
class Cluster:
    """A running server: the directory of its socket, and its superuser."""

    socket: Path
    user: str

    def address(self, database: str) -> str:
        return f"postgresql+psycopg://{self.user}@/{database}?host={self.socket}"

    def connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.socket), user=self.user, dbname=database, autocommit=True
        )

    def execute(self, database: str, *statements: str) -> None:
        """Run statements one after the other, each for itself."""
        with self.connect(database) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def names(self) -> list[str]:
        """List the databases."""
        with self.connect("postgres") as connection:
            found = connection.execute("SELECT datname FROM pg_database ORDER BY 1").fetchall()
        return [str(name) for (name,) in found]

    def create_database(self, name: str) -> str:
        with self.connect("postgres") as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.address(name)


@contextmanager
def throwaway_cluster() -> Iterator[Cluster]:
    """Start a server in a new directory, or give the test up where it is not installed."""
    programs = postgresql_programs()
    # Not under pytest's own directory: the server's user may not enter there.
    directory = Path(tempfile.mkdtemp(prefix="continuity-pg-"))
    account = unprivileged()
    try:
        os.chown(directory, account.pw_uid, account.pw_gid)
        _run(
            account,
            programs / "initdb",
            "-D",
            directory / "data",
            "-A",
            "trust",
            "-N",
            "-E",
            "UTF8",
        )
        (directory / "data" / "postgresql.auto.conf").write_text(
            f"{_CONFIGURATION}unix_socket_directories = '{directory}'\n"
        )
        cluster = Cluster(socket=directory, user=account.pw_name)
        start_server(cluster)
        try:
            yield cluster
        finally:
            stop_server(cluster)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def start_server(cluster: Cluster) -> None:
    """Start it, again where it was stopped or killed."""
    _control(cluster, "start")


def stop_server(cluster: Cluster, mode: str = "immediate") -> None:
    """Stop it: ``fast`` and ``immediate`` cut everybody off, the latter as a crash does."""
    _control(cluster, "-m", mode, "stop")


def kill_server(cluster: Cluster) -> None:
    """Kill the process that all others of the server depend on."""
    text = (cluster.socket / "data" / "postmaster.pid").read_text()
    os.kill(int(text.splitlines()[0]), signal.SIGKILL)


def _control(cluster: Cluster, *words: str) -> None:
    place = cluster.socket
    control = (postgresql_programs() / "pg_ctl", "-D", place / "data", "-w", "-l", place / "log")
    _run(unprivileged(), *control, *words)


def unprivileged() -> pwd.struct_passwd:
    """Choose who runs the server: it refuses root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def _run(account: pwd.struct_passwd, *argv: str | Path) -> None:
    switch = os.geteuid() == 0
    subprocess.run(
        argv,
        user=account.pw_uid if switch else None,
        group=account.pw_gid if switch else None,
        extra_groups=[] if switch else None,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=60,
        check=True,
    )
