"""A service that really runs, and who supervises it."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any  # JSON, or what a library leaves without types

from tests.support.firm import Firm
from tests.support.slots import begun


@dataclass
class Serving:
    """A running service; ``lines`` are its journal once it has ended."""

    process: subprocess.Popen[str]
    port: int
    lines: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, path: str) -> tuple[int, str]:
        """Ask for a page."""
        way = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            way.request("GET", path)
            answer = way.getresponse()
            return answer.status, answer.read().decode()
        finally:
            way.close()

    def stop(self) -> int:
        """Ask it to end, and give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        _, told = self.process.communicate(timeout=100)
        self.lines = [json.loads(line) for line in told.splitlines()]
        return self.process.returncode

    def events(self) -> list[str]:
        """What it told in its journal."""
        return [str(line["event"]) for line in self.lines]


@contextmanager
def serving(firm: Firm, *, port: int = 0, **environ: str) -> Iterator[Serving]:
    """Let the service of a firm run."""
    with begun(firm, "serve", "--port", str(port), **environ) as process:
        assert process.stdout is not None
        found = re.search(r":(\d+)/", process.stdout.readline())
        assert found is not None
        one = Serving(process, int(found[1]))
        yield one
        if process.poll() is None:
            one.stop()


@contextmanager
def supervisor(place: Path) -> Iterator[tuple[str, socket.socket]]:
    """Listen as systemd does; gives the address for NOTIFY_SOCKET."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        address = str(place / "notify")
        ear.bind(address)
        ear.settimeout(40)
        yield address, ear
