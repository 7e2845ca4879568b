"""Run the installed program as a person would, and let its words be seen."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any  # JSON
from zoneinfo import ZoneInfo

from continuity.cli.output import show
from continuity.domain.clock import time_from_text

_PATIENCE = 180.0


@dataclass(frozen=True)
class Program:
    """The program in one workspace."""

    workspace: Path
    language: str

    def told(self, *words: str) -> int:
        """Run a command in sight; gives its exit code."""
        show()
        show("$ continuity " + " ".join(words))
        sys.stdout.flush()
        return subprocess.run(self._argv(*words), check=False, stdin=subprocess.DEVNULL).returncode

    def incidents_of(self, target: str) -> list[str]:
        """Give the numbers of the open incidents of a target, as people say them."""
        done = subprocess.run(
            self._argv("incidents", "--json"),
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
        found = json.loads(done.stdout)["incidents"]
        return [f"CONT-{one['number']:04d}" for one in found if one["target"] == target]

    @contextmanager
    def serving(self) -> Iterator[Service]:
        """Let the service run, in sight."""
        show()
        show("$ continuity serve")
        sys.stdout.flush()
        with subprocess.Popen(
            self._argv("serve", "--port", "0"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            service = Service(process)
            try:
                yield service
            finally:
                if process.poll() is None:
                    process.kill()

    def _argv(self, *words: str) -> list[str]:
        command = [sys.executable, "-m", "continuity", "--workspace", str(self.workspace)]
        return [*command, "--lang", self.language, *words]


@dataclass
class Service:
    """A running service; what it says is shown as it says it."""

    process: subprocess.Popen[str]
    address: str = ""
    _said: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Hear where it listens, and go on hearing."""
        stdout, stderr = self.process.stdout, self.process.stderr
        if stdout is None or stderr is None:
            raise ValueError("nobody hears what the service says")
        first = stdout.readline()
        found = re.search(r"http://\S+:\d+", first)
        self.address = "" if found is None else found[0]
        show(first.rstrip())
        self._ear = threading.Thread(target=self._hear, args=(stderr,), daemon=True)
        self._ear.start()

    def _hear(self, lines: Iterator[str]) -> None:
        for line in lines:
            if not line.startswith("{"):
                show(line.rstrip())
                continue
            said = json.loads(line)
            self._said.append(said)
            at = time_from_text(said["at"]).astimezone(ZoneInfo("Europe/Madrid"))
            show(f"{at:%H:%M:%S}  {said['message']}")

    def ended(self, job: str, kind: str, verdict: str) -> bool:
        """Tell whether such a run has come to such an end."""
        wanted = {"event": "slot.ended", "job": job, "kind": kind, "verdict": verdict}
        return any(wanted.items() <= said.items() for said in list(self._said))

    def asked(self, path: str) -> str:
        """Ask it for a page."""
        with urllib.request.urlopen(self.address + path, timeout=30) as answer:  # noqa: S310 - its own address
            text: str = answer.read().decode()
            return text

    def stop(self) -> int:
        """Ask it to end; gives its exit code."""
        show()
        self.process.terminate()
        code = self.process.wait(_PATIENCE)
        self._ear.join(_PATIENCE)
        return code
