"""borgmatic's spot check: the one other tool that compares a sample of a backup with its source."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.running import MeasurementError, Word, run

_BORGMATIC = "borgmatic==2.1.10"


class RivalMissingError(Exception):
    """It is not installed and cannot be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Borgmatic:
    """borgmatic with one Borg archive of a source."""

    program: Path
    home: Path
    source: Path

    @classmethod
    def begun(cls, cache: Path, home: Path, source: Path, percent: float) -> Borgmatic:
        """Make a repository and one archive, to be checked by this share of its files.

        The configuration is not touched afterwards: it is in the archive, and would be found to
        differ. Raises RivalMissingError.
        """
        rival = cls(program=_installed(cache), home=home, source=source)
        home.mkdir()
        rival._write(percent)
        rival._run("repo-create", "--encryption", "repokey-blake2")
        rival._run("create")
        return rival

    def spot_check(self) -> float:
        """Check the share of the files; gives the seconds."""
        return self._run("check", "--only", "spot", "--force")

    def _run(self, *words: str) -> float:
        environ = {"BORG_BASE_DIR": str(self.home), "HOME": str(self.home)}
        argv: tuple[Word, ...] = (self.program, "--config", self.home / "config.yaml", *words)
        return run(argv, environ=environ).seconds

    def _write(self, percent: float) -> None:
        text = (
            f"source_directories: [{self.source}]\n"
            f"repositories: [{{path: {self.home / 'repository'}}}]\n"
            "encryption_passphrase: measured\n"
            "checks:\n  - name: spot\n    count_tolerance_percentage: 1\n"
            f"    data_sample_percentage: {percent}\n    data_tolerance_percentage: 0\n"
        )
        (self.home / "config.yaml").write_text(text, encoding="utf-8")


def _installed(cache: Path) -> Path:
    """Find borgmatic, or install it in a corner of the cache."""
    for name in ("borg", "xxh64sum"):
        if shutil.which(name) is None:
            raise RivalMissingError(f"{name} is missing: apt-get install borgbackup xxhash")
    found = shutil.which("borgmatic")
    if found is not None:
        return Path(found)
    venv = cache / "borgmatic"
    program = venv / "bin" / "borgmatic"
    if not program.exists():
        try:
            run((sys.executable, "-m", "venv", venv))
            run((venv / "bin" / "pip", "install", "--quiet", _BORGMATIC))
        except MeasurementError as error:
            raise RivalMissingError(f"borgmatic cannot be installed: {error}") from error
    return program
