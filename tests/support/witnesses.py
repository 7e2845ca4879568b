"""The auditor's own tools, with nothing of ours in them."""

import re
import subprocess
import sys
from pathlib import Path

from tests.support.programs import ROOT, program


def ssh_keygen_accepts(text: Path, signers: Path, *options: str) -> bool:
    """Ask stock OpenSSH about a checkpoint and the signature beside it."""
    asked = subprocess.run(
        [
            program("ssh-keygen"),
            *("-Y", "verify", "-f", signers, "-I", "continuity"),
            *("-n", "continuity-checkpoint", "-s", f"{text}.sig", *options),
        ],
        input=text.read_bytes(),
        capture_output=True,
        timeout=30,
        check=False,
    )
    return asked.returncode == 0


def documented_program(folder: Path) -> Path:
    """Save the program that the documentation shows, exactly as it stands there."""
    page = (ROOT / "docs" / "verify-the-record.md").read_text("utf-8")
    (shown,) = re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)
    path = folder / "verify.py"
    path.write_text(shown, "utf-8")
    return path


def documented_answer(verifier: Path, export: Path) -> str:
    """Run that program the way the page says; gives what it prints, and checks its exit code."""
    asked = subprocess.run(
        [sys.executable, "-I", "-W", "error", verifier, export],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert asked.stderr == ""
    assert (asked.returncode == 0) == asked.stdout.startswith("INTACT")
    return asked.stdout.strip()
