"""A MariaDB server of one's own: reached by a socket or a port of this machine, and gone after."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_port
from tests.support.postgresql import unprivileged
from tests.support.programs import program

_OPTIONS = (
    "--skip-name-resolve",
    "--bind-address=127.0.0.1",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-buffer-pool-size=32M",
)


@dataclass(frozen=True)
class MariadbServer:
    """A running server: its socket, its port, and root without a password."""

    home: Path
    port: int

    @property
    def socket(self) -> Path:
        return self.home / "live.sock"

    def execute(self, script: str | bytes, database: str = "") -> str:
        """Run statements and give what they answer."""
        argv = [
            *("mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root", "--batch"),
            *("--default-character-set=utf8mb4", "--skip-column-names", "--binary-mode"),
            *([f"--database={database}"] if database else []),
        ]
        given = script.encode() if isinstance(script, str) else script
        done = subprocess.run(argv, input=given, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode()

    def renew(self, *names: str) -> None:
        """Give databases a new, empty beginning."""
        for name in names:
            quoted = name.replace("`", "``")
            self.execute(f"DROP DATABASE IF EXISTS `{quoted}`; CREATE DATABASE `{quoted}`;")

    @contextmanager
    def busy(self, body: str, database: str) -> Iterator[None]:
        """Let somebody repeat statements for ever, beside the block."""
        argv = [
            *("mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root", "--batch"),
            *("--skip-column-names", "--unbuffered", "--delimiter=//", f"--database={database}"),
        ]
        process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert process.stdin is not None
        assert process.stdout is not None
        loop = f"BEGIN NOT ATOMIC WHILE TRUE DO {body} END WHILE; END//\n"
        process.stdin.write(f"SELECT CONNECTION_ID()//\n{loop}".encode())
        process.stdin.flush()
        connection = int(process.stdout.readline())
        try:
            yield
        finally:
            self.execute(f"KILL {connection};")
            process.kill()
            process.wait(10)
            process.stdin.close()
            process.stdout.close()


@contextmanager
def throwaway_mariadb() -> Iterator[MariadbServer]:
    """Start a server in a new directory, or give the test up where it is not installed."""
    programs = {name: program(name) for name in ("mariadbd", "mariadb-install-db", "mariadb")}
    # Not under pytest's own directory: the server's user may not enter there.
    home = Path(tempfile.mkdtemp(prefix="continuity-my-"))
    account = unprivileged()
    switch = os.geteuid() == 0
    user, group = (account.pw_uid, account.pw_gid) if switch else (None, None)
    os.chown(home, account.pw_uid, account.pw_gid)
    home.chmod(0o755)
    data = f"--datadir={home / 'data'}"
    try:
        subprocess.run(
            [
                *(programs["mariadb-install-db"], "--no-defaults", data, "--skip-test-db"),
                *("--auth-root-authentication-method=normal", "--skip-name-resolve"),
            ],
            capture_output=True,
            timeout=60,
            check=True,
            user=user,
            group=group,
            extra_groups=[] if switch else None,
        )
        server = MariadbServer(home=home, port=free_port())
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    *(programs["mariadbd"], "--no-defaults", data, f"--socket={server.socket}"),
                    *(f"--port={server.port}", f"--pid-file={home / 'pid'}", *_OPTIONS),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=user,
                group=group,
                extra_groups=[] if switch else None,
            )
        try:
            _await(server)
            yield server
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):  # killed below
                process.wait(20)
            process.kill()
            process.wait(10)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _await(server: MariadbServer) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with contextlib.suppress(AssertionError):  # it does not listen yet
            server.execute("SELECT 1;")
            return
        time.sleep(0.1)
    raise AssertionError((server.home / "log").read_text())
