"""A program that was run: how it ended, what it printed, and whether it still lives."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any  # JSON, or keys of any dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """How the program ended and what it printed."""

    code: int
    stdout: str
    stderr: str

    @property
    def results(self) -> list[dict[str, Any]]:
        """The JSON objects on standard output, one per job."""
        decoder, text, found = json.JSONDecoder(), self.stdout.strip(), []
        while text.startswith("{"):
            value, end = decoder.raw_decode(text)
            found.append(value)
            text = text[end:].strip()
        return found

    @property
    def result(self) -> dict[str, Any]:
        """The only JSON object on standard output."""
        (result,) = self.results
        return result

    @property
    def told(self) -> str:
        """All that a person reads: what went wrong, and what to do."""
        said = [result.get(key) for result in self.results for key in ("reason", "remedy")]
        return " ".join(" ".join([*filter(None, said), self.stderr]).split())


def ended(process: subprocess.Popen[str], timeout: float = 60) -> Ran:
    """Wait for a started program."""
    try:
        stdout, stderr = process.communicate(timeout=timeout)
    finally:
        process.kill()
    return Ran(code=process.returncode, stdout=stdout, stderr=stderr)


def is_alive(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def await_no_process(pid: int, seconds: float = 30) -> None:
    """Wait until not even a zombie has this number."""
    until = time.monotonic() + seconds
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < until, f"process {pid} is still there"
        time.sleep(0.02)


def running_commands() -> Iterator[str]:
    """Give the words of every process."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                yield (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
