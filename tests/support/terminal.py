"""The program run as operators and other programs run it: in a pipe, or on a terminal."""

from __future__ import annotations

import gettext
import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple  # Any: JSON

from tests.support.firm import Firm
from tests.support.programs import ROOT, missing
from tests.support.sabotage import Harm, harm


class Said(NamedTuple):
    """What the program answered."""

    code: int
    out: str
    err: str

    def objects(self) -> list[dict[str, Any]]:
        """Read one JSON object after the other."""
        decoder, text, found = json.JSONDecoder(), self.out.strip(), []
        while text:
            value, end = decoder.raw_decode(text)
            found.append(value)
            text = text[end:].lstrip()
        return found


def environ_of(firm: Firm, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(firm.root), "LANG": "C.UTF-8", **more}


def argv(firm: Firm, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "continuity", "-w", str(firm.workspace), *arguments]


def run(firm: Firm, *arguments: str, **environ: str) -> Said:
    done = subprocess.run(
        argv(firm, *arguments),
        cwd=ROOT,
        env=environ_of(firm, **environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


def run_on_terminal(firm: Firm, *arguments: str, typed: str = "", **environ: str) -> Said:
    """Run on a terminal of 80 columns; both streams, and what is typed, are one there."""
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    with subprocess.Popen(
        argv(firm, *arguments),
        cwd=ROOT,
        env=environ_of(firm, **{"TERM": "xterm", **environ}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        close_fds=True,
    ) as process:
        os.close(theirs)
        text = _read_all(ours, process)
    os.close(ours)
    return Said(process.returncode, text, "")


def _read_all(ours: int, process: subprocess.Popen[bytes]) -> str:
    read = b""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        ready, _, _ = select.select([ours], [], [], 0.2)
        try:
            chunk = os.read(ours, 65_536) if ready else b""
        except OSError:
            break
        read += chunk
        if not chunk and process.poll() is not None:
            break
    return read.decode()


def filled(firm: Firm, count: int = 30) -> Firm:
    for job in firm.jobs:
        for number in range(count):
            (firm.source(job) / f"file {number:02d}").write_text(f"{job} {number}\n")
    return firm


def in_spanish(template: str) -> str:
    """Look a text up in the catalogue, or give the test up while it is not translated."""
    catalogue = gettext.translation(
        "continuity", ROOT / "continuity/locales", languages=["es"], fallback=True
    )
    translated = catalogue.gettext(template)
    if translated == template:
        missing(f"no Spanish for {template!r}")
    return translated


def rot(firm: Firm, job: str = "erp") -> None:
    """Flip a byte of every file of the newest copy."""
    newest = max((firm.repository(job) / "generations").iterdir())
    for path in Path(f"{newest}{firm.source(job)}").iterdir():
        harm(path, Harm.FLIP, 1)
