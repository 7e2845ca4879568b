"""Run the installed program as a person would, and let its words be seen."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from continuity.cli.output import show


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
        command = [sys.executable, "-m", "continuity", "--workspace", str(self.workspace)]
        return subprocess.run(
            [*command, "--lang", self.language, *words], check=False, stdin=subprocess.DEVNULL
        ).returncode
