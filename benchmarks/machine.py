"""On what was measured: figures from another machine are other figures."""

from __future__ import annotations

import os
import platform
import re
import shutil
from importlib.metadata import version
from pathlib import Path

from benchmarks.running import run
from continuity import __version__

_PROGRAMS = {
    "restic": ("restic", "version"),
    "rsync": ("rsync", "--version"),
    "borg": ("borg", "--version"),
    "pg_dump": ("pg_dump", "--version"),
    "mariadb-dump": ("mariadb-dump", "--version"),
}
_LIBRARIES = ("SQLAlchemy", "pydantic", "msgspec", "zstandard", "click", "ruamel.yaml")


def machine(place: Path) -> dict[str, object]:
    """Give the facts that a figure depends on; ``place`` is where the work is done."""
    return {
        "continuity": __version__,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "programs": {name: _version(argv) for name, argv in _PROGRAMS.items()},
        "system": platform.platform(),
        "processor": _from_file("/proc/cpuinfo", r"^model name\s*: (.+)$"),
        "cores": len(os.sched_getaffinity(0)),
        "memory_kib": _from_file("/proc/meminfo", r"^MemTotal:\s*(\d+)"),
        "file_system": run(("stat", "-f", "-c", "%T", place)).out.strip(),
        "load_at_start": os.getloadavg()[0],
    }


def _version(argv: tuple[str, ...]) -> str | None:
    """Ask a program for its version; None where it is not installed."""
    if shutil.which(argv[0]) is None:
        return None
    found = re.search(r"\d+\.\d+(\.\d+)?", run(argv).out)
    return None if found is None else found[0]


def _from_file(name: str, pattern: str) -> str | None:
    found = re.search(pattern, Path(name).read_text(encoding="utf-8"), re.MULTILINE)
    return None if found is None else found[1]
